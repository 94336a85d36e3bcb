"""The audit store made unwritable from outside: another process's lock on its SQLite file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from system.local_system import LocalSystem


class StoreLock:
    """A write lock that is taken and let go at will, from any thread."""

    def __init__(self, system: LocalSystem) -> None:
        path = system.store.removeprefix("sqlite:")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)

    def take(self) -> None:
        """From now on nobody else can write."""
        self._connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        """Lets others write again. Harmless when nothing was taken."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        self.release()
        self._connection.close()


@contextlib.contextmanager
def store_lock(system: LocalSystem) -> Iterator[StoreLock]:
    """A lock not yet taken, and let go at the end whatever happens."""
    lock = StoreLock(system)
    try:
        yield lock
    finally:
        lock.close()
