"""A signed-in engineer at a terminal, with the real client; and the same without a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect

from system.local_system import LocalSystem
from system.no_real_aws import without_aws

PATIENCE_SECONDS = 20
_MODES = slice(0, 4)
"""tcgetattr's input, output, control and local modes."""


def environment_of(system: LocalSystem, person: str, **changes: str | None) -> dict[str, str]:
    """The person's environment, with variables changed, or with ``None`` removed."""
    made = {**without_aws(os.environ), **system.environment_for(person)}
    made |= {name: value for name, value in changes.items() if value is not None}
    return {name: value for name, value in made.items() if name not in changes or changes[name] is not None}


def run(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the client to its end; what it says goes to no terminal.

    A shell needs a person, so `connect` has a terminal to read from, on which nobody types.
    """
    master, slave = os.openpty()
    try:
        return subprocess.run(
            [client_path(variables), *arguments],
            env=dict(variables), stdin=slave if arguments[:1] == ("connect",) else subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(master)
        os.close(slave)


def client_path(variables: Mapping[str, str]) -> str:
    """Where ssm-broker is on the PATH of that environment."""
    paths = [Path(folder) / "ssm-broker" for folder in variables["PATH"].split(os.pathsep)]
    return str(next(path for path in paths if os.access(path, os.X_OK)))


@dataclass(frozen=True)
class Modes:
    """A terminal's modes and control characters, speeds left out."""

    flags: tuple[int, ...]
    characters: tuple[bytes | int, ...]


class Terminal:
    """The client in a pseudo-terminal of 80 by 24."""

    def __init__(self, variables: Mapping[str, str], *arguments: str) -> None:
        self.child = pexpect.spawn(
            client_path(variables), list(arguments), env=dict(variables), dimensions=(24, 80), timeout=PATIENCE_SECONDS,
            encoding="utf-8", codec_errors="replace", preexec_fn=_unusual_modes,
        )  # fmt: skip
        self.child.delaybeforesend = None
        self.modes_before = self.modes
        self.seen = ""

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def modes(self) -> Modes:
        """The terminal's present modes; they outlive the client."""
        read = termios.tcgetattr(self.child.child_fd)
        return Modes(tuple(read[_MODES]), tuple(read[6]))

    def type(self, text: str) -> None:
        self.child.send(text)

    def expect(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """Reads on until `pattern` is seen after what was matched before."""
        try:
            self.child.expect(pattern, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            self.seen += self.child.before or ""
            raise AssertionError(f"no {pattern!r} ({type(error).__name__}) in:\n{self.seen[-3000:]}") from None
        self.seen += self.child.before + self.child.after
        return self.child.match

    def prompt(self) -> None:
        """Waits for the shell's prompt."""
        self.expect(r"\$ ")

    def resize(self, columns: int, rows: int) -> None:
        self.child.setwinsize(rows, columns)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Reads to the end and returns the exit status, negative for a signal."""
        try:
            self.child.expect(pexpect.EOF, timeout=seconds)
        except pexpect.TIMEOUT:
            raise AssertionError(f"it does not end:\n{(self.seen + (self.child.before or ''))[-3000:]}") from None
        self.seen += self.child.before
        self.child.wait()
        return self.child.exitstatus if self.child.signalstatus is None else -self.child.signalstatus

    def hang_up(self) -> int:
        """Takes the terminal away, as when its window is closed, and returns the exit status."""
        # By the object that owns the descriptor: closed by its number, somebody else's would be closed again later.
        self.child.ptyproc.fileobj.close()
        self.child.wait()
        return self.child.exitstatus if self.child.signalstatus is None else -self.child.signalstatus

    def close(self) -> None:
        """Ends it, however it stands."""
        self.child.close(force=True)


def _unusual_modes() -> None:
    """Modes that no program sets by itself: putting back the usual ones would not be putting back."""
    modes = termios.tcgetattr(0)
    modes[0] &= ~(termios.IXON | termios.ICRNL)
    modes[0] |= termios.IXANY
    modes[6][termios.VERASE] = b"\x08"
    modes[6][termios.VKILL] = b"\x18"
    termios.tcsetattr(0, termios.TCSANOW, modes)


def processes(words: Sequence[str]) -> list[int]:
    """The processes whose command line holds all these words."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
        if all(word in line for word in words):
            found.append(int(entry.name))
    return found
