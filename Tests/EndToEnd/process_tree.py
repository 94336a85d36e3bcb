"""Processes and whom they descend from, read from /proc."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path

Process = tuple[int, str]
"""Process id and start time: together they name one process, whoever gets the id next."""


def descendants(root: int) -> set[Process]:
    """Everything that `root` has started, and what that has started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = (int(fields[1]), fields[19])
    found: set[Process] = set()
    wave = {root}
    while wave:
        wave = {pid for pid, (parent, _) in parents.items() if parent in wave}
        found |= {(pid, parents[pid][1]) for pid in wave}
    return found


def running(those: Iterable[Process]) -> dict[int, str]:
    """Which of them still run, with their command lines; a zombie has ended."""
    left = {}
    for pid, start in those:
        fields = _stat(pid)
        if fields and fields[19] == start and fields[0] not in "ZX":
            left[pid] = command_line(pid)
    return left


def command_line(pid: int) -> str:
    """The arguments, separated by blanks; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def ignores(pid: int, number: signal.Signals) -> bool:
    """Whether the process ignores a signal."""
    return bool(int(status(pid)["SigIgn"], 16) >> (number - 1) & 1)


def status(pid: int) -> dict[str, str]:
    """/proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _stat(pid: int) -> list[str] | None:
    """/proc/PID/stat from the state on: state, parent, …, start time."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
