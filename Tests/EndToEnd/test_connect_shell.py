"""`ssm-broker connect` at a terminal: a shell as the mapped user that behaves as a shell should."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import Terminal
from waiting import eventually

from system import cast
from system.linux_users import BATCHOPS, DBADMIN, WEBOPS
from system.local_system import LocalSystem, Settings
from system.node_users import LinuxUser

SETTINGS = Settings(strict_signing=True)
"""A data channel that is not signed is refused, as the strictest reading of AWS has it."""
Connect = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"

PEOPLE = [
    pytest.param(ALICE, cast.DB_1, "db-1", DBADMIN, (), id="DatabaseAdmin"),
    pytest.param("alice/WebOperator", cast.WEB_1, "web-1", WEBOPS, (), id="WebOperator"),
    pytest.param(f"alice/BatchOperator@{cast.SECOND_ACCOUNT}", cast.BATCH_1, "batch-1", BATCHOPS,
                 ("--reason", "nightly run"), id="BatchOperator in another account"),
]  # fmt: skip


@pytest.mark.parametrize(("person", "node", "host", "user", "options"), PEOPLE)
def test_the_shell_is_the_mapped_users(
    system: LocalSystem, connect: Connect, log: AuditLog, person: str, node: str, host: str, user: LinuxUser,
    options: tuple[str, ...],
) -> None:  # fmt: skip
    terminal = connect(person, node, *options)
    terminal.prompt()
    terminal.type("id; hostname; echo home=$HOME\n")
    said = terminal.expect(r"uid=(\d+)\((\w+)\) gid=(\d+)\((\w+)\) groups=(\S+)\s")
    if system.user_switch.identity == "none":
        pytest.skip(f"this machine allows no switch of the user: {system.user_switch.reason}")
    assert said.group(1, 2, 3, 4) == (str(user.uid), user.name, str(user.gid), user.name)
    if system.user_switch.identity == "full":
        groups = {name: int(number) for number, name in re.findall(r"(\d+)\(([^)]+)\)", said[5])}
        assert groups == {user.name: user.gid, **user.groups}
    terminal.expect(host)
    terminal.expect(f"home=/home/{user.name}")
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before
    assert system.sessions.live() == []
    session = re.search(r"session ([0-9a-f-]{36})", terminal.seen)
    assert session and log.events(session[1]) in (
        ["session.intent", "session.started", "session.ended"],
        ["session.intent", "session.started", "session.credentials", "session.ended"],
    )


def test_a_remote_command_that_fails_does_not_fail_the_client(connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    terminal.type("exit 7\n")
    # The plugin tells nobody the remote status; a shell's last command is no failure of connect.
    assert terminal.wait() == 0


def test_control_c_interrupts_the_remote_program_and_nothing_here(connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    terminal.type("sh -c \"trap 'echo cau''ght; exit' INT; echo run''ning; while :; do sleep 0.05; done\"\n")
    terminal.expect("running")
    terminal.type("\x03")
    terminal.expect("caught")
    terminal.type("echo still he''re\n")
    terminal.expect("still here")
    terminal.type("exit\n")
    assert terminal.wait() == 0


def test_other_control_keys_reach_the_remote_side_too(connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    terminal.type("sh -c \"trap 'echo qu''it; exit' QUIT; echo rea''dy; while :; do sleep 0.05; done\"\n")
    terminal.expect("ready")
    terminal.type("\x1c")
    terminal.expect("quit")
    terminal.prompt()
    terminal.type("cat; echo after c''at\n")
    terminal.type("\x04")
    terminal.expect("after cat")
    terminal.type("exit\n")
    assert terminal.wait() == 0


def test_a_resized_window_is_resized_there(connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    terminal.type("until [ \"$(stty size)\" = '24 80' ]; do sleep 0.05; done; echo first si''ze\n")
    terminal.expect("first size")
    terminal.resize(132, 40)
    terminal.type("until [ \"$(stty size)\" = '40 132' ]; do sleep 0.05; done; echo second si''ze\n")
    terminal.expect("second size")


@pytest.mark.parametrize("break_off", ["drop_connection", "close_connection"])
def test_no_line_is_lost_when_the_connection_breaks_in_mid_output(
    system: LocalSystem, connect: Connect, break_off: str
) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    (state,) = system.sessions.live()

    def resumptions() -> list[dict[str, Any]]:
        return [one for one in system.aws.trail.named("ResumeSession")
                if one["requestParameters"]["sessionId"] == state.session_id]  # fmt: skip

    # In bursts, so that there is always output yet to come when the connection breaks.
    terminal.type("for i in $(seq 0 79); do seq -f 'line %g.' $((i*100+1)) $((i*100+100)); sleep 0.02; done\n")
    for number, line in enumerate((1000, 3000), start=1):
        terminal.expect(rf"line {line}\.")
        getattr(system.sessions, break_off)(state.session_id)
        # Reading on: a plugin that cannot write to its terminal notices nothing.
        while len(resumptions()) < number:
            terminal.expect(r"line \d+\.")
    terminal.expect(r"line 8000\.")
    lines = [int(number) for number in re.findall(r"line (\d+)\.", terminal.seen)]
    assert set(range(1, 8001)) <= set(lines)
    # The real plugin shows a message before it acknowledges it, so a break may repeat one of 1,024 bytes.
    assert len(lines) - 8000 <= 2 * 100
    resumed = resumptions()
    assert all(one.get("errorCode") is None for one in resumed)
    # Resumed with the channel credentials: under the session's own name, not as the engineer.
    assert all(state.session_id.startswith(one["userIdentity"]["arn"].rpartition("/")[2] + "-") for one in resumed)
    terminal.type("echo and go''es on\n")
    terminal.expect("and goes on")
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before


def test_the_data_channel_is_opened_with_the_channel_credentials(system: LocalSystem, connect: Connect) -> None:
    begun = len(system.trail)
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    (state,) = system.sessions.live()
    opened = [one for one in system.trail[begun:] if one["eventName"] == "OpenDataChannel"]
    assert len(opened) == 1
    identity = opened[0]["userIdentity"]
    assert state.session_id.startswith(identity["arn"].rpartition("/")[2] + "-")  # type: ignore[index]
    assert identity["sessionContext"]["sourceIdentity"] == "alice"  # type: ignore[index]


def test_the_administrators_end_of_a_session_ends_the_client(system: LocalSystem, connect: Connect) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    (state,) = system.sessions.live()
    system.sessions.close_channel(state.session_id, "Ended by the administrator.")
    terminal.expect("Ended by the administrator")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before


def test_whoever_is_thrown_out_hears_by_whom_and_fails(
    system: LocalSystem, connect: Connect, api: BrokerAPI, log: AuditLog
) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    started = [one for one in log.records() if one.event == "session.started"][-1]
    assert api.end("alice/BrokerAdmin", started.content["session"]).status == 200
    assert terminal.wait() == 1
    said = " ".join(terminal.seen.split())
    assert "An administrator ended the session." in said and started.content["session"] in said
    assert terminal.modes == terminal.modes_before
    assert log.of_session(started.content["session"])[-1].content["details"]["by"] == "administrator"


def test_when_the_engineers_keys_have_expired_the_sessions_own_end_it(
    system: LocalSystem, connect: Connect, log: AuditLog
) -> None:
    own = system.aws.sign_in(ALICE)
    terminal = connect(ALICE, cast.DB_1, AWS_ACCESS_KEY_ID=own.access_key, AWS_SECRET_ACCESS_KEY=own.secret_key,
                       AWS_SESSION_TOKEN=own.token)  # fmt: skip
    terminal.prompt()
    (state,) = system.sessions.live()
    store = system.aws.credentials
    store._issued[own.access_key] = replace(own, expiration=own.expiration - timedelta(hours=2))
    terminal.type("exit\n")
    terminal.wait()
    assert "its own credentials did" in " ".join(terminal.seen.split())
    ends = [one for one in system.aws.trail.named("TerminateSession")
            if one["requestParameters"]["sessionId"] == state.session_id]  # fmt: skip
    assert ends and state.session_id.startswith(ends[-1]["userIdentity"]["arn"].rpartition("/")[2] + "-")


def test_nothing_is_left_in_temporary_folders(connect: Connect, tmp_path) -> None:  # noqa: ANN001
    private = tmp_path / "t"
    private.mkdir()
    terminal = connect(ALICE, cast.DB_1, TMPDIR=str(private), XDG_RUNTIME_DIR=None)
    terminal.prompt()
    (folder,) = private.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert list(private.iterdir()) == []
    shutil.rmtree(private)


def test_two_sessions_of_one_person_are_two(system: LocalSystem, connect: Connect) -> None:
    first, second = connect(ALICE, cast.DB_1), connect("alice/WebOperator", cast.WEB_1)
    first.prompt()
    second.prompt()
    assert {state.document_name for state in system.sessions.live()} == {
        "SSMBroker-Shell-DatabaseAdmin", "SSMBroker-Shell-WebOperator"}  # fmt: skip
    first.type("exit\n")
    assert first.wait() == 0
    eventually(lambda: len(system.sessions.live()) == 1, "the other session goes on")
    second.type("echo still he''re\n")
    second.expect("still here")
