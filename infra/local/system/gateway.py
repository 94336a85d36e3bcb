"""The message gateway's front: a WebSocket server that lets a client with a session's token at its data channel."""

from __future__ import annotations

import asyncio
import http
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from .contracts import AuthorizeChannel, ChannelRefused, ChannelRequest
from .session_channel import Link

_PATH = re.compile(r"/v1/data-channel/([^/]+)")

PING_SECONDS, PONG_SECONDS = 54, 60
"""The service's own rhythm."""

TOKEN_WAIT_SECONDS = 15


class TokenRefused(Exception):
    """The first message names no token that is good for this session."""


class Gateway:
    """Accepts connections at `/v1/data-channel/<session id>`.

    A connection passes four checks in this order: the path names a session that lives; its signature, when there is one
    or one is demanded; the right to open the channel; and a token that was never used.
    """

    def __init__(
        self,
        *,
        knows: Callable[[str], bool],
        authorize: AuthorizeChannel,
        strict_signing: bool,
        opened: Callable[[str, str, Link], Callable[[bytes], Awaitable[None]]],
        closed: Callable[[str, Link], None],
    ) -> None:
        """
        Args:
            knows: whether a session id names a live session.
            authorize: judges the signed GET; called in a thread, for it may take its time.
            strict_signing: refuse a GET without a signature before anyone judges it.
            opened: called with session id, token and connection; returns what takes its frames one by
                one, raises TokenRefused.
            closed: called when a connection that was opened is gone.
        """
        self._knows = knows
        self._authorize = authorize
        self._strict_signing = strict_signing
        self._opened = opened
        self._closed = closed
        self._server: Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens, and returns the port."""
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=self._upgrade,
            compression=None,  # the plugin offers none
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            close_timeout=1,
            server_header=None,
        )
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _upgrade(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        named = _PATH.fullmatch(url.path)
        if named is None or not self._knows(unquote(named[1])):
            return connection.respond(http.HTTPStatus.NOT_FOUND, "no such data channel\n")
        if self._strict_signing and not _is_signed(url.query, request.headers):
            return connection.respond(http.HTTPStatus.FORBIDDEN, "the request is not signed\n")
        headers = tuple(request.headers.raw_items())
        asked = ChannelRequest("GET", url.path, url.query, headers, unquote(named[1]))
        try:
            await asyncio.to_thread(self._authorize, asked)
        except ChannelRefused as refused:
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"{refused.reason}\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None  # set before a handler runs
        session_id = unquote(urlsplit(socket.request.path).path.rsplit("/", 1)[1])
        link = Link(socket)
        try:
            token = _token(await asyncio.wait_for(socket.recv(), TOKEN_WAIT_SECONDS))
            take = self._opened(session_id, token, link)
        except (TokenRefused, TimeoutError) as error:
            link.stop()
            await socket.close(1008, str(error) or "no token")
            return
        except ConnectionClosed:
            link.stop()
            return
        try:
            async for frame in socket:
                if isinstance(frame, bytes):
                    await take(frame)
        except ConnectionClosed:
            pass  # a network breaks; the session goes on
        finally:
            link.stop()
            self._closed(session_id, link)


def stream_url(base: str, session_id: str, cell: str) -> str:
    """The URL a client is given: opaque to it, to be used byte for byte."""
    path = quote(session_id, safe="@+=,")
    return f"{base}/v1/data-channel/{path}?role=publish_subscribe&cell-number={quote(cell, safe='')}"


def _is_signed(query: str, headers: Mapping[str, str]) -> bool:
    return headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ") or "X-Amz-Signature=" in query


def _token(first: str | bytes) -> str:
    """The token in an OpenDataChannel message, the one text frame of the protocol."""
    try:
        if isinstance(first, bytes):
            raise ValueError("a binary frame")
        message = json.loads(first)
        for name in ("MessageSchemaVersion", "RequestId", "ClientId"):
            if not isinstance(message[name], str):
                raise ValueError(name)
        return str(message["TokenValue"])
    except (ValueError, KeyError, TypeError) as error:
        raise TokenRefused(f"not an OpenDataChannel message: {error}") from error
