"""What must be found nowhere, and how it is looked for."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from process_tree import command_line

from system.contracts import StartedSession
from system.local_system import LocalSystem


@dataclass
class Secrets:
    """Every secret that the system has made, by what it is."""

    values: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def add_session(self, started: StartedSession) -> StartedSession:
        """A token, and the query of the address that goes with it."""
        self.values.append(("TokenValue", started.token_value))
        self.values.append(("StreamUrl query", started.stream_url.partition("?")[2]))
        self.values.append(("StreamUrl cell", started.stream_url.rpartition("cell-number=")[2]))
        return started

    def found_in(self, content: bytes) -> set[str]:
        """Which kinds of secret the content holds: whole, in part, or in another spelling."""
        return {kind for kind, value in self.values for form in _forms(value) if form in content}


def _forms(value: str) -> Iterator[bytes]:
    """The secret and what it might have become on its way: cut off, quoted, in base 64, in hexadecimal."""
    yield value.encode()
    if len(value) >= 40:
        yield value[:24].encode()
        yield value[-24:].encode()
    yield quote(value, safe="").encode()
    for shift in range(3):
        # The middle of the text's base 64, wherever it begins in what was encoded.
        yield base64.b64encode(b" " * shift + value.encode())[4:-4]
    yield value.encode().hex().encode()


def watch(system: LocalSystem, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """Notes every token, stream address and key from now on, and the keys there are."""
    secrets = Secrets()
    sessions, store = system.sessions, system.aws.credentials
    start, resume, mint = sessions.start, sessions.resume, store.mint

    def keep(credentials):  # noqa: ANN001, ANN202 - SessionCredentials, passed through
        secrets.values.append(("secret key", credentials.secret_key))
        secrets.values.append(("session token", credentials.token))
        return credentials

    for credentials in list(store._issued.values()):
        keep(credentials)
    monkeypatch.setattr(sessions, "start", lambda request: secrets.add_session(start(request)))
    monkeypatch.setattr(sessions, "resume", lambda session_id: secrets.add_session(resume(session_id)))
    monkeypatch.setattr(store, "mint", lambda session, lifetime: keep(mint(session, lifetime)))
    return secrets


class ProcessWatch:
    """Looks at every process that begins on the machine, again and again, and keeps what command lines and environments it saw."""

    def __init__(self) -> None:
        self.command_lines: set[str] = set()
        self.environments: dict[str, bytes] = {}
        """By command line."""
        self._earlier: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ProcessWatch:
        # What another run has left behind is its own, and no process id is used again so soon.
        self._earlier = {entry.name for entry in Path("/proc").iterdir()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            for entry in Path("/proc").iterdir():
                if not entry.name.isdigit() or entry.name in self._earlier:
                    continue
                line = command_line(int(entry.name))
                self.command_lines.add(line)
                try:
                    self.environments[line] = self.environments.get(line, b"") + (entry / "environ").read_bytes()
                except OSError:
                    continue  # gone, or another user's


def files_below(folder: Path) -> dict[Path, bytes]:
    """Every file in a folder, with its content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
