"""A plugin that fails, and an end that fails: the session is ended through the broker whatever the plugin did."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_log import AuditLog
from engineer import Terminal, client_path, environment_of
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


def test_without_a_terminal_no_shell_is_asked_for(system: LocalSystem, log: AuditLog) -> None:
    variables = environment_of(system, ALICE)
    asked = [one for one in log.records() if one.event == "session.intent"]
    done = subprocess.run(
        [client_path(variables), "connect", cast.DB_1], env=variables, input="id\n", capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 64 and done.stdout == ""
    assert f"ssm-broker exec {cast.DB_1} -- COMMAND" in done.stderr
    assert [one for one in log.records() if one.event == "session.intent"] == asked


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
