"""The Lambda Runtime API, as one process sees it.

Source: Lambda Developer Guide, "Using the Lambda runtime API".
"""

from __future__ import annotations

import queue
import re
import threading
import uuid
from dataclasses import dataclass, field

from .events import trace_id
from .places import FUNCTION_ARN
from .wire import DropConnection, LoopbackServer, Request, Response

_OUTCOME = re.compile(r"^/2018-06-01/runtime/invocation/([0-9a-f-]{36})/(response|error)$")


@dataclass
class Invocation:
    """One event on its way through the function."""

    event: bytes = field(repr=False)
    deadline: float
    """Seconds since 1970."""
    function_arn: str = FUNCTION_ARN
    """As it was invoked, with the alias."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    reply: bytes | None = field(default=None, repr=False)
    error: str | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def finish(self, reply: bytes | None = None, error: str | None = None) -> None:
        """Settles the outcome; only the first counts."""
        if not self.done.is_set():
            self.reply, self.error = reply, error
            self.done.set()


class RuntimeAPI:
    """The Runtime API of one process. A new process gets a new one, so nothing is handed to a dead process."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        """Set by the first request for an invocation: initialisation is over."""
        self.init_error: str | None = None
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._lock = threading.Lock()
        self._current: Invocation | None = None
        self._closed_because: str | None = None
        self._server = LoopbackServer(self._handle, name="runtime API")

    @property
    def address(self) -> str:
        """``host:port``, as AWS_LAMBDA_RUNTIME_API has it."""
        return f"127.0.0.1:{self._server.port}"

    def offer(self, invocation: Invocation) -> None:
        """Hands an invocation to the next request for one."""
        with self._lock:
            self._current = invocation
            if self._closed_because is not None:
                invocation.finish(error=self._closed_because)
        self._waiting.put(invocation)

    def close(self, reason: str) -> None:
        """Fails what is under way and stops listening."""
        with self._lock:
            self._closed_because = reason
            if self._current is not None:
                self._current.finish(error=reason)
        self._waiting.put(None)
        self._server.close()

    def _handle(self, request: Request) -> Response:
        if (request.method, request.path) == ("GET", "/2018-06-01/runtime/invocation/next"):
            return self._next()
        if (request.method, request.path) == ("POST", "/2018-06-01/runtime/init/error"):
            self.init_error = request.body.decode("utf-8", "replace")
            return Response.json(202, {"status": "OK"})
        found = _OUTCOME.match(request.path)
        if request.method != "POST" or found is None:
            return Response.json(404, {"errorType": "NotFound", "errorMessage": request.path})
        current = self._current
        if current is None or current.id != found.group(1) or current.done.is_set():
            return Response.json(400, {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
        if found.group(2) == "response":
            current.finish(reply=request.body)
        else:
            current.finish(error=request.body.decode("utf-8", "replace"))
        return Response.json(202, {"status": "OK"})

    def _next(self) -> Response:
        self.ready.set()
        invocation = self._waiting.get()
        if invocation is None:
            raise DropConnection
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": trace_id(invocation.id),
        }
        return Response(200, invocation.event, headers)
