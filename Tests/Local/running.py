"""A plugin without a terminal: what it writes, and the input that it waits for."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading

from person import DEADLINE, eventually


class Running:
    """A plugin without a terminal, whose standard input stays open until it is closed here."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.shown = bytearray()
        """What it wrote to standard output so far."""
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def expect(self, pattern: bytes) -> re.Match[bytes]:
        """Waits for ``pattern`` anywhere in what it has written."""

        def found() -> re.Match[bytes] | None:
            return re.search(pattern, bytes(self.shown))

        match: re.Match[bytes] = eventually(found, f"{pattern!r} in {bytes(self.shown[-2000:])!r}")
        return match

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self, seconds: float = DEADLINE) -> int:
        """Waits for the end and returns the exit status; nothing may have gone to standard error."""
        status = self.process.wait(seconds)
        self._reading.join()
        assert self.process.stderr is not None
        assert self.process.stderr.read() == b""
        return status

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reading.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while data := self.process.stdout.read1():  # type: ignore[attr-defined]  # a pipe's is buffered
            self.shown += data
