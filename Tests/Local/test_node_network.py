"""The nodes' own networks: their ports, their names, and the machines that only they reach."""

from __future__ import annotations

import os
import socket

import pytest
from plugin_contract import nodes
from session_world import WEB, NodeUsers
from test_agent import DBADMIN, run_on

__all__ = ["nodes"]


def said_by(nodes: NodeUsers, address: str, port: int) -> str:
    """The first line of what a node reaches, or why it reaches nothing."""
    try:
        with nodes.process(WEB).dial(address, port) as connection, connection.makefile() as lines:
            return lines.readline().strip()
    except OSError as error:
        return os.strerror(error.errno or 0)


def test_a_node_has_its_own_ports_and_reaches_its_own_network(nodes: NodeUsers) -> None:
    if nodes.switch.identity == "none":
        pytest.skip(nodes.switch.notice or "")
    with socket.create_server(("127.0.0.1", 0)) as hosts:
        assert said_by(nodes, "127.0.0.1", hosts.getsockname()[1]) == "Connection refused"
    assert said_by(nodes, "127.0.0.1", 22) == "SSH-2.0-OpenSSH_9.2p1 web-1"
    assert said_by(nodes, "10.1.0.20", 5432) == "db.internal greets"
    assert said_by(nodes, "10.1.0.77", 5432) == "Network is unreachable"
    shown = run_on(nodes, DBADMIN, "getent hosts db.internal")
    assert "10.1.0.20       db.internal\n" in shown
