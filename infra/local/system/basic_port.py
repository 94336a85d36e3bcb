"""The node's end of a port session with one connection at a time: SSH's, and forwarding by agents that cannot multiplex."""

from __future__ import annotations

import asyncio

from .agent_session import Ending, Rejected
from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType
from .mux_port import DISCONNECT_TO_PORT, TERMINATE_SESSION, Connect, flag
from .port_session import Unreachable
from .session_channel import SessionChannel

HELD_LIMIT = 1024 * 1024
"""Bytes received and not yet written to the port, at which the client has to wait."""


class BasicPort:
    """One connection, made at once. When it is lost a forwarding session makes it anew for the next bytes; SSH's ends."""

    def __init__(self, channel: SessionChannel, connect: Connect, *, forwards: bool) -> None:
        self._channel = channel
        self._connect = connect
        self._forwards = forwards
        self._incoming: asyncio.Queue[AgentMessage] = asyncio.Queue()
        self._held = 0
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def run(self) -> Ending:
        """Serves to the end.

        Raises:
            Rejected: nothing answers at the port.
        """
        self._channel.widen()
        try:
            await self._open()
        except Unreachable as error:
            raise Rejected(f"Unable to connect to specified port: {error}") from error
        self._channel.on_input = self._take
        writing = asyncio.get_running_loop().create_task(self._write())
        try:
            return await self._ended
        finally:
            self._channel.on_input = lambda message: True
            writing.cancel()
            self._close()

    def _take(self, message: AgentMessage) -> bool:
        self._held += len(message.payload)
        if self._held >= HELD_LIMIT:
            self._channel.hold_input()
        self._incoming.put_nowait(message)
        return True

    async def _open(self) -> None:
        reader, self._writer = await self._connect()
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    def _close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        failed = False
        try:
            while data := await reader.read(STREAM_PAYLOAD_LIMIT):
                await self._channel.send_all(PayloadType.OUTPUT, data)
        except OSError:
            failed = True
        self._lost(failed=failed)

    def _lost(self, *, failed: bool) -> None:
        if not self._forwards:
            self._end(Ending(failed=failed))
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _end(self, ending: Ending) -> None:
        if not self._ended.done():
            self._ended.set_result(ending)

    async def _write(self) -> None:
        while True:
            message = await self._incoming.get()
            if flag(message) == TERMINATE_SESSION:
                return self._end(Ending())
            if flag(message) == DISCONNECT_TO_PORT:
                self._close()
            elif message.payload_type == PayloadType.OUTPUT and not await self._pass_on(message.payload):
                return self._end(Ending(failed=True))
            self._held -= len(message.payload)
            if self._held < HELD_LIMIT:
                self._channel.release_input()

    async def _pass_on(self, data: bytes) -> bool:
        """Writes to the port; returns False when it can no longer be reached."""
        try:
            if self._writer is None:
                await self._open()
            assert self._writer is not None
            self._writer.write(data)
            await self._writer.drain()
        except Unreachable:
            return False
        except OSError:
            pass  # the reader notices too, and says what follows
        return True
