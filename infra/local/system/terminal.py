"""The agent's side of a session's PTY, joined to the session's channel."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import struct
import termios

from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType, complete_characters
from .session_channel import SessionChannel


class Terminal:
    """A PTY whose output becomes stream messages and which takes the client's input and sizes."""

    INPUT_LIMIT = 64 * 1024
    """Bytes of input held while the shell reads none; beyond, the client is made to wait."""

    def __init__(self, channel: SessionChannel) -> None:
        self._loop = asyncio.get_running_loop()
        self._channel = channel
        self._master, self.slave = os.openpty()
        os.set_blocking(self._master, False)
        self._partial_character = b""
        self._input = bytearray()
        self._reading = False
        self.ended = asyncio.Event()
        """Set when the shell has gone and all its output was sent."""

    def connect(self) -> None:
        """Begins to pass bytes; the shell holds the slave by now, so our copy of it goes."""
        self._let_go_of_slave()
        self._channel.on_input = self._take
        self._channel.on_room = self._read_on
        self._read_on()

    def close(self) -> None:
        """Hangs up: the kernel sends SIGHUP to what still runs in the foreground."""
        self._let_go_of_slave()
        if self._master >= 0:
            self._stop_reading()
            self._loop.remove_writer(self._master)
            os.close(self._master)
            self._master = -1
        self._channel.on_input = lambda message: True
        self._channel.on_room = lambda: None
        self.ended.set()

    def _let_go_of_slave(self) -> None:
        if self.slave >= 0:
            os.close(self.slave)
            self.slave = -1

    def _read_on(self) -> None:
        if not self._reading and self._master >= 0 and self._channel.has_room:
            self._reading = True
            self._loop.add_reader(self._master, self._readable)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._master)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, STREAM_PAYLOAD_LIMIT - len(self._partial_character))
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: the last process has let go of the slave
        pending = self._partial_character + data
        cut = complete_characters(pending) if data else len(pending)
        self._partial_character = pending[cut:]
        if cut:
            self._channel.send(PayloadType.OUTPUT, pending[:cut])
        if not data:
            self.close()
        elif not self._channel.has_room:
            self._stop_reading()

    def _take(self, message: AgentMessage) -> bool:
        if message.payload_type == PayloadType.SIZE:
            self._resize(message.payload)
        elif message.payload_type == PayloadType.OUTPUT:
            if len(self._input) > self.INPUT_LIMIT:
                return False
            self.write(message.payload)
        return True

    def write(self, data: bytes) -> None:
        """Types ``data`` at the shell."""
        if not self._input:
            self._loop.add_writer(self._master, self._writable)
        self._input += data

    def _writable(self) -> None:
        try:
            written = os.write(self._master, self._input)
        except BlockingIOError:
            return
        except OSError:
            written = len(self._input)  # nobody is left to read it; the end is noticed where output is read
        del self._input[:written]
        if not self._input:
            self._loop.remove_writer(self._master)
            self._channel.input_may_flow()

    def _resize(self, payload: bytes) -> None:
        try:
            size = json.loads(payload)
            window = struct.pack("HHHH", size["rows"], size["cols"], 0, 0)
        except (ValueError, KeyError, TypeError, struct.error):
            return  # the agent logs it and goes on
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, window)
