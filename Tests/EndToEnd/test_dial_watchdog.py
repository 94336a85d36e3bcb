"""A plugin that hangs while it dials is ended, with the session, and says why; one that has its session never is."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from audit_log import AuditLog
from engineer import Terminal
from fake_plugins import plugin
from tidiness import assert_tidy

from system import cast
from system.local_system import LocalSystem

Connect = Callable[..., Terminal]
Start = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"
PATIENCE = 90
QUIET_SECONDS = 28
"""Longer than the watchdog waits."""


def test_a_message_gateway_out_of_reach(
    system: LocalSystem, log: AuditLog, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.sessions, "gateway_url", "ws://127.0.0.1:9")
    terminal = connect(ALICE, cast.DB_1)
    terminal.expect("Starting session with SessionId")
    assert terminal.wait(PATIENCE) == 8
    said = " ".join(terminal.seen.split())
    assert "the message gateway is out of reach" in said
    assert "127.0.0.1:9" in said and "ssm-broker doctor" in said
    assert_tidy(system, terminal, log)


def test_a_plugin_that_gives_up_without_a_word(system: LocalSystem, log: AuditLog, connect: Connect) -> None:
    # The session is over before the plugin dials, so the gateway answers and lets nobody in.
    def end() -> None:
        system.sessions.terminate(system.sessions.live()[0].session_id)

    system.faults.after("StartSession", end)
    terminal = connect(ALICE, cast.DB_1)
    assert terminal.wait(PATIENCE) == 8
    said = " ".join(terminal.seen.split())
    assert "gave up dialling" in said and "can be reached from here" in said
    assert_tidy(system, terminal, log)


def test_a_plugin_that_never_dials_and_will_not_end(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    terminal = start(plugin(tmp_path / "bin", "trap '' TERM\nexec sleep 1000"))
    assert terminal.wait(PATIENCE) == 8, terminal.seen
    assert_tidy(system, terminal, log)


class _Way:
    """A way to the gateway that is closed to all but the first."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = [self._listener]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        near, _ = self._listener.accept()
        self._listener.close()
        far = socket.create_connection(("127.0.0.1", self._target))
        self._open += [near, far]
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=_copy, args=(source, target), daemon=True).start()

    def close(self) -> None:
        for each in self._open:
            each.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side was faster


@contextmanager
def only_the_first_gets_through(system: LocalSystem, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    way = _Way(int(system.sessions.gateway_url.rpartition(":")[2]))
    monkeypatch.setattr(system.sessions, "gateway_url", f"ws://127.0.0.1:{way.port}")
    try:
        yield
    finally:
        way.close()


def test_a_quiet_session_is_left_alone_though_nobody_else_reaches_the_gateway(
    system: LocalSystem, log: AuditLog, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with only_the_first_gets_through(system, monkeypatch):
        terminal = connect(ALICE, cast.DB_1)
        terminal.prompt()
        # What is proven is that nothing happens in this time, which only the time itself can show.
        time.sleep(QUIET_SECONDS)
        terminal.type("echo still he''re\n")
        terminal.expect("still here")
        terminal.type("exit\n")
        assert terminal.wait() == 0, terminal.seen
    assert_tidy(system, terminal, log)
