"""No session without a record: the audit store fails at each of its writes, and nobody can use anything."""

from __future__ import annotations

import pytest
from audit_log import AuditLog
from broker_api import Answer, BrokerAPI
from locked_store import store_lock

from system import cast, faults
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"


@pytest.fixture(autouse=True)
def warm(system: LocalSystem, api: BrokerAPI) -> None:
    """What the broker looks up once is looked up before: the faults strike at what is left."""
    assert api.open(ALICE, cast.DB_1, dryRun=True).status == 200


def test_when_the_intent_cannot_be_written_nothing_is_started(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    begun = len(system.aws.trail.named("StartSession"))
    before = len(log.records())
    with store_lock(system) as lock:
        lock.take()
        answer = api.open(ALICE, cast.DB_1)
    assert_unavailable(answer)
    assert len(system.aws.trail.named("StartSession")) == begun
    assert system.sessions.live() == []
    # Only the reading above is new: nothing half-written, and no intent left open.
    assert [one.event for one in log.records()[before:]] == ["audit.read"]
    assert log.open_intents() == []
    log.verify()
    assert api.open(ALICE, cast.DB_1).status == 200


def test_when_the_outcome_cannot_be_written_the_session_is_ended_and_nobody_gets_it(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    with store_lock(system) as lock:
        system.faults.after("StartSession", lock.take)
        answer = api.open(ALICE, cast.DB_1)
    assert_unavailable(answer)
    started = system.aws.trail.named("StartSession")[-1]["responseElements"]["sessionId"]
    ended = system.aws.trail.named("TerminateSession")[-1]
    assert ended["requestParameters"]["sessionId"] == started and ended.get("errorCode") is None
    assert system.sessions.live() == []
    # The intent stands open, for a sweep to resolve: no outcome was invented.
    (intent,) = log.open_intents()
    assert [one.event for one in log.about(answer)] == ["session.intent"]
    assert started.startswith(intent.content["access"]["roleSessionName"] + "-")
    log.verify()


def test_a_session_that_can_neither_be_recorded_nor_ended_is_nobodys_and_can_be_ended_later(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    with store_lock(system) as lock:
        system.faults.after("StartSession", lock.take)
        refuse = system.faults.before("TerminateSession", faults.fail, times=20)
        answer = api.open(ALICE, cast.DB_1)
        refuse.remaining = 0
    assert_unavailable(answer)
    assert refuse.struck >= 1
    # Its token never left the broker, so nobody has connected and nobody can.
    (state,) = system.sessions.live()
    assert state.status == "Connecting"
    (intent,) = log.about(answer)
    assert intent.event == "session.intent"
    assert api.end(ALICE, intent.content["session"]).status == 200
    assert system.sessions.live() == []
    log.verify()


def test_renewed_credentials_that_cannot_be_recorded_are_not_handed_out(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    session = api.open(ALICE, cast.DB_1).body["id"]
    with store_lock(system) as lock:
        lock.take()
        answer = api.renew(ALICE, session)
    assert_unavailable(answer)
    assert log.events(session) == ["session.intent", "session.started"]


def test_a_log_that_cannot_record_its_reading_is_not_read(system: LocalSystem, api: BrokerAPI) -> None:
    with store_lock(system) as lock:
        lock.take()
        assert_unavailable(api.call("sam/SecurityAudit", "GET", "/v1/audit/records"))
        assert_unavailable(api.call("sam/SecurityAudit", "GET", "/v1/audit/heads"))


def test_a_session_is_ended_even_when_that_cannot_be_recorded(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    session = api.open(ALICE, cast.DB_1).body["id"]
    with store_lock(system) as lock:
        lock.take()
        answer = api.end(ALICE, session)
    assert answer.code == "AUDIT_UNAVAILABLE"
    assert system.sessions.live() == []
    # Asked again, it is recorded.
    assert api.end(ALICE, session).status == 200
    assert log.events(session) == ["session.intent", "session.started", "session.ended"]


def assert_unavailable(answer: Answer) -> None:
    """The one answer, with nothing of a session in it."""
    assert (answer.status, answer.code) == (503, "AUDIT_UNAVAILABLE"), answer.text
    assert set(answer.body) == {"code", "detail", "next", "requestId", "status", "title"}
