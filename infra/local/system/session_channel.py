"""One session's data channel, driven: it outlives the sockets that carry it.

Everything here runs on the gateway's event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from . import data_channel
from .data_channel import AgentMessage, InboundStream, PayloadType
from .outbound_stream import OutboundStream

AGENT_BUFFER = 100_000
"""Stream messages that the agent keeps for a client that acknowledges none."""


class Link:
    """One client's connection: frames go out in the order they were put."""

    BACKLOG_LIMIT = 256
    """Frames waiting to be sent; beyond, their source should pause."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.on_drained: Callable[[], None] = lambda: None
        """Called when a long backlog has become a short one."""
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._writer = asyncio.get_running_loop().create_task(self._write())

    def put(self, frame: bytes) -> None:
        self._frames.put_nowait(frame)

    @property
    def is_backed_up(self) -> bool:
        """Whether the client takes frames more slowly than they come."""
        return self._frames.qsize() >= self.BACKLOG_LIMIT

    def finish(self) -> None:
        """Closes the connection once all that was put is sent."""
        self._frames.put_nowait(None)

    def abort(self) -> None:
        """Drops the connection with no close frame, as a broken network does."""
        self.socket.transport.abort()

    def stop(self) -> None:
        """The connection is gone: nothing more can be sent."""
        self._writer.cancel()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (frame := await self._frames.get()) is not None:
                await self.socket.send(frame)
                if self._frames.qsize() == self.BACKLOG_LIMIT // 2:
                    self.on_drained()
            await self.socket.close()


class SessionChannel:
    """What agent and service do with the data channel: number, acknowledge, send again, pause while nobody is there."""

    RESEND_CHECK_SECONDS = 0.1

    def __init__(self, session_id: str, target: str) -> None:
        self._session_id = session_id
        self._target = target
        self._outbound = OutboundStream(data_channel.OUTPUT, receiver_acknowledges_duplicates=False)
        self._inbound = InboundStream(acknowledges_duplicates=True)
        self._loop = asyncio.get_running_loop()
        self._resend: asyncio.TimerHandle | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self._room = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self._handshake: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self.link: Link | None = None
        self.acknowledges = True
        """A test may turn it off: then the client waits for its acknowledgements in vain."""
        self.on_input: Callable[[AgentMessage], bool] = lambda message: False
        """Takes a keyboard, size or flag message; False when there is no shell yet to take it."""
        self.on_room: Callable[[], None] = lambda: None
        """Called when output may flow again."""
        self.on_activity: Callable[[], None] = lambda: None
        """Called for each keystroke that arrives: what the idle time counts from."""

    @property
    def has_room(self) -> bool:
        """Whether to go on reading output: a client is there and keeps up. While not, the shell blocks and loses
        nothing."""
        return self.link is not None and self._outbound.has_room and not self.link.is_backed_up

    def widen(self) -> None:
        """Lets output flow without regard to acknowledgements, up to the agent's own buffer; only a client that does not
        read holds it up. For sessions whose input may have to wait for their output: acknowledgements are input too."""
        self._outbound.window = AGENT_BUFFER

    async def send_all(self, payload_type: PayloadType, data: bytes) -> None:
        """Sends bytes of any number as stream messages, each as soon as there is room for it."""
        for start in range(0, len(data), data_channel.STREAM_PAYLOAD_LIMIT):
            while not self.has_room:
                self._room.clear()
                await self._room.wait()
            self.send(payload_type, data[start : start + data_channel.STREAM_PAYLOAD_LIMIT])

    def hold_input(self) -> None:
        """Stops reading from the client, once what it has sent is taken."""
        self._reads.clear()

    def release_input(self) -> None:
        """Reads from the client again."""
        self._reads.set()

    def attach(self, link: Link) -> None:
        """Carries on over ``link``: all that the last client may have missed is sent first."""
        if self.link is not None:
            self.link.finish()
        self.link = link
        link.on_drained = self._tell_room
        for frame in self._outbound.replay(self._loop.time()):
            link.put(frame)
        self._schedule_resend()
        self._tell_room()

    def detach(self, link: Link) -> bool:
        """Notes that ``link`` is gone; returns whether that leaves the session without a client."""
        if self.link is not link:
            return False
        self.link = None
        return True

    def send(self, payload_type: PayloadType, payload: bytes) -> None:
        """Sends a stream message, now or as soon as there is a client. An empty payload is none: the plugin refuses
        it."""
        frame = self._outbound.send(payload_type, payload, self._loop.time())
        self._settled.clear()
        if self.link is not None:
            self.link.put(frame)
        self._schedule_resend()

    def send_json(self, payload_type: PayloadType, content: dict[str, Any]) -> None:
        self.send(payload_type, json.dumps(content).encode())

    async def receive(self, frame: bytes) -> None:
        """Takes a frame from the client, and returns when the next may come. What it does not understand it ignores, as
        the service does."""
        self._receive(frame)
        await self._reads.wait()

    def _receive(self, frame: bytes) -> None:
        try:
            message = AgentMessage.unpack(frame)
        except data_channel.Malformed:
            return
        if message.type == data_channel.ACKNOWLEDGE:
            self._acknowledged(message)
        elif message.type == data_channel.INPUT:
            taken = self._inbound.receive(message, self._deliver)
            if taken and self.acknowledges and self.link is not None:
                self.link.put(data_channel.acknowledgement(message).pack())

    def input_may_flow(self) -> None:
        """The shell can take input again: hand over what came ahead. The rest the client sends again."""
        self._inbound.deliver_ahead(self._deliver)

    async def handshake(self, request: dict[str, Any], timeout: float = 15) -> dict[str, Any]:
        """Asks the client's part of the handshake and returns its answer.

        Raises:
            TimeoutError: no answer, in the time the agent allows.
        """
        self.send_json(PayloadType.HANDSHAKE_REQUEST, request)
        return await asyncio.wait_for(asyncio.shield(self._handshake), timeout)

    async def settle(self, timeout: float) -> None:
        """Waits until everything sent was acknowledged, or until a client has been silent for ``timeout``.

        While there is no client it waits on: what the shell said last would be lost otherwise.
        """
        while not self._settled.is_set():
            try:
                await asyncio.wait_for(self._settled.wait(), timeout)
            except TimeoutError:
                if self.link is not None:
                    return

    def close(self, output: str) -> None:
        """Tells the client that the session is over, and hangs up."""
        if self._resend is not None:
            self._resend.cancel()
        self.release_input()
        if self.link is not None:
            self.link.put(data_channel.channel_closed(self._session_id, self._target, output).pack())
            self.link.finish()

    def _acknowledged(self, message: AgentMessage) -> None:
        try:
            sequence = data_channel.acknowledged_sequence(message)
        except (ValueError, KeyError, TypeError):
            return
        self._outbound.acknowledge(sequence, self._loop.time())
        if self._outbound.is_settled:
            self._settled.set()
        self._tell_room()

    def _tell_room(self) -> None:
        if self.has_room:
            self._room.set()
            self.on_room()

    def _deliver(self, message: AgentMessage) -> bool:
        if not self.acknowledges:
            return False
        if message.payload_type == PayloadType.HANDSHAKE_RESPONSE:
            if not self._handshake.done():
                self._handshake.set_result(json.loads(message.payload))
            return True
        if message.payload_type == PayloadType.OUTPUT:
            self.on_activity()
        return self.on_input(message)

    def _schedule_resend(self) -> None:
        if self._resend is None and self.link is not None and not self._outbound.is_settled:
            self._resend = self._loop.call_later(self.RESEND_CHECK_SECONDS, self._resend_overdue)

    def _resend_overdue(self) -> None:
        self._resend = None
        if self.link is None:
            return
        frame = self._outbound.overdue(self._loop.time())
        if frame is not None:
            self.link.put(frame)
        self._schedule_resend()
