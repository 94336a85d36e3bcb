"""Commands on the nodes, seen through the stand-in plugin and, where SSM_BROKER_REAL_PLUGIN names it, the real one."""

from __future__ import annotations

import pathlib

import pytest
from command_contract import CommandContract
from plugin_contract import STAND_IN, nodes
from test_real_plugin import REAL

__all__ = ["nodes"]


class TestStandIn(CommandContract):
    """The stand-in keeps the contract of the real one."""

    plugin = STAND_IN


@pytest.mark.skipif(not REAL, reason="SSM_BROKER_REAL_PLUGIN names no plugin")
class TestRealPlugin(CommandContract):
    """AWS's own."""

    plugin = pathlib.Path(REAL)
