"""Several brokers at once on one store: each request starts at most one session, and the chains stay whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from audit_log import OUTCOMES, AuditLog
from broker_api import BrokerAPI, opening

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(instances=3)
ALICE = "alice/DatabaseAdmin"


def test_of_the_same_request_sent_many_times_at_once_one_starts_a_session(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    for _ in range(3):
        body = opening(cast.DB_1)
        with ThreadPoolExecutor(6) as pool:
            codes = list(pool.map(lambda _: api.call(ALICE, "POST", "/v1/sessions", body).code, range(6)))
        assert sorted(codes, key=str) == [None, *["REQUEST_REPLAYED"] * 5]
    assert len(system.aws.trail.named("StartSession")) == 3
    assert len(system.sessions.live()) == 3
    assert log.open_intents() == []


def test_many_sessions_at_once_are_all_recorded_in_whole_chains(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: api.open(ALICE, cast.DB_1), range(24)))
    assert [one.status for one in answers] == [200] * 24
    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(lambda one: api.end(ALICE, one.body["id"]).status, answers))
    assert ended == [200] * 24
    assert system.sessions.live() == []
    records = log.records()
    for answer in answers:
        events = [one.event for one in records if one.content.get("session") == answer.body["id"]]
        assert events == ["session.intent", "session.started", "session.ended"]
    log.verify()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_session_that_is_ended_while_it_is_being_started_is_nobodys(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, moment: str
) -> None:
    ended: list[int] = []

    def end() -> None:
        (intent,) = log.open_intents()
        ended.append(api.end("alice/BrokerAdmin", intent.content["session"]).status)

    getattr(system.faults, moment)("StartSession", end)
    answer = api.open(ALICE, cast.DB_1)
    assert ended == [200]
    assert answer.status != 200 and "TokenValue" not in answer.text and "SecretAccessKey" not in answer.text
    assert system.sessions.live() == []
    (session,) = {one.content["session"] for one in log.about(answer) if one.event == "session.intent"}
    outcomes = [one for one in log.of_session(session) if one.event in OUTCOMES]
    assert [one.event for one in outcomes] == ["session.unknown"]
    assert outcomes[0].content["caller"]["permissionSet"] == "BrokerAdmin"
    log.verify()
