"""Waiting for something to become true: polls, with a deadline, so that no test sleeps for a guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def eventually(value: Callable[[], Value], what: str, seconds: float = 10) -> Value:
    """The first true value of `value`; fails with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (found := value()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return found
