"""A Lambda function: its processes, one invocation at a time in each; waited for, or left an event."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .asynchronous_events import AsynchronousEvents
from .invocation_failures import InvocationFailed, InvocationTimedOut
from .places import FUNCTION_ARN
from .runtime_api import Invocation, RuntimeAPI


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

    def restart(self, seconds: float = 20) -> None:
        """Kills the process and waits for the next one."""
        with self._changed:
            before = self._api
            self._is_wanted = True
        self.kill()
        with self._changed:
            self._changed.wait_for(lambda: self._api is not None and self._api is not before, timeout=seconds)

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
        clock: Callable[[], float] = time.time,
        arn: str = FUNCTION_ARN,
    ) -> None:
        self._all = [Instance(command, environment, log) for _ in range(instances)]
        self._free: queue.SimpleQueue[Instance] = queue.SimpleQueue()
        self._gateway_seconds = gateway_seconds
        self._function_seconds = function_seconds
        self._clock = clock
        self._arn = arn
        self.left = AsynchronousEvents(self.invoke)
        for instance in self._all:
            self._free.put(instance)

    def wait_until_ready(self, seconds: float = 20) -> bool:
        """Whether every instance initialises within the time."""
        return all(instance.wait_until_ready(seconds) for instance in self._all)

    def leave(self, event: dict[str, Any], alias: str | None = None) -> None:
        """Takes an event and comes back at once; it is run soon."""
        self.left.add(event, alias)

    def invoke(self, event: dict[str, Any], request_id: str = "", alias: str | None = None) -> bytes:
        """The function's reply. Raises :class:`InvocationFailed` or :class:`InvocationTimedOut`."""
        begun = time.monotonic()
        try:
            instance = self._free.get(timeout=self._gateway_seconds)
        except queue.Empty:
            raise InvocationTimedOut from None
        arn = f"{self._arn}:{alias}" if alias else self._arn
        invocation = Invocation(json.dumps(event).encode(), self._clock() + self._function_seconds, arn)
        if not instance.run(invocation, max(0.0, self._gateway_seconds - (time.monotonic() - begun))):
            threading.Thread(target=self._outlast, args=(instance, invocation), daemon=True).start()
            raise InvocationTimedOut
        self._free.put(instance)
        if invocation.reply is None:
            raise InvocationFailed(invocation.error or "")
        return invocation.reply

    def restart(self) -> None:
        """Kills every process, as when AWS takes an environment away, and waits for the next ones."""
        for instance in self._all:
            instance.restart()

    def kill(self) -> None:
        """Kills every process, and waits for nothing."""
        for instance in self._all:
            instance.kill()

    def close(self) -> None:
        """Ends every process, and forgets the events left."""
        self.left.close()
        for instance in self._all:
            instance.close()

    def _outlast(self, instance: Instance, invocation: Invocation) -> None:
        if not invocation.done.wait(max(0.0, invocation.deadline - self._clock())):
            instance.kill()
            invocation.done.wait(5)
        self._free.put(instance)
