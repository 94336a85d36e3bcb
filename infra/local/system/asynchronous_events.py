"""Events left for a function: run soon, and twice more when it fails, as Lambda does.

Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation". There the retries come
after one and two minutes; here sooner, for whoever waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .invocation_failures import InvocationFailed, InvocationTimedOut

RETRY_SECONDS = (0.2, 0.4)


@dataclass(frozen=True)
class Abandoned:
    """An event whose last try failed too; AWS would put it on the function's dead-letter queue."""

    event: dict[str, Any]
    reasons: tuple[str, ...]


class AsynchronousEvents:
    """A thread for each event."""

    def __init__(self, invoke: Callable[..., bytes]) -> None:
        self._invoke = invoke
        self._changed = threading.Condition()
        self._under_way = 0
        self._closed = threading.Event()
        self.done: list[tuple[dict[str, Any], bytes]] = []
        """Events that were run, with the function's reply."""
        self.abandoned: list[Abandoned] = []

    def add(self, event: dict[str, Any], alias: str | None) -> None:
        """Takes an event."""
        with self._changed:
            self._under_way += 1
        threading.Thread(target=self._run, args=(event, alias), name="left event", daemon=True).start()

    def settle(self, seconds: float) -> bool:
        """Whether every event left so far, and those that they led to, is done with within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout=seconds)

    def close(self) -> None:
        """Tries nothing again."""
        self._closed.set()

    def _run(self, event: dict[str, Any], alias: str | None) -> None:
        reasons: list[str] = []
        try:
            for pause in (*RETRY_SECONDS, None):
                try:
                    reply = self._invoke(event, alias=alias)
                except (InvocationFailed, InvocationTimedOut) as error:
                    reasons.append(f"{type(error).__name__}: {error}")
                else:
                    with self._changed:
                        self.done.append((event, reply))
                    return
                if pause is None or self._closed.is_set():
                    break
                time.sleep(pause)
            with self._changed:
                self.abandoned.append(Abandoned(event, tuple(reasons)))
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
