"""Forwarded ports and SSH's connection, through the stand-in plugin and, where SSM_BROKER_REAL_PLUGIN names it, the real
one."""

from __future__ import annotations

import pathlib
import threading

import pytest
from connections import connected, digest, opened_port, receive, some_bytes
from forwarding_contract import ForwardingContract
from kinds_contract import Start
from plugin_contract import STAND_IN, nodes
from proxy_contract import OldAgentContract, ProxyContract
from session_world import SessionService, StartedSession, port_document
from test_real_plugin import REAL

__all__ = ["nodes"]

real = pytest.mark.skipif(not REAL, reason="SSM_BROKER_REAL_PLUGIN names no plugin")


class TestStandInForwards(ForwardingContract):
    plugin = STAND_IN
    megabytes = 24

    def test_both_directions_survive_broken_channels(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        # The real one sends nothing more after a break that met it while sending, until its release 1.2.835.
        with connected(opened_port(start(port_document(), portNumber="5432"))) as connection:
            data = some_bytes(4_000_000)
            sending = threading.Thread(target=connection.sendall, args=(data,))
            sending.start()
            heard = b""
            for part in (1_000_000, 2_000_000, len(data)):
                heard += receive(connection, part - len(heard))
                service.drop_connection(sessions[0].session_id)
            sending.join()
        assert digest(heard) == digest(data)


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
