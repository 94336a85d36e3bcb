"""The broker's process is killed in the middle of a request: an open intent tells of it, and nobody has a session."""

from __future__ import annotations

import broker_process
import pytest
from audit_log import AuditLog, Record
from broker_api import Answer, BrokerAPI
from waiting import eventually

from system import cast, faults
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"


@pytest.fixture(autouse=True)
def warm(system: LocalSystem, api: BrokerAPI) -> None:
    """The broker knows role, node and document already."""
    assert api.open(ALICE, cast.DB_1, dryRun=True).status == 200


def open_while_killed(system: LocalSystem, api: BrokerAPI) -> Answer:
    answer = api.open(ALICE, cast.DB_1)
    assert (answer.status, answer.code) == (502, "INTEGRATION_FAILED"), answer.text
    return answer


def the_intent(log: AuditLog, answer: Answer) -> Record:
    """The request's only record, which the next process reads: an intent without an outcome."""
    (record,) = log.about(answer)
    assert record.event == "session.intent"
    assert record.text in [one.text for one in log.open_intents()]
    log.verify()
    return record


def test_killed_between_intent_and_start_session(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    known = len(system.sessions._states())

    def die() -> None:
        broker_process.kill(system)
        faults.drop()  # the call dies with its caller

    system.faults.before("StartSession", die)
    intent = the_intent(log, open_while_killed(system, api))
    assert len(system.sessions._states()) == known
    # There is nothing to end; ending it takes the intent's one outcome, so that no late broker can hand out a token.
    assert api.end(ALICE, intent.content["session"]).status == 200
    assert log.events(intent.content["session"]) == ["session.intent", "session.unknown", "session.ended"]


def test_killed_between_start_session_and_its_outcome(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    def die() -> None:
        broker_process.kill(system)
        faults.drop()

    system.faults.after("StartSession", die)
    intent = the_intent(log, open_while_killed(system, api))
    # The session exists, and its token died with the broker: it waits for a connection that cannot come.
    (state,) = system.sessions.live()
    assert state.status == "Connecting"
    assert state.owner.endswith("/" + intent.content["access"]["roleSessionName"])
    # The record is enough to find it by its owner and end it, which is what a sweep does.
    assert api.end("alice/WebOperator", intent.content["session"]).code == "SESSION_NOT_FOUND"
    assert api.end(ALICE, intent.content["session"]).status == 200
    assert system.sessions.live() == []
    assert log.events(intent.content["session"]) == [
        "session.intent", "request.refused", "session.unknown", "session.ended"]  # fmt: skip


def test_killed_while_roles_are_assumed(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    known = len(system.sessions._states())
    system.faults.before("AssumeRole", lambda: broker_process.kill(system))
    answer = open_while_killed(system, api)
    assert len(system.sessions._states()) == known
    # The intent is written beside these calls, so it may or may not be there; an outcome is not.
    assert [one.event for one in log.about(answer)] in ([], ["session.intent"])
    log.verify()


def test_killed_when_idle_the_next_request_finds_a_new_broker(system: LocalSystem, api: BrokerAPI) -> None:
    before = broker_process.pid(system)
    broker_process.kill(system)
    eventually(lambda: broker_process.pid(system) != before, "a new process")
    assert api.open(ALICE, cast.DB_1).status == 200
