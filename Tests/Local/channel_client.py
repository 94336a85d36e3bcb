"""A bare data-channel client, which does nothing by itself: the tests decide what it sends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from session_world import StartedSession
from system.data_channel import INPUT, OUTPUT, AgentMessage, PayloadType, acknowledgement
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect


def open_message(token: str, **members: Any) -> str:
    own = {
        "MessageSchemaVersion": "1.0",
        "RequestId": str(uuid.uuid4()),
        "TokenValue": token,
        "ClientId": str(uuid.uuid4()),
        "ClientVersion": "1.2.814.0",
    }
    return json.dumps({**own, **members})


class Client:
    """A client that does nothing by itself."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sequence = 0

    def type(self, text: str, sequence: int | None = None) -> int:
        number = self._sequence if sequence is None else sequence
        self._sequence = number + 1
        self.send(AgentMessage(INPUT, text.encode(), number, payload_type=PayloadType.OUTPUT))
        return number

    def send(self, message: AgentMessage | bytes) -> None:
        self._socket.send(message if isinstance(message, bytes) else message.pack())

    def receive(self, *, acknowledge: bool = True, seconds: float = 10) -> AgentMessage:
        message = AgentMessage.unpack(self._socket.recv(timeout=seconds))  # type: ignore[arg-type]  # frames are binary
        if acknowledge and message.type == OUTPUT:
            self.send(acknowledgement(message))
        return message

    def receive_until(self, condition: Callable[[AgentMessage], bool]) -> AgentMessage:
        while not condition(message := self.receive()):
            pass
        return message

    def read_until(self, text: str) -> str:
        seen = ""
        while text not in seen:
            message = self.receive()
            seen += message.payload.decode() if message.type == OUTPUT else ""
        return seen

    @property
    def close_code(self) -> int | None:
        with pytest.raises(ConnectionClosed):
            while True:
                self._socket.recv(timeout=10)
        return self._socket.close_code


@contextmanager
def opened(started: StartedSession, **headers: str) -> Iterator[Client]:
    with connect(
        started.stream_url, compression=None, additional_headers=headers, proxy=None, close_timeout=1
    ) as socket:
        socket.send(open_message(started.token_value))
        yield Client(socket)
