"""Several brokers at once on one store: each request starts at most one session, and the chains stay whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from audit_log import AuditLog
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
