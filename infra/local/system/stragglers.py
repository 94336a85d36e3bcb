"""Finds and ends the processes of one run by a mark in their environment, whoever their parent is by now."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

MARK = "SSM_BROKER_LOCAL_RUN"


def marked(run: str) -> list[int]:
    """The processes of this user that carry the mark."""
    wanted = f"{MARK}={run}".encode()
    found = []
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit() or int(directory.name) == os.getpid():
            continue
        try:
            if wanted in (directory / "environ").read_bytes().split(b"\0"):
                found.append(int(directory.name))
        except OSError:
            continue  # gone already, or another user's
    return found


def end(run: str, grace: float = 2.0) -> None:
    """Asks the marked processes to stop, and kills those that have not after `grace` seconds."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        _send(marked(run), number)
    deadline = time.monotonic() + grace
    while marked(run) and time.monotonic() < deadline:
        time.sleep(0.02)
    _send(marked(run), signal.SIGKILL)


def _send(processes: list[int], number: int) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass  # it was faster
