"""What a killed broker leaves is found by the sweep, resolved and ended; what is not the broker's is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import broker_process
import pytest
import role_sessions
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import environment_of, run
from later import Later

from system import cast, faults
from system.lambda_function import InvocationFailed
from system.local_system import LocalSystem, Settings
from system.places import SWEEP_RULE_ARN

ALICE = "alice/DatabaseAdmin"
LONG_AFTER = 100
"""More than the 29 s of a request and the 60 s after it."""
RESOLVED = ["session.ended", "session.intent", "session.unknown", "sweep.finding"]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Later:
    return Later(tmp_path_factory.mktemp("later"))


@pytest.fixture(scope="module")
def running(later: Later) -> Iterator[LocalSystem]:
    """A system whose broker's clock the tests can move."""
    with LocalSystem(Settings(broker_environment=later.environment)) as system:
        yield system


@pytest.fixture(autouse=True)
def tidy(system: LocalSystem, api: BrokerAPI) -> None:
    """The broker knows role, node and document already, and no test before left anything open."""
    assert api.open(ALICE, cast.DB_1, dryRun=True).status == 200


def open_while_killed(system: LocalSystem, api: BrokerAPI, log: AuditLog, when: str) -> str:
    """The id of a session whose broker was killed before or after StartSession took effect."""

    def die() -> None:
        broker_process.kill(system)
        faults.drop()

    getattr(system.faults, when)("StartSession", die)
    answer = api.open(ALICE, cast.DB_1)
    assert (answer.status, answer.code) == (502, "INTEGRATION_FAILED"), answer.text
    (intent,) = log.about(answer)
    return intent.content["session"]


def kinds(report: dict[str, Any]) -> list[str]:
    return [finding["kind"] for finding in report["findings"]]


def test_killed_after_start_session_nothing_is_left_running(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    session = open_while_killed(system, api, log, "after")
    (state,) = system.sessions.live()
    # Its broker could still be at work for all that the sweep knows.
    assert system.sweep()["sessions"] == 0
    assert len(system.sessions.live()) == 1
    since = len(system.trail)
    with later.by(system, LONG_AFTER):
        report = system.sweep()
        assert kinds(report) == ["intent-resolved"], report
        assert report["findings"][0]["session"] == session
        assert report["findings"][0]["sessionId"] == state.session_id
        assert report["isComplete"]
        assert system.sessions.live() == []
        assert system.sweep()["findingsTotal"] == 0
    (end,) = [made for made in role_sessions.made(system, since) if made.source_identity == "ssm-broker-sweep"]
    assert state.session_id.startswith(end.name + "-")
    assert end.actions == {"ssm:TerminateSession"}
    assert sorted(log.events(session)) == RESOLVED
    assert log.open_intents() == []
    log.verify()


def test_killed_before_start_session_the_intent_is_resolved(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    session = open_while_killed(system, api, log, "before")
    with later.by(system, LONG_AFTER):
        assert kinds(system.sweep()) == ["intent-resolved"]
    assert sorted(log.events(session)) == RESOLVED
    assert log.open_intents() == []
    log.verify()


def test_killed_before_the_answer_left_the_session_is_never_connected_and_ended(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    # The record is durable and the answer is lost: nobody has the token, and nobody ever will.
    answer = api.open(ALICE, cast.DB_1)
    with later.by(system, 310):
        assert kinds(system.sweep()) == ["never-connected"]
        assert system.sessions.live() == []
    assert sorted(log.events(answer.body["id"])) == [
        "session.ended", "session.intent", "session.started", "sweep.finding"]  # fmt: skip
    log.verify()


def test_a_session_that_aws_ended_gets_its_end(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    answer = api.open(ALICE, cast.DB_1)
    system.sessions.terminate(answer.body["session"]["SessionId"])
    with later.by(system, LONG_AFTER):
        assert kinds(system.sweep()) == ["ended-elsewhere"]
    (ended,) = [one for one in log.of_session(answer.body["id"]) if one.event == "session.ended"]
    assert ended.content["details"]["by"] == "elsewhere"
    assert ended.content["details"]["endedAt"] < ended.content["time"]


def test_a_session_that_went_around_the_broker_is_reported_and_left_alone(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    since = len(system.trail)
    own = api.open(ALICE, cast.DB_1)
    start = next(made for made in role_sessions.made(system, since) if "ssm:StartSession" in made.actions)
    keys = role_sessions.assume(system, start, "eve.0000000000000001")
    around = role_sessions.client(system, "ssm", keys).start_session(
        Target=cast.DB_1, DocumentName=own.body["document"]
    )["SessionId"]
    with later.by(system, LONG_AFTER):
        for _ in range(2):
            report = system.sweep()
            assert kinds(report) == ["unrecorded"], report
            assert report["findings"][0]["sessionId"] == around
    assert {state.session_id for state in system.sessions.live()} == {around, own.body["session"]["SessionId"]}
    findings = [one for one in log.records() if one.content.get("details", {}).get("sessionId") == around]
    assert len(findings) == 1
    assert api.end(ALICE, own.body["id"]).status == 200


def test_another_rules_event_is_refused(system: LocalSystem) -> None:
    with pytest.raises(InvocationFailed, match="Event.NotThroughFrontDoor"):
        system.invoke_scheduled(SWEEP_RULE_ARN + "2")


def test_an_auditor_sweeps_with_the_client_and_an_engineer_may_not(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, later: Later
) -> None:
    session = open_while_killed(system, api, log, "after")
    with later.by(system, LONG_AFTER):
        refused = run(environment_of(system, ALICE), "audit", "sweep")
        assert refused.returncode == 5, refused.stderr
        done = run(environment_of(system, "sam/SecurityAudit"), "audit", "sweep", "--output", "json")
        assert done.returncode == 0, done.stderr
        assert kinds(json.loads(done.stdout)) == ["intent-resolved"]
        table = run(environment_of(system, "alice/BrokerAdmin"), "audit", "sweep")
        assert table.returncode == 0 and "nothing found" in table.stdout, table.stderr
    assert system.sessions.live() == []
    swept = next(one for one in log.of_session(session) if one.event == "sweep.finding")
    assert swept.content["caller"]["user"] == "sam"
