"""The broker as a Lambda function: its Runtime API, its processes, one invocation at a time in each.

Source: Lambda Developer Guide, "Using the Lambda runtime API".
"""

from __future__ import annotations

import json
import queue
import re
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cast import FUNCTION_ARN
from .events import trace_id
from .wire import DropConnection, LoopbackServer, Request, Response

_OUTCOME = re.compile(r"^/2018-06-01/runtime/invocation/([0-9a-f-]{36})/(response|error)$")


class InvocationFailed(Exception):
    """The function reported an error, or its process died."""


class InvocationTimedOut(Exception):
    """The function works on, but the front door waits no longer."""


@dataclass
class Invocation:
    """One event on its way through the function."""

    event: bytes = field(repr=False)
    deadline: float
    """Seconds since 1970."""
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
        self._current: Invocation | None = None
        self._server = LoopbackServer(self._handle, name="runtime API")

    @property
    def address(self) -> str:
        """``host:port``, as AWS_LAMBDA_RUNTIME_API has it."""
        return f"127.0.0.1:{self._server.port}"

    def offer(self, invocation: Invocation) -> None:
        """Hands an invocation to the next request for one."""
        self._current = invocation
        self._waiting.put(invocation)

    def close(self, reason: str) -> None:
        """Fails what is under way and stops listening."""
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
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            "Lambda-Runtime-Trace-Id": trace_id(invocation.id),
        }
        return Response(200, invocation.event, headers)


class Instance:
    """One execution environment: keeps a process running, starts another when it dies."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._command = command
        self._environment = environment
        self._log = log
        self._changed = threading.Condition()
        self._api: RuntimeAPI | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_wanted = True
        self._is_closing = False
        # The kernel ties PR_SET_PDEATHSIG to the thread that forked: this one lives as long as the instance.
        self._keeper = threading.Thread(target=self._keep, name="lambda instance", daemon=True)
        self._keeper.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether initialisation ends well within the time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._changed:
                api, is_given_up = self._api, self._api is None and not self._is_wanted
            if is_given_up:
                return False
            if api is not None and api.ready.wait(0.02):
                return True
            if api is None:
                time.sleep(0.02)
        return False

    def run(self, invocation: Invocation, patience: float) -> bool:
        """Runs an invocation; false when it is still under way after `patience` seconds."""
        with self._changed:
            self._is_wanted = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._api is not None or self._is_closing, timeout=5)
            api = self._api
        if api is None:
            invocation.finish(error="the function does not start")
        else:
            api.offer(invocation)
        return invocation.done.wait(patience)

    def kill(self) -> None:
        """Ends the process as Lambda does at a time-out; another is started."""
        with self._changed:
            process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the process for good."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            process = self._process
        if process is not None:
            process.kill()
        self._keeper.join(5)

    def _keep(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_wanted or self._is_closing)
                if self._is_closing:
                    return
                api = RuntimeAPI()
                environment = {**self._environment, "AWS_LAMBDA_RUNTIME_API": api.address}
                with self._log.open("ab") as log:
                    # setpriv, so that the process goes when this one goes, however it goes.
                    command = ["setpriv", "--pdeathsig", "KILL", "--", *self._command]
                    self._process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                                     stderr=log)  # fmt: skip
                self._api = api
                self._changed.notify_all()
            status = self._process.wait()
            with self._changed:
                self._api = None
                # A process that fails to start is tried again with the next invocation, not in a circle.
                self._is_wanted = api.ready.is_set()
            api.close(f"the function's process ended with status {status}")


class LambdaFunction:
    """As many instances as may run at once; more requests than that wait."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        instances: int = 1,
        gateway_seconds: float = 29,
        function_seconds: float = 30,
    ) -> None:
        self._all = [Instance(command, environment, log) for _ in range(instances)]
        self._free: queue.SimpleQueue[Instance] = queue.SimpleQueue()
        self._gateway_seconds = gateway_seconds
        self._function_seconds = function_seconds
        for instance in self._all:
            self._free.put(instance)

    def wait_until_ready(self, seconds: float = 20) -> bool:
        """Whether every instance initialises within the time."""
        return all(instance.wait_until_ready(seconds) for instance in self._all)

    def invoke(self, event: dict[str, Any], request_id: str = "") -> bytes:
        """The function's reply. Raises :class:`InvocationFailed` or :class:`InvocationTimedOut`."""
        begun = time.monotonic()
        try:
            instance = self._free.get(timeout=self._gateway_seconds)
        except queue.Empty:
            raise InvocationTimedOut from None
        invocation = Invocation(json.dumps(event).encode(), time.time() + self._function_seconds)
        if not instance.run(invocation, max(0.0, self._gateway_seconds - (time.monotonic() - begun))):
            threading.Thread(target=self._outlast, args=(instance, invocation), daemon=True).start()
            raise InvocationTimedOut
        self._free.put(instance)
        if invocation.reply is None:
            raise InvocationFailed(invocation.error or "")
        return invocation.reply

    def restart(self) -> None:
        """Kills every process, as when AWS takes an environment away; new ones start."""
        for instance in self._all:
            instance.kill()

    def close(self) -> None:
        """Ends every process."""
        for instance in self._all:
            instance.close()

    def _outlast(self, instance: Instance, invocation: Invocation) -> None:
        if not invocation.done.wait(max(0.0, invocation.deadline - time.time())):
            instance.kill()
            invocation.done.wait(5)
        self._free.put(instance)
