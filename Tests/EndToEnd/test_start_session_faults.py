"""What becomes of a request when AWS fails it: no usable session, nothing left running, one outcome to each intent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast, faults
from system.errors import AWSError
from system.faults import Fault
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"
Plan = Callable[[LocalSystem], Fault]


def deny() -> None:
    """IAM says no, as when a service control policy does."""
    raise AWSError("AccessDeniedException", "User is not authorized to perform this action", 403)


def not_connected() -> None:
    """Session Manager has no connection to the agent."""
    raise AWSError("TargetNotConnected", "The instance is not connected.")


@pytest.fixture(autouse=True)
def warm(system: LocalSystem, api: BrokerAPI) -> None:
    """The broker knows role, node and document already, so the next AssumeRole calls are those of the session."""
    assert api.open(ALICE, cast.DB_1, dryRun=True).status == 200


@dataclass(frozen=True)
class Trouble:
    """A plan of failure and what must come of it."""

    why: str
    plan: Plan
    status: int
    code: str
    outcome: str
    starts: int
    """How often StartSession may be asked."""
    begins: int
    """How many sessions Session Manager begins; all of them must be ended."""

    def __str__(self) -> str:
        return self.why


TROUBLES = [
    Trouble("StartSession's answer is lost", lambda up: up.faults.after("StartSession", faults.drop),
            502, "START_UNKNOWN", "session.unknown", starts=1, begins=1),
    Trouble("StartSession answers 500 after its effect", lambda up: up.faults.after("StartSession", faults.fail),
            502, "START_UNKNOWN", "session.unknown", starts=1, begins=1),
    Trouble("StartSession answers 500 before its effect", lambda up: up.faults.before("StartSession", faults.fail),
            502, "START_UNKNOWN", "session.unknown", starts=1, begins=0),
    Trouble("StartSession's connection closes before its effect",
            lambda up: up.faults.before("StartSession", faults.drop),
            502, "START_UNKNOWN", "session.unknown", starts=1, begins=0),
    Trouble("StartSession is throttled for good", lambda up: up.faults.before("StartSession", faults.throttle, times=4),
            503, "AWS_THROTTLED", "session.failed", starts=4, begins=0),
    Trouble("the account's policies forbid StartSession", lambda up: up.faults.before("StartSession", deny),
            403, "NODE_NOT_ALLOWED", "session.failed", starts=1, begins=0),
    Trouble("the agent has just gone", lambda up: up.faults.before("StartSession", not_connected),
            409, "NODE_NOT_CONNECTED", "session.failed", starts=1, begins=0),
    Trouble("AssumeRole is refused", lambda up: up.faults.before("AssumeRole", deny),
            403, "TARGET_ROLE_REFUSED", "session.failed", starts=0, begins=0),
    Trouble("both AssumeRole calls are refused", lambda up: up.faults.before("AssumeRole", deny, times=2),
            403, "TARGET_ROLE_REFUSED", "session.failed", starts=0, begins=0),
    Trouble("AssumeRole fails for good", lambda up: up.faults.before("AssumeRole", faults.fail, times=8),
            502, "AWS_UNAVAILABLE", "session.failed", starts=0, begins=0),
]  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_no_usable_session_results_and_nothing_is_left_running(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, trouble: Trouble
) -> None:
    known = {state.session_id for state in system.sessions._states()}
    marker = len(system.trail)
    fault = trouble.plan(system)
    answer = api.open(ALICE, cast.DB_1)
    assert (answer.status, answer.code) == (trouble.status, trouble.code), answer.text
    assert "TokenValue" not in answer.text and "SessionToken" not in answer.text
    assert system.sessions.live() == []
    begun = [state for state in system.sessions._states() if state.session_id not in known]
    assert len(begun) == trouble.begins
    assert fault.operation != "StartSession" or fault.struck == trouble.starts

    intent, outcome = log.about(answer)
    assert (intent.event, outcome.event, outcome.code) == ("session.intent", trouble.outcome, trouble.code)
    assert intent.content["session"] == outcome.content["session"]
    if begun:
        # The record names the session that was found by its owner and ended.
        assert outcome.content["aws"]["sessionId"] == begun[0].session_id
        assert outcome.content["details"]["ended"] == begun[0].session_id
        (end,) = [one for one in system.trail[marker:] if one["eventName"] == "TerminateSession"]
        assert end["requestParameters"]["sessionId"] == begun[0].session_id
    assert log.open_intents() == []
    log.verify()


def test_a_throttled_start_is_tried_again_and_starts_one_session(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    system.faults.before("StartSession", faults.throttle, times=2)
    answer = api.open(ALICE, cast.DB_1)
    assert answer.status == 200, answer.text
    assert [state.session_id for state in system.sessions.live()] == [answer.body["session"]["SessionId"]]
    assert log.events(answer.body["id"]) == ["session.intent", "session.started"]


def test_another_sessions_of_the_same_person_is_left_alone_when_an_answer_is_lost(
    system: LocalSystem, api: BrokerAPI
) -> None:
    kept = api.open(ALICE, cast.DB_1).body["session"]["SessionId"]
    system.faults.after("StartSession", faults.drop)
    assert api.open(ALICE, cast.DB_1).code == "START_UNKNOWN"
    assert [state.session_id for state in system.sessions.live()] == [kept]


def test_a_lost_answer_and_a_failing_end_leave_a_session_that_nobody_can_use(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    system.faults.after("StartSession", faults.drop)
    refuse = system.faults.before("TerminateSession", faults.fail, times=20)
    answer = api.open(ALICE, cast.DB_1)
    refuse.remaining = 0
    assert answer.code == "START_UNKNOWN" and refuse.struck >= 1
    assert "was ended" not in answer.body["detail"]
    (state,) = system.sessions.live()
    assert state.status == "Connecting"
    _, outcome = log.about(answer)
    assert outcome.event == "session.unknown"
    # What could not be ended is not recorded as ended.
    assert outcome.content.get("details", {}).get("ended", "") == ""
    assert outcome.content["aws"]["sessionId"] == state.session_id
    # Whoever may end it still can.
    assert api.end(ALICE, outcome.content["session"]).status == 200
    assert system.sessions.live() == []


def test_a_lost_answer_is_not_called_harmless_when_sessions_cannot_be_listed(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    system.faults.after("StartSession", faults.drop)
    unseen = system.faults.before("DescribeSessions", faults.fail, times=20)
    answer = api.open(ALICE, cast.DB_1)
    unseen.remaining = 0
    assert answer.code == "START_UNKNOWN" and unseen.struck >= 1
    assert "no session was found" not in answer.body["detail"]
    (state,) = system.sessions.live()
    assert state.status == "Connecting"
    intent, outcome = log.about(answer)
    assert outcome.event == "session.unknown"
    assert api.end(ALICE, intent.content["session"]).status == 200
    assert system.sessions.live() == []


def test_a_session_whose_end_fails_is_not_recorded_as_ended(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    session = api.open(ALICE, cast.DB_1).body["id"]
    refuse = system.faults.before("TerminateSession", faults.fail, times=20)
    answer = api.end(ALICE, session)
    refuse.remaining = 0
    assert (answer.status, answer.code) == (502, "AWS_UNAVAILABLE")
    assert log.events(session)[:2] == ["session.intent", "session.started"]
    assert "session.ended" not in log.events(session)
    assert api.end(ALICE, session).status == 200
    assert log.events(session)[-1] == "session.ended"
    assert system.sessions.live() == []


def test_credentials_are_not_renewed_when_the_role_is_refused(system: LocalSystem, api: BrokerAPI) -> None:
    session = api.open(ALICE, cast.DB_1).body["id"]
    system.faults.before("AssumeRole", deny)
    answer = api.renew(ALICE, session)
    assert answer.code == "TARGET_ROLE_REFUSED" and "SecretAccessKey" not in answer.text
