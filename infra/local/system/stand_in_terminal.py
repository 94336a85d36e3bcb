"""The stand-in plugin's own terminal, which it takes over as the real one does and gives back as badly."""

from __future__ import annotations

import os
import signal
import termios

CONTROL_BYTES = {signal.SIGINT: b"\x03", signal.SIGQUIT: b"\x1c", signal.SIGTSTP: b"\x1a"}
"""The signals that a terminal's own keys raise, and the bytes those keys are on the node."""

NO_TERMINAL_SIZE = (300, 100)
"""Columns and rows the real plugin reports when standard output is no terminal."""


class OwnTerminal:
    """Standard input and output."""

    def take(self) -> None:
        """Turns off line editing and echo, but not the keys that raise signals: `stty cbreak`, `stty -echo`."""
        self._change(clear=termios.ICANON | termios.ECHO)

    def half_restore(self) -> None:
        """Turns echo on again, and no more: the real plugin's restoration fails on Linux, then it runs `stty echo`."""
        self._change(set_=termios.ECHO)

    def read(self, limit: int) -> bytes:
        """What was typed; empty at the end of the input, a terminal's hang-up included."""
        try:
            return os.read(0, limit)
        except OSError:
            return b""

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(1, data) :]

    def size(self) -> tuple[int, int]:
        """Columns and rows, from standard output."""
        try:
            size = os.get_terminal_size(1)
        except OSError:
            return NO_TERMINAL_SIZE
        return size.columns, size.lines

    @staticmethod
    def _change(*, clear: int = 0, set_: int = 0) -> None:
        try:
            modes = termios.tcgetattr(0)
            modes[3] = modes[3] & ~clear | set_
            termios.tcsetattr(0, termios.TCSANOW, modes)
        except termios.error:
            pass  # no terminal, so there is nothing to change; the real plugin ignores stty's failure too
