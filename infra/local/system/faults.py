"""Things that go wrong on purpose: before or after an operation's effect, once or several times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .errors import AWSError
from .wire import DropConnection

When = Literal["before", "after"]
Action = Callable[[], None]


def throttle() -> None:
    """The service says that it is asked too often."""
    raise AWSError("ThrottlingException", "Rate exceeded", 400)


def fail() -> None:
    """The service answers 500."""
    raise AWSError("InternalServerError", "An error occurred on the server side.", 500)


def drop() -> None:
    """The connection closes without an answer."""
    raise DropConnection


def delay(seconds: float) -> Action:
    """The answer takes longer."""
    return lambda: time.sleep(seconds)


@dataclass
class Fault:
    """One planned failure; `remaining` counts down as it strikes."""

    operation: str
    when: When
    action: Action = field(repr=False)
    remaining: int
    struck: int = 0


class Faults:
    """The plan. A fault ``after`` strikes when the effect has taken place and the answer has not left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plan: list[Fault] = []

    def before(self, operation: str, action: Action, times: int = 1) -> Fault:
        """Plans a failure ahead of the effect; `action` may raise, wait, or change the world."""
        return self._add(Fault(operation, "before", action, times))

    def after(self, operation: str, action: Action, times: int = 1) -> Fault:
        """Plans a failure between the effect and the answer."""
        return self._add(Fault(operation, "after", action, times))

    def strike(self, operation: str, when: When) -> None:
        """Carries out what is planned for this moment. Raises what the action raises."""
        with self._lock:
            due = [one for one in self._plan if one.operation == operation and one.when == when and one.remaining > 0]
            for fault in due[:1]:
                fault.remaining -= 1
                fault.struck += 1
        for fault in due[:1]:
            fault.action()

    def leftover(self) -> list[Fault]:
        """Faults that have not struck as often as planned: a test that leaves one proves less than it says."""
        with self._lock:
            return [fault for fault in self._plan if fault.remaining > 0]

    def clear(self) -> None:
        """Forgets the plan."""
        with self._lock:
            self._plan.clear()

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._plan.append(fault)
        return fault
