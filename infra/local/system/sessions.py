"""The session service: starts, resumes and ends sessions, and runs gateway and agent for them.

Its methods may be called from any thread but its own; what they do happens on the gateway's event loop, one at a time.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal, TypeVar

from .agent import Agent
from .contracts import AuthorizeChannel, ChannelRequest, SessionGone, SessionState, StartedSession, StartRequest
from .gateway import Gateway, TokenRefused, stream_url
from .node_users import NodeUsers
from .session import Limits, Session, new_session_id
from .session_channel import Link, SessionChannel

Answer = TypeVar("Answer")

LIMIT_CHECK_SECONDS = 0.25
"""Limits are whole minutes; looking this often lets a test that moves the clock see their effect at once."""


def _allow(request: ChannelRequest) -> None:
    """Whoever has the token may open the channel."""


class SessionService:
    """Session Manager on one machine. See :class:`contracts.Sessions` for what the AWS stand-in needs of it."""

    def __init__(
        self,
        node_users: NodeUsers,
        authorize_channel: AuthorizeChannel = _allow,
        strict_signing: bool = False,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        agent: Agent | None = None,
    ) -> None:
        """Starts the gateway.

        Args:
            node_users: the nodes; closed by whoever made them.
            authorize_channel: judges each GET that opens a data channel.
            strict_signing: refuse the unsigned ones without asking.
            host, port: where the gateway listens; port 0 takes a free one.
            clock: seconds since 1970.
            agent: what runs on the nodes; by default one that keeps the real agent's times.
        """
        self._node_users = node_users
        self._clock = clock
        self._agent = agent or Agent(node_users)
        self._sessions: dict[str, Session] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="message-gateway", daemon=True)
        self._thread.start()
        self._gateway = Gateway(
            knows=self._knows,
            authorize=authorize_channel,
            strict_signing=strict_signing,
            opened=self._opened,
            closed=self._closed,
        )
        self.gateway_url = f"ws://{host}:{self._do(self._gateway.start(host, port))}"
        self._watch = asyncio.run_coroutine_threadsafe(self._watch_limits(), self._loop)

    # What the API does

    def start(self, request: StartRequest) -> StartedSession:
        """Begins a session. The shell starts with the first connection.

        Raises:
            KeyError: the target is no node of ours; the caller should have known.
        """
        self._node_users.node(request.target)
        return self._do(self._start(request))

    def resume(self, session_id: str) -> StartedSession:
        """A new token for a session that lives.

        Raises:
            SessionGone: it does not, or never did.
        """
        return self._do(self._resume(session_id))

    def terminate(self, session_id: str) -> None:
        """Ends a session and its shell. No error for one that has ended or never was."""
        self._do(self._terminate(session_id))

    def describe(self, account: str, region: str, state: Literal["Active", "History"]) -> list[SessionState]:
        """The sessions of one account and Region, newest first."""
        states = [each for each in self._states() if (each.account, each.region) == (account, region)]
        return [each for each in states if each.is_active == (state == "Active")]

    def get(self, session_id: str) -> SessionState | None:
        """One session, living or ended."""
        return next((state for state in self._states() if state.session_id == session_id), None)

    def live(self) -> list[SessionState]:
        """Every session that has not ended."""
        return [state for state in self._states() if state.is_active]

    def close(self) -> None:
        """Ends every session and stops the gateway. Idempotent."""
        if not self._thread.is_alive():
            return
        self._watch.cancel()
        for state in self.live():
            self.terminate(state.session_id)
        self._do(self._gateway.close())
        self._do(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What a test does to a connection

    def drop_connection(self, session_id: str) -> None:
        """Breaks the client's connection with no close frame."""
        self._with_link(session_id, lambda link: link.abort())

    def close_connection(self, session_id: str) -> None:
        """Closes the client's connection in good order, but not the session."""
        self._with_link(session_id, lambda link: link.finish())

    def acknowledge_input(self, session_id: str, acknowledges: bool) -> None:
        """Stops or restarts taking the client's input: what is not taken is not acknowledged."""

        async def switch() -> None:
            self._sessions[session_id].channel.acknowledges = acknowledges

        self._do(switch())

    def close_channel(self, session_id: str, output: str) -> None:
        """Ends a session with ``output`` as its last words."""
        self._do(self._terminate(session_id, output))

    # On the loop

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _states(self) -> list[SessionState]:
        async def states() -> list[SessionState]:
            return [session.state() for session in reversed(self._sessions.values())]

        return self._do(states())

    def _with_link(self, session_id: str, action: Callable[[Link], None]) -> None:
        async def act() -> None:
            if (link := self._sessions[session_id].channel.link) is not None:
                action(link)

        self._do(act())

    async def _start(self, request: StartRequest) -> StartedSession:
        now = self._clock()
        session_id = new_session_id(request.role_session_name)
        channel = SessionChannel(session_id, request.target)
        session = Session(session_id, request, channel, now, Limits.of(request), active=now)
        channel.on_activity = lambda: setattr(session, "active", self._clock())
        self._sessions[session_id] = session
        return self._ticket(session)

    async def _resume(self, session_id: str) -> StartedSession:
        if not self._knows(session_id):
            raise SessionGone(session_id)
        return self._ticket(self._sessions[session_id])

    def _ticket(self, session: Session) -> StartedSession:
        cell = f"AAEAA{session.request.account}{session.request.region}="
        url = stream_url(self.gateway_url, session.id, cell)
        return StartedSession(session.id, session.issue_token(self._clock()), url)

    async def _terminate(self, session_id: str, output: str = "") -> None:
        session = self._sessions.get(session_id)
        if session is None or not session.is_live:
            return
        session.status = "Terminating"
        if session.run is not None and not session.run.done():
            session.run.cancel()
            await asyncio.wait([session.run])
        self._end(session, output)

    def _knows(self, session_id: str) -> bool:
        session = self._sessions.get(session_id)
        return session is not None and session.is_live

    def _opened(self, session_id: str, token: str, link: Link) -> Callable[[bytes], Awaitable[None]]:
        session = self._sessions[session_id]
        if not session.is_live or not session.redeem(token, self._clock()):
            raise TokenRefused("the token is not valid")
        if session.status == "Connecting":
            session.active = self._clock()
        session.status = "Connected"
        session.channel.attach(link)
        if session.run is None:
            session.run = self._loop.create_task(self._run(session))
        return session.channel.receive

    def _closed(self, session_id: str, link: Link) -> None:
        session = self._sessions[session_id]
        if session.channel.detach(link) and session.is_live:
            session.status = "Disconnected"

    async def _run(self, session: Session) -> None:
        ending = await self._agent.run(session.request, session.channel)
        if session.is_live:
            session.details = ending.output.strip() or None
            self._end(session, ending.output, failed=ending.failed)

    def _end(self, session: Session, output: str, *, failed: bool = False) -> None:
        if session.is_live:
            session.ended = self._clock()
            session.status = "Failed" if failed else "Terminated"
            session.channel.close(output)

    async def _watch_limits(self) -> None:
        while True:
            now = self._clock()
            for session in [each for each in self._sessions.values() if each.is_live]:
                if (output := session.overdue(now)) is not None:
                    await self._terminate(session.id, output)
            await asyncio.sleep(LIMIT_CHECK_SECONDS)
