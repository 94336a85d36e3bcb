"""Live and past sessions through the API, and how many of them there may be at a time."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

from audit_log import AuditLog
from broker_api import Answer, BrokerAPI

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(instances=3)
ALICE = "alice/DatabaseAdmin"
# The map of the project lets a person have three sessions at a time under this permission set.
BATCH = f"alice/BatchOperator@{cast.SECOND_ACCOUNT}"
LIMIT = 3


def sessions(api: BrokerAPI, person: str, query: str = "") -> list[dict[str, object]]:
    answer = api.call(person, "GET", "/v1/sessions" + (f"?{query}" if query else ""))
    assert answer.status == 200, answer.text
    return answer.body["sessions"]


def end_all(api: BrokerAPI, person: str) -> None:
    """Ends what is live, so that the next test begins with room for all."""
    for one in sessions(api, person, "state=pending,live"):
        assert api.end(person, str(one["id"])).status == 200


def open_batch(api: BrokerAPI) -> Answer:
    return api.open(BATCH, cast.BATCH_1, reason="nightly run")


def test_a_person_sees_their_own_sessions_as_they_come_and_go(api: BrokerAPI, system: LocalSystem) -> None:
    first = api.open(ALICE, cast.DB_1).body
    second = api.open(ALICE, cast.DB_1).body
    assert [one["id"] for one in sessions(api, ALICE)][:2] == [second["id"], first["id"]]
    assert api.end(ALICE, first["id"]).status == 200
    by_id = {one["id"]: one for one in sessions(api, ALICE)}
    assert (by_id[first["id"]]["state"], by_id[second["id"]]["state"]) == ("ended", "live")
    assert by_id[first["id"]]["ended"] > by_id[first["id"]]["opened"]
    assert by_id[second["id"]]["sessionId"] == second["session"]["SessionId"]
    assert by_id[second["id"]]["access"]["linuxUser"] == "dbadmin"
    for stranger in ("alice/WebOperator", "bob/ReadOnly", "mallory/DatabaseAdmin"):
        assert sessions(api, stranger) == []
    end_all(api, ALICE)
    assert system.sessions.live() == []


def test_auditors_and_administrators_see_everybodys_and_that_is_recorded(api: BrokerAPI, log: AuditLog) -> None:
    opened = [api.open(ALICE, cast.DB_1).body["id"], api.open("alice/WebOperator", cast.WEB_1).body["id"]]
    for reader in ("sam/SecurityAudit", "alice/BrokerAdmin"):
        answer = api.call(reader, "GET", "/v1/sessions?all=true&state=live&user=alice")
        assert set(opened) <= {one["id"] for one in answer.body["sessions"]}
        (record,) = log.about(answer)
        assert record.event == "audit.read"
        assert record.content["details"]["filter"] == "sessions all=true user=alice state=live"
    for other in (ALICE, "bob/ReadOnly"):
        refused = api.call(other, "GET", "/v1/sessions?all=true")
        assert refused.code == "AUDIT_NOT_ALLOWED"
        assert [one.event for one in log.about(refused)] == ["request.refused"]
    # An administrator ends what they see; everybody sees that.
    assert api.end("alice/BrokerAdmin", opened[0]).status == 200
    assert sessions(api, "sam/SecurityAudit", "all=true&state=ended")[0]["id"] == opened[0]
    end_all(api, "alice/WebOperator")


def test_of_sessions_asked_for_at_once_as_many_start_as_the_map_allows(
    api: BrokerAPI, log: AuditLog, system: LocalSystem
) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: open_batch(api), range(8)))
    refused = [one for one in answers if one.status != 200]
    assert len(answers) - len(refused) == LIMIT == len(system.sessions.live())
    assert {(one.status, one.code) for one in refused} == {(409, "TOO_MANY_SESSIONS")}
    assert "3 sessions already" in refused[0].body["detail"]
    assert [(one.event, one.code) for one in log.about(refused[0])] == [("session.denied", "TOO_MANY_SESSIONS")]
    assert api.call(BATCH, "GET", "/v1/identity").body["concurrentSessions"] == LIMIT

    # One end makes room for one.
    assert api.end(BATCH, next(one for one in answers if one.status == 200).body["id"]).status == 200
    assert open_batch(api).status == 200
    assert open_batch(api).code == "TOO_MANY_SESSIONS"
    assert log.open_intents() == []
    log.verify()
    end_all(api, BATCH)


def test_the_state_is_what_the_records_come_to(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    api.open(ALICE, cast.DB_1)
    states: dict[str, str] = {}
    for record in log.records():
        session = record.content.get("session")
        following = {
            "session.intent": "pending", "session.started": "live", "session.failed": "failed",
            "session.unknown": "unknown", "session.ended": "ended",
        }.get(record.event)  # fmt: skip
        if session and following:
            states[session] = following
    listed = {one["id"]: one["state"] for one in sessions(api, "sam/SecurityAudit", "all=true&limit=500")}
    assert listed == states
    with sqlite3.connect(system.store.removeprefix("sqlite:")) as database:
        assert dict(database.execute("SELECT id, state FROM sessions")) == states
    end_all(api, ALICE)
