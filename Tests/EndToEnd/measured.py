"""One run of a command: how long, how much of the processor, how much memory, and what it printed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    status: int
    seconds: float
    processor: float
    """Seconds of one processor, in the program and for it in the kernel."""
    peak_kilobytes: int
    output: str
    notes: str


def measured(command: list[str], environment: dict[str, str] | None = None) -> Run:
    """Runs a command to its end; it gets `environment` and the usual PATH, and nothing else."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as notes:
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=notes, env={"PATH": os.defpath, **(environment or {})}
        )
        peak = _Peak(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (output, notes):
            file.seek(0)
            texts.append(file.read().decode())
    return Run(child.returncode, seconds, usage.ru_utime + usage.ru_stime, peak.kilobytes(), *texts)


class _Peak:
    """The most memory of a process, as the kernel keeps it for the program alone.

    `ru_maxrss` counts the parent's too, from before the program was put in its place.
    """

    def __init__(self, process: int) -> None:
        self._status = Path(f"/proc/{process}/status")
        self._most = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def kilobytes(self) -> int:
        """Once the process has ended."""
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while True:
            try:
                lines = self._status.read_text(errors="replace").splitlines()
            except (FileNotFoundError, ProcessLookupError):
                return
            self._most = max([self._most, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
            time.sleep(0.02)
