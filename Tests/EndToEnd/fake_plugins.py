"""Plugins that misbehave on purpose, or that write down what they are given; each a shell script."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VERSION = "1.2.814.0"


def plugin(folder: Path, body: str, version: str = VERSION) -> Path:
    """A plugin that tells its version, and otherwise does `body`."""
    folder.mkdir(exist_ok=True)
    path = folder / "session-manager-plugin"
    path.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; exit 0; fi\n{body}\n')
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Recording:
    """What a plugin found when it was started."""

    folder: Path

    @property
    def is_complete(self) -> bool:
        return (self.folder / "complete").exists()

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    @property
    def arguments(self) -> list[str]:
        """Without the program's name."""
        return (self.folder / "arguments").read_bytes().decode().split("\0")[:-1]

    @property
    def environment(self) -> dict[str, str]:
        pairs = (self.folder / "environment").read_bytes().decode().split("\0")[:-1]
        return dict(pair.partition("=")[::2] for pair in pairs)

    @property
    def status(self) -> dict[str, str]:
        """/proc/PID/status."""
        lines = (self.folder / "status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def descriptors(self) -> set[int]:
        """What was open, but for the descriptor that the listing itself needs."""
        return {int(one) for one in (self.folder / "descriptors").read_text().split()}


def recording_plugin(folder: Path, then: str = "exec sleep 1000") -> tuple[Path, Recording]:
    """A plugin that records itself and then does `then`; by default it stays."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    # The status is read with no other program's help: while the shell starts one, it blocks all signals.
    body = f"""
        cat /proc/$$/cmdline | tail -z -n +3 > {notes}/arguments
        cat /proc/$$/environ > {notes}/environment
        while read -r line; do echo "$line"; done < /proc/$$/status > {notes}/status
        for one in /proc/$$/fd/*; do echo "${{one##*/}}"; done | grep -v '^255$' > {notes}/descriptors
        echo $$ > {notes}/pid
        : > {notes}/complete
        {then}"""
    return plugin(folder / "recording", body), Recording(notes)


def first_on_path(variables: dict[str, str], path: Path) -> dict[str, str]:
    """The environment with that plugin before any other."""
    return {**variables, "PATH": f"{path.parent}{os.pathsep}{variables['PATH']}"}
