"""The client without a terminal, as a script or another program runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping

from engineer import PATIENCE_SECONDS, client_path
from process_tree import command_line, descendants
from waiting import eventually


class ClientProcess:
    """`ssm-broker` with pipes; what it writes is read as it comes."""

    def __init__(self, variables: Mapping[str, str], *arguments: str) -> None:
        self._process = subprocess.Popen(
            [client_path(variables), *arguments],
            env=dict(variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._written = {"out": bytearray(), "err": bytearray()}
        pipes = {"out": self._process.stdout, "err": self._process.stderr}
        self._readers = [
            threading.Thread(target=self._read, args=(name, pipe), daemon=True) for name, pipe in pipes.items()
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """Standard output so far."""
        return self._written["out"].decode(errors="replace")

    @property
    def output_bytes(self) -> bytes:
        return bytes(self._written["out"])

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return self._written["err"].decode(errors="replace")

    @property
    def plugins(self) -> list[int]:
        """The plugins that it runs."""
        return [pid for pid, _ in descendants(self.pid) if "StartSession" in command_line(pid)]

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def send(self, data: bytes) -> None:
        """Writes to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def close_input(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def lines(self, count: int) -> list[str]:
        """Waits until that many lines of output are there."""
        eventually(
            lambda: self.output.count("\n") >= count or self.has_ended, f"{count} lines", seconds=PATIENCE_SECONDS
        )
        assert self.output.count("\n") >= count, f"it ended:\n{self.output}{self.errors}"
        return self.output.splitlines()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit status, negative for a signal, once everything it wrote was read."""
        status = self._process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return status

    def kill(self) -> None:
        """Ends it and its plugins, however they stand."""
        for pid in (*self.plugins, self.pid) if not self.has_ended else ():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _read(self, name: str, pipe: object) -> None:
        descriptor = pipe.fileno()  # type: ignore[attr-defined]
        while data := os.read(descriptor, 65_536):
            self._written[name] += data

