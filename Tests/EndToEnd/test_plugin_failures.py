"""A plugin that fails, and an end that fails: the session is ended through the broker whatever the plugin did."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_log import AuditLog
from engineer import Terminal, environment_of, run
from fake_plugins import plugin
from tidiness import assert_tidy, plugin_of
from waiting import eventually

from system import cast, faults
from system.local_system import LocalSystem

Connect = Callable[..., Terminal]
Start = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_plugin_dies_in_the_session(
    system: LocalSystem, log: AuditLog, connect: Connect, number: signal.Signals
) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    os.kill(plugin_of(terminal), number)
    assert terminal.wait() == 1
    assert f"signal {number.value}" in terminal.seen
    assert_tidy(system, terminal, log)


def test_the_end_of_the_input_ends_the_session(system: LocalSystem, log: AuditLog) -> None:
    done = run(environment_of(system, ALICE), "connect", cast.DB_1)
    assert done.returncode == 0, done.stderr
    assert system.sessions.live() == []
    started = [one for one in log.records() if one.event == "session.started"][-1]
    assert log.events(started.content["session"])[-1] == "session.ended"


BROKEN = {
    "is gone": lambda path: path.unlink(),
    "is no program": lambda path: path.write_text("\x7fELF, but no more"),
    "may not be run": lambda path: path.chmod(0o644),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_plugin_that_breaks_after_the_broker_has_answered(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path, how: str
) -> None:
    made = plugin(tmp_path / "bin", "exit 0")
    system.faults.after("StartSession", lambda: BROKEN[how](made))
    terminal = start(made)
    assert terminal.wait() == 8, terminal.seen
    assert_tidy(system, terminal, log)


@pytest.mark.parametrize("body", ["exit 2", "kill -SEGV $$"])
def test_a_plugin_that_falls_over_at_once(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path, body: str
) -> None:
    terminal = start(plugin(tmp_path / "bin", body))
    assert terminal.wait() == 8, terminal.seen
    assert_tidy(system, terminal, log)


def test_a_plugin_that_leaves_the_terminal_in_disorder(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    terminal = start(plugin(tmp_path / "bin", "stty raw -echo; stty erase ^A kill ^B"))
    assert terminal.wait() == 0
    assert_tidy(system, terminal, log)


def test_a_plugin_whose_stty_is_later_than_its_end(
    system: LocalSystem, log: AuditLog, start: Start, tmp_path: Path
) -> None:
    # A session that is closed as soon as it begins finds the real plugin's `stty -echo` still on its way.
    late = tmp_path / "late"
    made = plugin(tmp_path / "bin", f"(sleep 0.1; stty -echo < /dev/tty; : > {late}) & exit 0")
    system.faults.before("TerminateSession", lambda: eventually(late.exists, "stty has run"))
    terminal = start(made)
    assert terminal.wait() == 0
    assert_tidy(system, terminal, log)


def test_a_session_that_cannot_be_ended_is_named_with_what_to_do(
    system: LocalSystem, start: Start, tmp_path: Path, log: AuditLog
) -> None:
    refuse = system.faults.before("TerminateSession", faults.fail, times=100)
    terminal = start(plugin(tmp_path / "bin", "exit 0"))
    terminal.wait(40)
    refuse.remaining = 0
    started = [one for one in log.records() if one.event == "session.started"][-1]
    said = " ".join(terminal.seen.split())
    assert started.content["session"] in said and "may still run" in said
    assert terminal.modes == terminal.modes_before
