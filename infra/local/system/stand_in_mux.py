"""The stand-in plugin's port forwarding: listens, and carries any number of connections at once, multiplexed.

Two threads a connection, and the same manners as the real one: no connection is ever half-open, so whichever side closes
first, all of it is closed and what the other side still had to say is lost.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import tempfile
import threading
from typing import NoReturn

from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType
from .smux import FRAME_LIMIT, RECEIVE_LIMIT, Command, Frame, FrameReader, data_frames
from .stand_in_channel import PluginChannel, leave
from .stand_in_plugin import say
from .stand_in_ports import CONNECT_TO_PORT_ERROR, end_on_signals, listen


class MuxForwarding:
    """The main thread accepts connections."""

    def __init__(self, channel: PluginChannel, session_id: str, port: str) -> None:
        self._channel = channel
        self._session_id = session_id
        self._port = port
        self._frames = FrameReader()
        self._sending = threading.Lock()
        self._connections: dict[int, queue.SimpleQueue[bytes | None]] = {}
        self._last = 1
        self._held = 0
        self._changed = threading.Condition()
        self._socket_file = os.path.join(tempfile.gettempdir(), f"{_fnv32a(session_id)}_session_manager_plugin_mux.sock")

    def run(self) -> NoReturn:
        end_on_signals(self._channel, self._session_id, self.stop)
        self._open_socket_file()
        listener = listen(self._port)
        say(f"Port {listener.getsockname()[1]} opened for sessionId {self._session_id}.\nWaiting for connections...\n")
        is_first = True
        while True:
            connection, _ = listener.accept()
            if is_first:
                say(f"\nConnection accepted for session [{self._session_id}]\n")
                is_first = False
            self._carry(connection)

    def stop(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._socket_file)

    def deliver(self, message: AgentMessage) -> bool:
        if message.payload_type == PayloadType.FLAG:
            if int.from_bytes(message.payload, "big") == CONNECT_TO_PORT_ERROR:
                say("\nConnection to destination port failed, check SSM Agent logs.\n")
        elif message.payload_type == PayloadType.OUTPUT:
            for frame in self._frames.read(message.payload):
                self._take(frame)
        return True

    def _open_socket_file(self) -> None:
        # The real plugin talks to itself through it. Here it only shows where that would be, and whether it can be.
        try:
            socket.socket(socket.AF_UNIX).bind(self._socket_file)
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else "invalid argument"
            leave(f"Cannot perform start session: listen unix {self._socket_file}: bind: {reason}\n")

    def _take(self, frame: Frame) -> None:
        with self._changed:
            incoming = self._connections.get(frame.connection)
            if incoming is None:
                return  # it was closed here meanwhile
            if frame.command == Command.CLOSE:
                incoming.put(None)
            elif frame.command == Command.DATA:
                self._held += len(frame.data)
                incoming.put(frame.data)
                # Past the limit nothing is read from the channel, until a connection has taken some of this.
                self._changed.wait_for(lambda: self._held < RECEIVE_LIMIT)

    def _carry(self, connection: socket.socket) -> None:
        self._last += 2
        number = self._last
        with self._changed:
            incoming = self._connections[number] = queue.SimpleQueue()
        self._send(Frame(Command.OPEN, number))
        for work in (self._pass_out, self._pass_in):
            threading.Thread(target=work, args=(number, connection, incoming), daemon=True).start()

    def _pass_out(self, number: int, connection: socket.socket, incoming: queue.SimpleQueue[bytes | None]) -> None:
        with contextlib.suppress(OSError):
            while data := connection.recv(FRAME_LIMIT):
                for frame in data_frames(number, data):
                    self._send(frame)
        with self._changed:
            del self._connections[number]
        self._send(Frame(Command.CLOSE, number))
        self._drop(incoming)
        incoming.put(None)

    def _pass_in(self, number: int, connection: socket.socket, incoming: queue.SimpleQueue[bytes | None]) -> None:
        with contextlib.suppress(OSError):
            while (data := incoming.get()) is not None:
                try:
                    connection.sendall(data)
                finally:
                    self._release(len(data))
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # which wakes the other thread
        connection.close()
        self._drop(incoming)

    def _drop(self, incoming: queue.SimpleQueue[bytes | None]) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._release(len(incoming.get_nowait() or b""))

    def _release(self, count: int) -> None:
        with self._changed:
            self._held -= count
            self._changed.notify_all()

    def _send(self, frame: Frame) -> None:
        data = frame.pack()
        with self._sending:  # a frame is many messages, and must stay whole
            for start in range(0, len(data), STREAM_PAYLOAD_LIMIT):
                self._channel.send(PayloadType.OUTPUT, data[start : start + STREAM_PAYLOAD_LIMIT])


def _fnv32a(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return value
