"""Tokens, stream addresses and keys are found nowhere: arguments, logs, messages, store, temporary files."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import broker_process
import pytest
from broker_api import BrokerAPI
from client_process import ClientProcess
from engineer import Terminal
from secrets_hunt import ProcessWatch, Secrets, files_below, watch
from waiting import eventually

from system import cast, faults
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(broker_environment={"SSM_BROKER_LOG_LEVEL": "trace"})
"""All that the broker would ever say."""
Connect = Callable[..., Terminal]
Client = Callable[..., ClientProcess]
ALICE = "alice/DatabaseAdmin"
HANDED_OVER = "AWS_SSM_START_SESSION_RESPONSE"


@pytest.fixture
def secrets(system: LocalSystem, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    return watch(system, monkeypatch)


def system_files(system: LocalSystem) -> dict[Path, bytes]:
    """Logs, store with its write-ahead log, rendered documents; not the engineers' own credentials file."""
    return {path: content for path, content in files_below(system.directory).items() if path.name != "credentials"}


def is_plugin(line: str) -> bool:
    """Whether a command line is the plugin's; the stand-in's script asks two programs for its own place."""
    return HANDED_OVER in line or re.fullmatch(r"(realpath|dirname) \S+/session-manager-plugin", line) is not None


def assert_remembered(secrets: Secrets, home: Path) -> None:
    """Of a session the engineer's files keep which node it was on, and nothing else."""
    left = files_below(home)
    assert [str(path.relative_to(home)) for path in left] == [".cache/ssm-broker/nodes.json"]
    assert_clean(secrets, left)


def assert_clean(secrets: Secrets, contents: dict[Path, bytes]) -> None:
    assert {str(path): found for path, content in contents.items() if (found := secrets.found_in(content))} == {}


def test_a_session_with_everything_in_it_leaves_no_secret_behind(
    system: LocalSystem, connect: Connect, secrets: Secrets, tmp_path: Path
) -> None:
    home, private = tmp_path / "home", tmp_path / "private"
    home.mkdir()
    private.mkdir()
    with ProcessWatch() as processes:
        terminal = connect(ALICE, cast.DB_1, HOME=str(home), TMPDIR=str(private), XDG_RUNTIME_DIR=None)
        terminal.prompt()
        (state,) = system.sessions.live()
        system.sessions.drop_connection(state.session_id)
        eventually(lambda: [one for one in system.aws.trail.named("ResumeSession")
                            if one["requestParameters"]["sessionId"] == state.session_id], "it resumes")  # fmt: skip
        terminal.type("echo resu''med\n")
        terminal.expect("resumed")
        while_it_runs = files_below(private)
        terminal.type("exit\n")
        assert terminal.wait() == 0
    assert {kind for kind, _ in secrets.values} == {
        "TokenValue", "StreamUrl query", "StreamUrl cell", "secret key", "session token"}  # fmt: skip

    assert while_it_runs, "the session had no private folder to look into"
    assert_clean(secrets, while_it_runs)
    assert_remembered(secrets, home)
    assert files_below(private) == {}
    assert secrets.found_in(terminal.seen.encode()) == set()

    lines = "\n".join(processes.command_lines)
    assert HANDED_OVER in lines, "the watch did not see the plugin"
    assert secrets.found_in(lines.encode()) == set()
    # The one place that AWS's contract asks for is the plugin's own environment.
    for line, environment in processes.environments.items():
        found = secrets.found_in(environment) & {"TokenValue", "StreamUrl query", "StreamUrl cell"}
        assert not found or is_plugin(line), f"{found} in the environment of {line}"

    files = system_files(system)
    assert_clean(secrets, files)
    # The search does find what may be there.
    with_the_session = {path.name for path, content in files.items() if state.session_id.encode() in content}
    assert "cloudtrail.jsonl" in with_the_session and with_the_session & {"broker.sqlite", "broker.sqlite-wal"}


OTHER_KINDS = {
    "command": (ALICE, ("exec", cast.DB_1, "--", "sh", "-c", "echo ready; env; sleep 1")),
    "port": (ALICE, ("forward", cast.DB_1, "-L", "0:15000", "-L", "0:5432", "-o", "json")),
    "ssh": ("alice/WebOperator", ("ssh-proxy", cast.WEB_1)),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_sessions_of_other_kinds_leave_no_secret_behind(
    system: LocalSystem, client: Client, secrets: Secrets, tmp_path: Path, kind: str
) -> None:
    home, private = tmp_path / "home", Path("/tmp") / f"s{os.getpid()}"
    for folder in (home, private):
        folder.mkdir(mode=0o700)
    person, arguments = OTHER_KINDS[kind]
    try:
        with ProcessWatch() as processes:
            one = client(person, *arguments, HOME=str(home), TMPDIR=str(private), XDG_RUNTIME_DIR=None)
            one.lines(1)
            while_it_runs = files_below(private)
            if kind != "command":
                one.signal(signal.SIGHUP)
            one.wait()
        assert {"TokenValue", "StreamUrl query"} <= {found for found, _ in secrets.values}
        assert while_it_runs, "the session had no private folder to look into"
        assert_clean(secrets, while_it_runs)
        assert_remembered(secrets, home)
        assert list(private.iterdir()) == []
    finally:
        shutil.rmtree(private)
    assert secrets.found_in(one.output_bytes) == set() and secrets.found_in(one.errors.encode()) == set()
    lines = "\n".join(processes.command_lines)
    assert HANDED_OVER in lines, "the watch did not see the plugin"
    assert secrets.found_in(lines.encode()) == set()
    for line, environment in processes.environments.items():
        found = secrets.found_in(environment) & {"TokenValue", "StreamUrl query", "StreamUrl cell"}
        assert not found or is_plugin(line), f"{found} in the environment of {line}"
    assert_clean(secrets, system_files(system))


def test_failures_tell_no_secret(system: LocalSystem, api: BrokerAPI, connect: Connect, secrets: Secrets) -> None:
    said: list[str] = []
    system.faults.after("StartSession", faults.drop)
    said.append(api.open(ALICE, cast.DB_1).text)
    session = api.open(ALICE, cast.DB_1).body["id"]
    system.faults.before("TerminateSession", faults.fail, times=4)
    said.append(api.end(ALICE, session).text)
    system.faults.after("AssumeRole", faults.fail, times=8)
    said.append(api.open(ALICE, cast.DB_1).text)

    def die() -> None:
        broker_process.kill(system)
        faults.drop()

    system.faults.after("StartSession", die)
    said.append(api.open(ALICE, cast.DB_1).text)

    system.faults.after("StartSession", lambda: system.sessions.terminate(system.sessions.live()[0].session_id))
    terminal = connect(ALICE, cast.DB_1)
    terminal.expect("Starting session")
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.wait()
    said.append(terminal.seen)

    assert [found for text in said if (found := secrets.found_in(text.encode()))] == []
    assert_clean(secrets, system_files(system))


def test_no_process_of_ours_leaves_a_core_file(system: LocalSystem) -> None:
    limits = Path(f"/proc/{broker_process.pid(system)}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_only_the_answer_to_its_owner_holds_them(system: LocalSystem, api: BrokerAPI, secrets: Secrets) -> None:
    """The search is no good that does not find them where they are."""
    answer = api.open(ALICE, cast.DB_1)
    assert secrets.found_in(answer.text.encode()) == {
        "TokenValue", "StreamUrl query", "StreamUrl cell", "secret key", "session token"}  # fmt: skip
