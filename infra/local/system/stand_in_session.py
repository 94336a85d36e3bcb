"""The stand-in plugin's session: one data channel, a terminal, and the threads between them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import threading
import time
import uuid
from typing import Any, NoReturn

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from . import data_channel
from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, InboundStream, Malformed, PayloadType
from .outbound_stream import OutboundStream
from .stand_in_connection import Dialer, ResumeRefused
from .stand_in_plugin import VERSION, Invocation, say
from .stand_in_terminal import CONTROL_BYTES, OwnTerminal

RESEND_CHECK_SECONDS = 0.1
SIZE_CHECK_SECONDS = 0.5
BROKEN_PIPE = "Cannot perform start session: write tcp: write: broken pipe\n"
END_OF_INPUT_GRACE = 1.0
"""How long to let typed-ahead input arrive, and then the shell end, when standard input has ended.

The real plugin goes at once, and what was piped into it may never arrive. That would make a poor test tool.
"""


class PluginSession:
    """Runs one session. The main thread reads the keyboard, one thread the channel; two more keep time."""

    def __init__(self, invocation: Invocation) -> None:
        self._session_id = invocation.session_id
        self._dialer = Dialer(invocation, client_id=str(uuid.uuid4()))
        self._terminal = OwnTerminal()
        self._connection: ClientConnection | None = None
        self._lost_for_good = False
        self._lock = threading.Lock()
        self._outbound = OutboundStream(data_channel.INPUT, window=10_000, receiver_acknowledges_duplicates=True)
        self._inbound = InboundStream(acknowledges_duplicates=False)
        self._session_type: str | None = None
        self._has_shell = threading.Event()

    def run(self) -> NoReturn:
        """Runs until the session, the input or a signal ends the process."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # before there is a shell, Ctrl-C ends the plugin
        say(f"\nStarting session with SessionId: {self._session_id}\n")
        for work in (self._receive, self._resend):
            threading.Thread(target=work, daemon=True).start()
        self._has_shell.wait()
        self._terminal.take()
        threading.Thread(target=self._follow_size, daemon=True).start()
        self._read_keyboard()

    # Out

    def _read_keyboard(self) -> NoReturn:
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        for control in CONTROL_BYTES:
            signal.signal(control, lambda *_: None)
        while True:
            ready, _, _ = select.select([0, woken], [], [])
            if woken in ready:
                for number in os.read(woken, 64):
                    if number in CONTROL_BYTES:
                        self._send(PayloadType.OUTPUT, CONTROL_BYTES[signal.Signals(number)])
            if 0 in ready:
                typed = self._terminal.read(STREAM_PAYLOAD_LIMIT)
                if not typed:
                    self._end_of_input()
                # Of one newline alone the plugin makes a carriage return, for Windows' sake.
                self._send(PayloadType.OUTPUT, b"\r" if typed == b"\n" else typed)

    def _send(self, payload_type: PayloadType, payload: bytes) -> None:
        with self._lock:
            frame = self._outbound.send(payload_type, payload, time.monotonic())
            if self._lost_for_good:
                self._exit(BROKEN_PIPE)
            self._transmit(frame)

    def _transmit(self, frame: bytes) -> None:
        # While the connection is away the frame waits: a new one is sent all that is unacknowledged.
        if self._connection is not None:
            with contextlib.suppress(ConnectionClosed):
                self._connection.send(frame)

    def _end_of_input(self) -> NoReturn:
        end = time.monotonic() + END_OF_INPUT_GRACE
        while not self._outbound.is_settled and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(END_OF_INPUT_GRACE)  # if the shell ends meanwhile, so does this process
        self._exit("Cannot perform start session: EOF\n")

    def _resend(self) -> NoReturn:
        while True:
            time.sleep(RESEND_CHECK_SECONDS)
            with self._lock:
                if (frame := self._outbound.overdue(time.monotonic())) is not None:
                    self._transmit(frame)

    def _follow_size(self) -> NoReturn:
        last: tuple[int, int] | None = None
        while True:
            if (size := self._terminal.size()) != last:
                last = size
                self._send(PayloadType.SIZE, json.dumps({"cols": size[0], "rows": size[1]}).encode())
            time.sleep(SIZE_CHECK_SECONDS)

    # In

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
                self._exit(f"Session: {self._session_id} timed out.\n")
        # As the real one: no word, no exit. The next keystroke ends it, or one that is still waiting to be sent.
        with self._lock:
            self._lost_for_good = True
            if not self._outbound.is_settled:
                self._exit(BROKEN_PIPE)

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

    def _deliver(self, message: AgentMessage) -> bool:
        if message.payload_type == PayloadType.HANDSHAKE_REQUEST:
            self._answer_handshake(json.loads(message.payload))
        elif message.payload_type == PayloadType.HANDSHAKE_COMPLETE:
            if text := json.loads(message.payload).get("CustomerMessage"):
                say(f"{text}\n")
            if self._session_type is not None:
                self._has_shell.set()
        else:
            # An agent that starts with output, and no handshake, has a shell.
            self._has_shell.set()
            self._terminal.write(message.payload)
        return True

    def _answer_handshake(self, request: dict[str, Any]) -> None:
        processed, errors = [], []
        for action in request["RequestedClientActions"]:
            kind = action["ActionType"]
            answer: dict[str, Any] = {"ActionType": kind, "ActionStatus": 1, "ActionResult": None, "Error": ""}
            session_type = (action.get("ActionParameters") or {}).get("SessionType")
            if kind == "SessionType" and session_type in ("Standard_Stream", "InteractiveCommands"):
                self._session_type = session_type
            else:
                subject = session_type if kind == "SessionType" else kind
                answer.update(ActionStatus=2, Error=f"Failed to process action {kind}: the stand-in has no {subject}")
                errors.append(answer["Error"])
            processed.append(answer)
        response = {"ClientVersion": VERSION, "ProcessedClientActions": processed, "Errors": errors or None}
        self._send(PayloadType.HANDSHAKE_RESPONSE, json.dumps(response).encode())

    def _closed(self, output: str) -> NoReturn:
        if output:
            say(f"\n\nSessionId: {self._session_id} : {output}\n\n")
        else:
            say(f"\n\nExiting session with sessionId: {self._session_id}.\n\n")
        self._terminal.half_restore()
        os._exit(0)

    @staticmethod
    def _exit(text: str) -> NoReturn:
        """Ends from any thread, with the terminal as it is."""
        say(text)
        os._exit(0)
