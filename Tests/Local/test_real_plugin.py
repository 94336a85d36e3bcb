"""The gateway against the real session-manager-plugin, named by SSM_BROKER_REAL_PLUGIN."""

from __future__ import annotations

import os
import pathlib

import pytest
from plugin_contract import PluginContract, nodes

__all__ = ["nodes"]

REAL = os.environ.get("SSM_BROKER_REAL_PLUGIN", "")


@pytest.mark.skipif(not REAL, reason="SSM_BROKER_REAL_PLUGIN names no plugin")
class TestRealPlugin(PluginContract):
    """AWS's own, of a release that accepts a gateway on this machine (before 1.2.889)."""

    plugin = pathlib.Path(REAL)
