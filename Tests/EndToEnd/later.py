"""Time that passes without being waited for: the broker's clock and AWS's are moved together."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from system.local_system import LocalSystem

SOURCE = Path(__file__).with_name("shifted_clock.c")


class Later:
    """A library for the broker's process, and the file that says how far ahead its clock is."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ahead"
        self._library = folder / "shifted_clock.so"
        self._file.write_text("0")
        compiler = shutil.which("cc") or shutil.which("clang")
        assert compiler is not None, "a C compiler comes with Swift; it is not on the PATH"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)]
        subprocess.run(command, check=True, capture_output=True)

    @property
    def environment(self) -> dict[str, str]:
        """What the broker's environment needs beside its own."""
        return {"LD_PRELOAD": str(self._library), "SHIFTED_CLOCK_FILE": str(self._file)}

    @contextmanager
    def by(self, system: LocalSystem, seconds: int) -> Iterator[None]:
        """Everything within happens so much later; people's own clocks stay, so their signatures are old."""
        self._move(system, seconds, seconds)
        try:
            yield
        finally:
            self._move(system, 0, -seconds)

    def _move(self, system: LocalSystem, ahead: int, by: int) -> None:
        self._file.write_text(str(ahead))
        system.aws.clock.advance(timedelta(seconds=by))
        system.restart_broker()
