"""The stand-in plugin's data channel: numbered, acknowledged, resumed when its connection is lost."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import threading
import time
import uuid
from collections.abc import Callable
from typing import NoReturn

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from . import data_channel
from .data_channel import AgentMessage, InboundStream, Malformed, PayloadType
from .outbound_stream import OutboundStream
from .stand_in_connection import Dialer, ResumeRefused
from .stand_in_plugin import Invocation, say

RESEND_CHECK_SECONDS = 0.1
BROKEN_PIPE = "Cannot perform start session: write tcp: write: broken pipe\n"


class PluginChannel:
    """One session's channel. One thread takes what comes, one sends again; any thread may send."""

    def __init__(
        self, invocation: Invocation, deliver: Callable[[AgentMessage], bool], closed: Callable[[str], None]
    ) -> None:
        """
        Args:
            invocation: what the plugin was started with.
            deliver: takes what the agent sends, in order; False for what it cannot take yet, which is sent again.
            closed: takes the session's last words; called on the receiving thread.
        """
        self._session_id = invocation.session_id
        self._dialer = Dialer(invocation, client_id=str(uuid.uuid4()))
        self._deliver = deliver
        self._closed = closed
        self._connection: ClientConnection | None = None
        self._lost_for_good = False
        self._lock = threading.Lock()
        self._outbound = OutboundStream(data_channel.INPUT, receiver_acknowledges_duplicates=True)
        self._inbound = InboundStream(acknowledges_duplicates=False)

    def start(self) -> None:
        """Connects, and goes on in threads of its own."""
        for work in (self._receive, self._resend):
            threading.Thread(target=work, daemon=True).start()

    @property
    def is_settled(self) -> bool:
        """Whether the agent has taken everything that was sent."""
        return self._outbound.is_settled

    def send(self, payload_type: PayloadType, payload: bytes) -> None:
        """Sends a stream message."""
        # For Windows' sake the plugin makes a carriage return of one newline alone: in every kind of session, so that a
        # port's bytes may suffer, too.
        payload = b"\r" if payload == b"\n" else payload
        with self._lock:
            frame = self._outbound.send(payload_type, payload, time.monotonic())
            if self._lost_for_good:
                leave(BROKEN_PIPE)
            self._transmit(frame)

    def send_flag(self, number: int) -> None:
        """Sends one of a port session's flags."""
        self.send(PayloadType.FLAG, struct.pack(">I", number))

    def _transmit(self, frame: bytes) -> None:
        # While the connection is away the frame waits: a new one is sent all that is unacknowledged.
        if self._connection is not None:
            with contextlib.suppress(ConnectionClosed):
                self._connection.send(frame)

    def _resend(self) -> NoReturn:
        while True:
            time.sleep(RESEND_CHECK_SECONDS)
            with self._lock:
                if (frame := self._outbound.overdue(time.monotonic())) is not None:
                    self._transmit(frame)

    def _receive(self) -> None:
        connection = self._dialer.dial_first()
        while connection is not None:
            with self._lock:
                self._connection = connection
                for frame in self._outbound.replay(time.monotonic()):
                    self._transmit(frame)
            with contextlib.suppress(ConnectionClosed):
                for received in connection:
                    if isinstance(received, bytes):
                        self._take(received)
            with self._lock:
                self._connection = None
            try:
                connection = self._dialer.resume()
            except ResumeRefused:
                leave(f"Session: {self._session_id} timed out.\n")
        # As the real one: no word, no exit. The next keystroke ends it, or one that is still waiting to be sent.
        with self._lock:
            self._lost_for_good = True
            if not self._outbound.is_settled:
                leave(BROKEN_PIPE)

    def _take(self, frame: bytes) -> None:
        try:
            message = AgentMessage.unpack(frame)
        except Malformed:
            return
        if message.type == data_channel.OUTPUT:
            if self._inbound.receive(message, self._deliver):
                with self._lock:
                    self._transmit(data_channel.acknowledgement(message).pack())
        elif message.type == data_channel.ACKNOWLEDGE:
            with self._lock:
                self._outbound.acknowledge(data_channel.acknowledged_sequence(message), time.monotonic())
        elif message.type == data_channel.CHANNEL_CLOSED:
            self._closed(json.loads(message.payload).get("Output", ""))


def leave(text: str = "") -> NoReturn:
    """Ends the plugin from any thread, with the terminal as it is."""
    say(text)
    os._exit(0)
