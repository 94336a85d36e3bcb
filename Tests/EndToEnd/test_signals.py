"""Signals at every moment of `connect`: the session is ended through the broker and the terminal is as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_log import AuditLog
from engineer import Terminal
from fake_plugins import plugin, recording_plugin
from process_tree import ignores
from tidiness import assert_tidy, plugin_of
from waiting import eventually

from system import cast
from system.local_system import LocalSystem

Connect = Callable[..., Terminal]
Start = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
INTERRUPTED = 130


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_signal_while_the_broker_starts_the_session(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path, moment: str,
    number: signal.Signals,
) -> None:  # fmt: skip
    terminals: list[Terminal] = []

    def strike() -> None:
        (terminal,) = eventually(lambda: terminals, "the test knows the client")
        os.kill(terminal.pid, number)

    getattr(system.faults, moment)("StartSession", strike)
    made, recording = recording_plugin(tmp_path)
    terminals.append(start(made))
    assert terminals[0].wait() == INTERRUPTED
    assert not recording.is_complete, "a plugin was started for somebody who had gone"
    assert_tidy(system, terminals[0], log)


def test_control_c_while_the_broker_starts_the_session(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    terminals: list[Terminal] = []
    system.faults.after("StartSession", lambda: eventually(lambda: terminals, "the client")[0].type("\x03"))
    terminals.append(start(plugin(tmp_path / "bin", "exec sleep 1000")))
    terminals[0].expect("Interrupted")
    assert terminals[0].wait() == INTERRUPTED
    assert_tidy(system, terminals[0], log)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_plugin_connects(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    made, recording = recording_plugin(tmp_path)
    terminal = start(made)
    eventually(lambda: recording.is_complete, "the plugin runs")
    os.kill(terminal.pid, number)
    assert terminal.wait() == INTERRUPTED
    assert_tidy(system, terminal, log)


def test_control_c_ends_a_plugin_that_cannot_connect(system: LocalSystem, log: AuditLog, connect: Connect) -> None:
    # The session is over before the plugin dials, so it dials for ever, as the real one does.
    def end() -> None:
        system.sessions.terminate(system.sessions.live()[0].session_id)

    system.faults.after("StartSession", end)
    terminal = connect(ALICE, cast.DB_1)
    terminal.expect("Starting session with SessionId")
    plugin_of(terminal)
    terminal.type("\x03")
    assert terminal.wait() == INTERRUPTED
    assert_tidy(system, terminal, log)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_session(
    system: LocalSystem, log: AuditLog, connect: Connect, number: signal.Signals
) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    eventually(lambda: terminal.modes != terminal.modes_before, "the plugin takes the terminal")
    os.kill(terminal.pid, number)
    assert terminal.wait() == INTERRUPTED
    assert_tidy(system, terminal, log)


def test_a_signal_that_the_plugin_ignores(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    made, recording = recording_plugin(tmp_path, then="trap '' TERM HUP; while :; do sleep 0.1; done")
    terminal = start(made)
    eventually(lambda: recording.is_complete, "the plugin runs")
    eventually(lambda: ignores(recording.pid, signal.SIGTERM), "the plugin ignores it")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == INTERRUPTED
    assert_tidy(system, terminal, log)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGPIPE])
def test_a_signal_that_means_the_remote_side_ends_nothing(connect: Connect, number: signal.Signals) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    os.kill(terminal.pid, number)
    terminal.type("echo still he''re\n")
    terminal.expect("still here")
    terminal.type("exit\n")
    assert terminal.wait() == 0


def test_the_terminal_is_hung_up(system: LocalSystem, log: AuditLog, connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    assert terminal.hang_up() == INTERRUPTED
    assert system.sessions.live() == []
    assert [one.event for one in log.records() if one.event == "session.ended"]


def test_a_second_signal_while_the_session_is_being_ended(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    made, recording = recording_plugin(tmp_path)
    terminal = start(made)
    eventually(lambda: recording.is_complete, "the plugin runs")
    system.faults.before("TerminateSession", lambda: os.kill(terminal.pid, signal.SIGTERM))
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.wait() == INTERRUPTED
    assert_tidy(system, terminal, log)
