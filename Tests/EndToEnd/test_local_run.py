"""`infra/local/run`: COMMAND's own exit status, and nothing left running however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from process_tree import Process, descendants, running
from waiting import eventually

from system import cast

ROOT = Path(__file__).resolve().parents[2]
RUN = str(ROOT / "infra" / "local" / "run")
PATIENCE_SECONDS = 60


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """To its end; what it leaves in temporary folders is in `folder`."""
    return subprocess.run(
        [RUN, *arguments], env={**os.environ, "TMPDIR": str(folder)}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "t"
    made.mkdir()
    return made


@pytest.mark.parametrize(("command", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 128 + 15)])
def test_it_returns_the_commands_status(folder: Path, command: str, status: int) -> None:
    done = run("--", "sh", "-c", command, folder=folder)
    assert done.returncode == status, done.stderr
    assert list(folder.iterdir()) == []


def test_the_command_is_that_person_with_the_client_on_the_path(folder: Path) -> None:
    done = run("--as", "alice/WebOperator", "--", "sh", "-c", "ssm-broker whoami", folder=folder)
    assert done.returncode == 0 and "webops" in done.stdout, done.stderr
    denied = run("--as", "bob/ReadOnly", "--", "ssm-broker", "exec", cast.DB_1, "--", "true", folder=folder)
    assert denied.returncode == 5


def test_the_broker_keeps_its_records_where_it_is_told(folder: Path) -> None:
    done = run("--store", "dynamodb:trial", "--as", "sam/SecurityAudit", "--",
               "sh", "-c", "ssm-broker audit query && ssm-broker audit verify", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--", "no-such-command"), 127, "no-such-command"),
        (("--as", "eve/Nothing", "--", "true"), 1, "eve/Nothing"),
        (("--store", "postgres:x", "--", "true"), 64, "postgres"),
        (("--store", "dynamodb:a b", "--", "true"), 64, "dynamodb:NAME"),
        (("--plugin", "/nonexistent", "--", "true"), 64, "/nonexistent"),
    ],
)
def test_a_start_that_fails_says_why(folder: Path, arguments: tuple[str, ...], status: int, says: str) -> None:
    done = run(*arguments, folder=folder)
    assert done.returncode == status and says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_a_port_that_is_taken_is_a_clear_error(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--port", str(taken.getsockname()[1]), "--", "true", folder=folder)
    assert done.returncode == 1 and "port" in done.stderr and "Traceback" not in done.stderr


class Session:
    """`run` with a connected shell inside, at a terminal; and a process that has cut itself loose."""

    def __init__(self, folder: Path) -> None:
        command = f"setsid sleep 1000 & ssm-broker connect {cast.DB_1}"
        self.terminal = pexpect.spawn(
            RUN, ["--", "sh", "-c", command], env={**os.environ, "TMPDIR": str(folder)}, encoding="utf-8",
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        self.terminal.expect(r"\$ ")
        self.terminal.sendline("echo conn''ected")
        self.terminal.expect("connected")
        self.processes: set[Process] = descendants(self.terminal.pid)
        lines = " ".join(running(self.processes).values())
        for part in ("broker-lambda", "session-manager-plugin", "ssm-broker connect", "sleep 1000"):
            assert part in lines or (part == "session-manager-plugin" and "stand_in_plugin" in lines), part

    def assert_over(self) -> None:
        """Nothing that was started runs any more."""
        eventually(lambda: not running(self.processes), f"these end: {running(self.processes)}", seconds=20)


@pytest.fixture
def session(folder: Path) -> Iterator[Session]:
    session = Session(folder)
    yield session
    session.terminal.close(force=True)


def test_everything_stops_when_the_command_ends(session: Session, folder: Path) -> None:
    session.terminal.sendline("exit")
    session.terminal.expect(pexpect.EOF)
    session.terminal.wait()
    assert session.terminal.exitstatus == 0
    session.assert_over()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_everything_stops_when_it_is_asked_to(session: Session, folder: Path, number: signal.Signals) -> None:
    os.kill(session.terminal.pid, number)
    session.terminal.expect(pexpect.EOF)
    session.terminal.wait()
    assert session.terminal.exitstatus == 128 + number
    session.assert_over()
    assert list(folder.iterdir()) == []


def test_everything_stops_when_it_is_killed(session: Session, folder: Path) -> None:
    os.kill(session.terminal.pid, signal.SIGKILL)
    session.assert_over()
    eventually(lambda: list(folder.iterdir()) == [], "temporary folders are removed")


def test_everything_stops_when_its_terminal_is_hung_up(session: Session, folder: Path) -> None:
    session.terminal.ptyproc.fileobj.close()
    session.assert_over()
    eventually(lambda: list(folder.iterdir()) == [], "temporary folders are removed")


def test_control_c_is_the_commands_business(folder: Path) -> None:
    terminal = pexpect.spawn(
        RUN, ["--", "sh", "-c", "trap 'echo mine; exit 3' INT; echo rea''dy; while :; do sleep 0.05; done"],
        env={**os.environ, "TMPDIR": str(folder)}, encoding="utf-8", timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    terminal.expect("ready")
    terminal.sendintr()
    terminal.expect("mine")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 3
