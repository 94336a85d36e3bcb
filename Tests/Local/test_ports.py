"""Forwarded ports and SSH's connection, through the stand-in plugin and, where SSM_BROKER_REAL_PLUGIN names it, the real
one."""

from __future__ import annotations

import pathlib

import pytest
from forwarding_contract import ForwardingContract
from plugin_contract import STAND_IN, nodes
from proxy_contract import OldAgentContract, ProxyContract
from test_real_plugin import REAL

__all__ = ["nodes"]

real = pytest.mark.skipif(not REAL, reason="SSM_BROKER_REAL_PLUGIN names no plugin")


class TestStandInForwards(ForwardingContract):
    plugin = STAND_IN
    megabytes = 24


class TestStandInIsAProxy(ProxyContract):
    plugin = STAND_IN
    megabytes = 8


class TestStandInWithAnOldAgent(OldAgentContract):
    plugin = STAND_IN


@real
class TestRealPluginForwards(ForwardingContract):
    plugin = pathlib.Path(REAL)
    megabytes = 20  # which takes it half a minute: it pauses a millisecond after each kilobyte


@real
class TestRealPluginIsAProxy(ProxyContract):
    plugin = pathlib.Path(REAL)
    megabytes = 8


@real
class TestRealPluginWithAnOldAgent(OldAgentContract):
    plugin = pathlib.Path(REAL)
