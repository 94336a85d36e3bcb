"""The node's end of a port session that carries many connections at once, multiplexed.

As in the agent, neither end knows a half-open connection: whichever side closes first, all of it is closed, and what
the other side still had to say is lost.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

from .agent_session import Ending
from .data_channel import AgentMessage, PayloadType
from .port_session import Unreachable
from .session_channel import SessionChannel
from .smux import FRAME_LIMIT, RECEIVE_LIMIT, Broken, Command, Frame, FrameReader, data_frames

DISCONNECT_TO_PORT, TERMINATE_SESSION, CONNECT_TO_PORT_ERROR = 1, 2, 3
"""The flags of a port session."""

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


def flag(message: AgentMessage) -> int | None:
    """The flag that a message carries, if it carries one."""
    if message.payload_type != PayloadType.FLAG or len(message.payload) != 4:
        return None
    return int(struct.unpack(">I", message.payload)[0])


class MuxPort:
    """Takes the client's frames, dials for each connection it opens, and passes bytes both ways."""

    def __init__(self, channel: SessionChannel, connect: Connect) -> None:
        self._channel = channel
        self._connect = connect
        self._frames = FrameReader()
        self._incoming: dict[int, asyncio.Queue[bytes | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = 0
        self._sending = asyncio.Lock()
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def run(self) -> Ending:
        """Serves until the client says that the session is over, or nothing that can be understood. Cancelling it closes
        every connection."""
        self._channel.widen()
        self._channel.on_input = self._take
        try:
            return await self._ended
        finally:
            self._channel.on_input = lambda message: True
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self, message: AgentMessage) -> bool:
        if self._ended.done():
            return True
        if flag(message) == TERMINATE_SESSION:
            self._ended.set_result(Ending())
        elif message.payload_type == PayloadType.OUTPUT:
            try:
                for frame in self._frames.read(message.payload):
                    self._take_frame(frame)
            except Broken:
                self._ended.set_result(Ending(failed=True))
        return True

    def _take_frame(self, frame: Frame) -> None:
        incoming = self._incoming.get(frame.connection)
        if frame.command == Command.OPEN and incoming is None:
            self._incoming[frame.connection] = asyncio.Queue()
            task = asyncio.get_running_loop().create_task(self._carry(frame.connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif frame.command == Command.DATA and incoming is not None:
            self._hold(len(frame.data))
            incoming.put_nowait(frame.data)
        elif frame.command == Command.CLOSE and incoming is not None:
            incoming.put_nowait(None)

    def _hold(self, count: int) -> None:
        """Counts what is received and not passed on: past the limit the client has to wait."""
        self._held += count
        if self._held >= RECEIVE_LIMIT:
            self._channel.hold_input()
        else:
            self._channel.release_input()

    async def _carry(self, number: int) -> None:
        incoming = self._incoming[number]
        try:
            reader, writer = await self._connect()
        except Unreachable:
            await self._channel.send_all(PayloadType.FLAG, struct.pack(">I", CONNECT_TO_PORT_ERROR))
        else:
            await self._join(number, incoming, reader, writer)
        del self._incoming[number]
        while not incoming.empty():
            self._hold(-len(incoming.get_nowait() or b""))
        await self._send(Frame(Command.CLOSE, number))

    async def _join(
        self, number: int, incoming: asyncio.Queue[bytes | None], reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        loop = asyncio.get_running_loop()
        outward = loop.create_task(self._pass_to_client(number, reader))
        inward = loop.create_task(self._pass_to_port(incoming, writer))
        try:
            await asyncio.wait((outward, inward), return_when=asyncio.FIRST_COMPLETED)
            if inward.done():
                writer.close()  # after what was written before
                await _closed(writer)
        finally:
            outward.cancel()
            inward.cancel()
            writer.transport.abort()
            await asyncio.gather(outward, inward, return_exceptions=True)

    async def _pass_to_client(self, number: int, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(FRAME_LIMIT):
                for frame in data_frames(number, data):
                    await self._send(frame)
        except OSError:
            pass  # a connection that breaks has ended, too

    async def _pass_to_port(self, incoming: asyncio.Queue[bytes | None], writer: asyncio.StreamWriter) -> None:
        while (data := await incoming.get()) is not None:
            try:
                writer.write(data)
                await writer.drain()
            except OSError:
                return
            finally:
                self._hold(-len(data))

    async def _send(self, frame: Frame) -> None:
        async with self._sending:  # a frame is many messages, and must stay whole
            await self._channel.send_all(PayloadType.OUTPUT, frame.pack())


async def _closed(writer: asyncio.StreamWriter) -> None:
    try:
        await writer.wait_closed()
    except OSError:
        pass  # closed all the same
