"""Channel credentials while a session lasts: renewed when they are short-lived, served to this user only."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import Terminal
from fake_plugins import recording_plugin
from waiting import eventually

from system import cast
from system.local_system import LocalSystem

Connect = Callable[..., Terminal]
Start = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"
STRANGER = 61999


@pytest.fixture
def short_lived(system: LocalSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """Role sessions in alice's name last four minutes: less than what the client wants in hand."""
    mint = system.aws.credentials.mint

    def mint_short(session, lifetime):  # noqa: ANN001, ANN202 - as the method that it stands for
        return mint(session, timedelta(minutes=4) if session.name.startswith("alice.") else lifetime)

    monkeypatch.setattr(system.aws.credentials, "mint", mint_short)


@pytest.mark.usefixtures("short_lived")
def test_credentials_that_expire_soon_are_renewed_at_each_use(
    system: LocalSystem, connect: Connect, log: AuditLog
) -> None:
    marker = len(system.trail)
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    (state,) = system.sessions.live()
    (first,) = [one["userIdentity"] for one in system.trail[marker:] if one["eventName"] == "OpenDataChannel"]
    started = next(one for one in log.records() if one.content.get("aws", {}).get("sessionId") == state.session_id)
    renewals = [one for one in log.of_session(started.content["session"]) if one.event == "session.credentials"]
    assert first["accessKeyId"] in [one.content["aws"]["accessKeyId"] for one in renewals]

    system.sessions.drop_connection(state.session_id)
    eventually(lambda: system.aws.trail.named("ResumeSession"), "it resumes")
    resumed = system.aws.trail.named("ResumeSession")[-1]["userIdentity"]
    assert resumed["accessKeyId"] != first["accessKeyId"]
    assert resumed["sessionContext"]["sourceIdentity"] == "alice"
    terminal.type("echo goes o''n\n")
    terminal.expect("goes on")
    terminal.type("exit\n")
    assert terminal.wait() == 0
    log.verify()


@pytest.mark.usefixtures("short_lived")
def test_a_renewal_that_the_broker_refuses_gives_no_credentials(
    system: LocalSystem, api: BrokerAPI, start: Start, tmp_path: Path, log: AuditLog
) -> None:
    made, recording = recording_plugin(tmp_path)
    terminal = start(made)
    eventually(lambda: recording.is_complete, "the plugin runs")
    started = [one for one in log.records() if one.event == "session.started"][-1]
    assert api.end("alice/BrokerAdmin", started.content["session"]).status == 200
    done = subprocess.run(
        [str(Path(recording.environment["AWS_CONFIG_FILE"]).parent / "ssm-broker"), "channel-credentials"],
        env=recording.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == "" and "ended" in done.stderr
    os.kill(recording.pid, signal.SIGTERM)
    terminal.wait()


def test_another_user_gets_nothing_from_the_socket(start: Start, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user to try it")
    made, recording = recording_plugin(tmp_path)
    # Straight in /tmp, so that no folder above keeps the other user out.
    terminal = start(made, TMPDIR=None, XDG_RUNTIME_DIR=None)
    eventually(lambda: recording.is_complete, "the plugin runs")
    path = Path(recording.environment["SSM_BROKER_CHANNEL"])
    assert received_as(STRANGER, path) == errno.EACCES
    # Even where folder and socket are open to all, whoever asks must be this user.
    path.parent.chmod(0o711)
    path.chmod(0o777)
    assert received_as(STRANGER, path) == b""
    assert b"SecretAccessKey" in received_as(os.geteuid(), path)
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.wait()


def received_as(user: int, path: Path) -> bytes | int:
    """What a process of that user gets from the socket; the error number when it cannot even connect."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        # Only system calls from here on: the other threads' locks are not ours to wait for.
        try:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            one = socket.socket(socket.AF_UNIX)
            one.connect(str(path))
            os.write(writer, one.recv(65536))
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        got = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) or got
