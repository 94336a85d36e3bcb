"""Time, so that tests can move it instead of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The real time, plus what a test has added."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time in UTC, to the microsecond."""
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        """Seconds since 1970."""
        return self.now().timestamp()

    def advance(self, by: timedelta) -> None:
        """Moves this clock, and nobody else's: what the broker and the client sign is dated by the machine's."""
        self._ahead += by
