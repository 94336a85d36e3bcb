"""The stand-in plugin's port sessions with one connection: its own standard input and output, or one at a time."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any, NoReturn

from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType
from .stand_in_channel import PluginChannel, leave
from .stand_in_mux import MuxForwarding
from .stand_in_plugin import say
from .stand_in_ports import DISCONNECT_TO_PORT, end_on_signals, is_version_after, listen

MULTIPLEXES_AFTER = "3.0.196.0"
"""The last version of agents that carry one connection at a time."""


def port_session(
    channel: PluginChannel, session_id: str, properties: Mapping[str, Any], agent_version: str
) -> StandardStreams | OneConnection | MuxForwarding:
    """What does a port session of these properties with an agent of that version."""
    if properties.get("type") != "LocalPortForwarding":
        return StandardStreams(channel)
    port = properties.get("localPortNumber") or "0"
    if is_version_after(agent_version, MULTIPLEXES_AFTER):
        return MuxForwarding(channel, session_id, port)
    return OneConnection(channel, session_id, port)


class StandardStreams:
    """Standard input and output are the connection, as SSH's ProxyCommand wants. Signals have their usual effect."""

    def __init__(self, channel: PluginChannel) -> None:
        self._channel = channel

    def deliver(self, message: AgentMessage) -> bool:
        data = message.payload
        while data:
            data = data[os.write(1, data) :]
        return True

    def stop(self) -> None:
        """Nothing was taken."""

    def run(self) -> NoReturn:
        while data := os.read(0, STREAM_PAYLOAD_LIMIT):
            self._channel.send(PayloadType.OUTPUT, data)
        leave()  # at once and without a word: what the node may still send is lost, and the session lives on


class OneConnection:
    """Listens, and carries one connection after another."""

    def __init__(self, channel: PluginChannel, session_id: str, port: str) -> None:
        self._channel = channel
        self._session_id = session_id
        self._port = port
        self._connection: socket.socket | None = None

    def deliver(self, message: AgentMessage) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.sendall(message.payload)
        except OSError:
            return False  # it is sent again, until there is a connection to take it
        return True

    def stop(self) -> None:
        """The kernel closes what is open."""

    def run(self) -> NoReturn:
        end_on_signals(self._channel, self._session_id, self.stop)
        listener = listen(self._port)
        say(f"Port {listener.getsockname()[1]} opened for sessionId {self._session_id}.\n")
        self._connection, _ = listener.accept()
        say(f"Connection accepted for session {self._session_id}.\n")
        while True:
            try:
                data = self._connection.recv(STREAM_PAYLOAD_LIMIT)
            except OSError:
                data = b""
            if data:
                self._channel.send(PayloadType.OUTPUT, data)
                continue
            self._channel.send_flag(DISCONNECT_TO_PORT)
            self._connection.close()
            self._connection, _ = listener.accept()
