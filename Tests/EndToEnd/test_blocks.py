"""The emergency stop: a blocked caller's sessions end at once, and nothing of theirs is answered any more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import Terminal, environment_of, run
from waiting import eventually

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(instances=3)
Connect = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"
ADMINISTRATOR = "alice/BrokerAdmin"


@pytest.fixture
def role_id(api: BrokerAPI) -> str:
    """The unique id of alice's DatabaseAdmin role, as her sessions show it."""
    opened = api.open(ALICE, cast.DB_1).body["id"]
    sessions = api.call(ALICE, "GET", "/v1/sessions").body["sessions"]
    assert api.end(ALICE, opened).status == 200
    return next(one["owner"]["roleId"] for one in sessions if one["id"] == opened)


@pytest.fixture(autouse=True)
def unblocked(system: LocalSystem, api: BrokerAPI) -> Iterator[None]:
    """No block outlives a test."""
    yield
    for block in api.call(ADMINISTRATOR, "GET", "/v1/blocks").body["blocks"]:
        name = "user" if "user" in block else "roleId"
        answer = api.call(ADMINISTRATOR, "DELETE", f"/v1/blocks?{name}={block[name]}&reason=over")
        assert answer.status == 200, answer.text


def test_a_block_ends_the_session_at_the_terminal_and_refuses_the_next_connect_and_renewal(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, connect: Connect, role_id: str
) -> None:
    terminal = connect(ALICE, cast.DB_1)
    terminal.prompt()
    session = api.call(ALICE, "GET", "/v1/sessions?state=live").body["sessions"][0]["id"]

    administrator = environment_of(system, ADMINISTRATOR)
    blocked = run(administrator, "block", role_id, "--reason", "laptop stolen", "-o", "json")
    assert blocked.returncode == 0, blocked.stderr
    answer = json.loads(blocked.stdout)
    assert answer["ended"] == [session] and answer["left"] == [] and answer["isComplete"] is True
    assert answer["block"]["reason"] == "laptop stolen" and answer["block"]["by"].endswith("/alice")

    assert system.sessions.live() == []
    eventually(lambda: not terminal.child.isalive(), "the client ends with its session")
    again = run(environment_of(system, ALICE), "connect", cast.DB_1)
    assert again.returncode == 5 and "CALLER_BLOCKED" in again.stderr
    assert api.renew(ALICE, session).code == "CALLER_BLOCKED"
    assert api.call(ALICE, "GET", "/v1/identity").code == "CALLER_BLOCKED"
    assert api.open(ALICE, cast.DB_1, dryRun=True).code == "CALLER_BLOCKED"

    # The engineer's client, whose session has gone, may ask to end it before the administrator's end is on record.
    (end,) = [one for one in log.of_session(session)
              if one.event == "session.ended" and one.content["details"]["by"] != "owner"]  # fmt: skip
    assert end.content["details"] == {
        "by": "administrator", "cause": "block", "block": f"role/{role_id}", "reason": "laptop stolen",
    }  # fmt: skip
    assert end.content["caller"]["permissionSet"] == "BrokerAdmin"
    (record,) = [one for one in log.records() if one.event == "caller.blocked"][-1:]
    assert record.content["details"] == {"roleId": role_id, "reason": "laptop stolen"}

    listed = run(administrator, "blocks")
    assert role_id in listed.stdout and "laptop stolen" in listed.stdout
    lifted = run(administrator, "unblock", role_id, "--reason", "found again")
    assert lifted.returncode == 0, lifted.stderr
    opened = api.open(ALICE, cast.DB_1)
    assert opened.status == 200, opened.text
    assert api.end(ALICE, opened.body["id"]).status == 200
    log.verify()


def test_a_block_by_name_reaches_every_permission_set_and_nobody_blocks_themselves(
    system: LocalSystem, api: BrokerAPI
) -> None:
    own = run(environment_of(system, ADMINISTRATOR), "block", "alice", "--reason", "x")
    assert own.returncode == 5 and "BLOCK_LOCKS_YOU_OUT" in own.stderr
    answer = api.call(ADMINISTRATOR, "POST", "/v1/blocks", {"user": "sam", "reason": "asks too much"})
    assert answer.status == 200, answer.text
    assert api.call("sam/SecurityAudit", "GET", "/v1/audit/heads").code == "CALLER_BLOCKED"
    assert api.call("sam/SecurityAudit", "POST", "/v1/audit/sweep", {}).code == "CALLER_BLOCKED"
    assert api.call("bob/ReadOnly", "GET", "/v1/identity").code == "PERMISSION_SET_NOT_MAPPED"
    assert api.call(ADMINISTRATOR, "DELETE", "/v1/blocks?user=sam&reason=calm%20again").status == 200
    assert api.call("sam/SecurityAudit", "GET", "/v1/audit/heads").status == 200


@pytest.mark.parametrize("person", [ALICE, "sam/SecurityAudit", "bob/ReadOnly", "mallory/DatabaseAdmin"])
def test_nobody_but_administrators_blocks(api: BrokerAPI, log: AuditLog, person: str) -> None:
    answer = api.call(person, "POST", "/v1/blocks", {"user": "carol", "reason": "a grudge"})
    assert answer.code in {"ADMINISTRATOR_REQUIRED", "ROLE_NOT_PROVEN"}
    assert api.call(ADMINISTRATOR, "GET", "/v1/blocks").body == {"blocks": []}
    assert [one.event for one in log.about(answer)] == ["request.refused"]


def test_a_block_while_a_session_is_being_started_wins(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, role_id: str
) -> None:
    answers: list[int] = []

    def block() -> None:
        body = {"roleId": role_id, "reason": "at this very moment"}
        answers.append(api.call(ADMINISTRATOR, "POST", "/v1/blocks", body).status)

    system.faults.after("StartSession", block)
    answer = api.open(ALICE, cast.DB_1)
    assert answers == [200]
    assert answer.status != 200 and "TokenValue" not in answer.text
    assert system.sessions.live() == []
    assert log.open_intents() == []
    log.verify()


def test_an_administrator_ends_many_sessions_from_the_command_line(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    opened = [api.open(ALICE, cast.DB_1).body["id"] for _ in range(3)]
    other = api.open("alice/WebOperator", cast.WEB_1).body["id"]
    administrator = environment_of(system, ADMINISTRATOR)
    asked = Terminal(administrator, "sessions", "end", "--node", cast.DB_1)
    asked.expect("End these 3 sessions")
    asked.type("n\n")
    assert asked.wait() == 1
    assert len(system.sessions.live()) == 4

    done = run(administrator, "sessions", "end", "--node", cast.DB_1, "--reason", "taken down", "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["ended"]) == set(opened)
    assert len(system.sessions.live()) == 1
    for session in opened:
        (end,) = [one for one in log.of_session(session) if one.event == "session.ended"]
        assert end.content["details"]["reason"] == "taken down"
    refused = run(environment_of(system, ALICE), "sessions", "end", "--user", "alice", "--yes")
    assert refused.returncode == 5 and "ADMINISTRATOR_REQUIRED" in refused.stderr

    alone = run(administrator, "sessions", "end", other, "--reason", "left open")
    assert alone.returncode == 0, alone.stderr
    (end,) = [one for one in log.of_session(other) if one.event == "session.ended"]
    assert (end.content["details"]["by"], end.content["details"]["reason"]) == ("administrator", "left open")
    assert system.sessions.live() == []
