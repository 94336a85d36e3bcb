"""A small HTTP/1.1 server on loopback, for the AWS endpoint, the front door and the Lambda Runtime API.

Requests are kept exactly as they came (path and query undecoded, headers in order): signatures are made over that.
"""

from __future__ import annotations

import json
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_LIMIT = 10 * 1024 * 1024
"""API Gateway's limit, the largest of those who use this server."""


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str

    def header(self, name: str) -> str | None:
        """The last value of a header; names compare without case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)

    @property
    def url(self) -> str:
        """Scheme, host and target, nothing decoded."""
        return f"http://{self.header('Host') or ''}{self.path}{'?' + self.query if self.query else ''}"


@dataclass(frozen=True)
class Response:
    """What is sent back, in one piece."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, value: Any, content_type: str = "application/json", **headers: str) -> Response:
        """A JSON body; header names are given with underscores."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json.dumps(value).encode(), {"Content-Type": content_type, **named})


class DropConnection(Exception):
    """Raised by a handler to close the connection without a word: the client's answer is lost."""


Handle = Callable[[Request], Response]


class PortTaken(Exception):
    """The asked-for port belongs to someone else."""


class LoopbackServer:
    """Serves `handle` on 127.0.0.1 with one thread a connection, until closed."""

    def __init__(
        self, handle: Handle, port: int = 0, name: str = "http", now: Callable[[], datetime] | None = None
    ) -> None:
        """With `now`, each answer is dated, as AWS's are: that is how a client finds out about its own clock."""
        self.now = now
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        try:
            self._server = _Server(("127.0.0.1", port), _handler_for(handle, self))
        except OSError as error:
            raise PortTaken(f"port {port} on 127.0.0.1 cannot be used: {error.strerror}") from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port, chosen by the kernel unless one was asked for."""
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> frozenset[socket.socket]:
        """The open connections. One whose client has gone is among them as long as its last request is worked on."""
        with self._lock:
            return frozenset(self._connections)

    def connected(self, connection: socket.socket) -> None:
        """Remembers a connection, to be closed with the server."""
        with self._lock:
            self._connections.add(connection)

    def disconnected(self, connection: socket.socket) -> None:
        """Forgets a connection."""
        with self._lock:
            self._connections.discard(connection)

    def close(self) -> None:
        """Stops listening and drops every open connection."""
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other side was faster


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # handlers may wait in a long poll; close() cuts their connections
    request_queue_size = 128


def _handler_for(handle: Handle, owner: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            owner.connected(self.connection)

        def finish(self) -> None:
            owner.disconnected(self.connection)
            super().finish()

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, TimeoutError):
                self.close_connection = True  # the client went away; nobody is left to tell

        def _serve(self) -> None:
            if self.headers.get("Transfer-Encoding"):
                return self._send(Response.json(411, {"message": "Length Required"}), close=True)
            declared = self.headers.get("Content-Length", "0")
            length = int(declared) if declared.isdigit() else BODY_LIMIT + 1
            if length > BODY_LIMIT:
                return self._send(Response.json(413, {"message": "Request Too Long"}), close=True)
            path, _, query = self.path.partition("?")
            request = Request(
                self.command, path, query, tuple(self.headers.items()), self.rfile.read(length), self.client_address[0]
            )
            try:
                response = handle(request)
            except DropConnection:
                self.close_connection = True
                return None
            except Exception:
                # A defect of ours must look like one, not like a lost connection.
                traceback.print_exc()
                response = Response.json(500, {"message": "the stand-in failed; its log says how"})
            return self._send(response)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve

        def _send(self, response: Response, close: bool = False) -> None:
            lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('', ''))[0]}"]
            lines += [f"{name}: {value}" for name, value in response.headers.items()]
            lines.append(f"Content-Length: {len(response.body)}")
            if owner.now is not None:
                lines.append(f"Date: {format_datetime(owner.now().astimezone(UTC), usegmt=True)}")
            if close:
                lines.append("Connection: close")
                self.close_connection = True
            head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
            # One write: two would let Nagle's algorithm and the delayed ACK hold the body back for 40 ms.
            self.wfile.write(head if self.command == "HEAD" else head + response.body)

        def log_message(self, *arguments: Any) -> None:
            """Silent: what happened is in the CloudTrail-like log."""

    return Handler
