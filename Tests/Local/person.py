"""Someone at a terminal, and waiting for what someone sees."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from typing import Any

DEADLINE = 15.0
"""Seconds that anything may take; most take milliseconds."""


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Waits for ``condition`` to be true and returns its value; fails when it is not in time."""
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, f"not in {DEADLINE} s: {what}"
        time.sleep(0.01)
    return value


class Person:
    """Someone at a terminal: types, reads, resizes."""

    def __init__(self, command: list[str], environment: dict[str, str], *, columns: int = 80, rows: int = 24) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job of a script is started without it
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], command, environment)
        self.seen = ""
        self._marks = 0
        self.status: int | None = None

    @property
    def local_modes(self) -> int:
        """The terminal's c_lflag: echo, line editing and so on."""
        return int(termios.tcgetattr(self.terminal)[3])

    def expect_prompt(self) -> None:
        """Waits for the shell's prompt, and for the plugin to take the terminal.

        Only then may Ctrl-C be hit: the real plugin sets its handlers while it shows the prompt.
        """
        self.expect(r"\$ ")
        eventually(lambda: not self.local_modes & termios.ECHO, "the plugin takes the terminal")

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def expect(self, pattern: str, seconds: float = DEADLINE) -> re.Match[str]:
        """Reads on until ``pattern`` appears after what was matched before."""
        end = time.monotonic() + seconds
        while (found := re.compile(pattern).search(self.seen, self._marks)) is None:
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.seen[-2000:]}"
            assert self._read(0.1), f"ended without {pattern!r}:\n{self.seen[-2000:]}"
        self._marks = found.end()
        return found

    def read_until(self, condition: Callable[[], Any], what: str) -> None:
        """Reads on until ``condition`` is true, so that nobody waits for this terminal meanwhile."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"not in {DEADLINE} s: {what}"
            assert self._read(0.01), f"ended before {what}:\n{self.seen[-2000:]}"

    def wait(self) -> int:
        """Reads to the end and returns the exit status, negative for a signal."""
        end = time.monotonic() + DEADLINE
        while self._read(0.1):
            assert time.monotonic() < end, f"it does not end:\n{self.seen[-2000:]}"
        return self.reap()

    def reap(self) -> int:
        if self.status is None:
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def kill(self) -> None:
        if self.status is None:
            os.kill(self.pid, 9)
            self.reap()
        os.close(self.terminal)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.terminal, 65_536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)
