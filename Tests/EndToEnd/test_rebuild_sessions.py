"""The list of sessions is lost, and made anew from the log: by whom it may be, to the last session, limits included."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import environment_of, run

from system import cast, moto_services
from system.local_system import LocalSystem, Settings

ALICE, SAM = "alice/DatabaseAdmin", "sam/SecurityAudit"
BATCH = f"alice/BatchOperator@{cast.SECOND_ACCOUNT}"
LIMIT = 3
"""How many sessions at a time the project's map lets a BatchOperator have."""


@pytest.fixture(scope="module", params=["sqlite", "dynamodb"])
def running(request: pytest.FixtureRequest) -> Iterator[LocalSystem]:
    with LocalSystem(Settings(store="dynamodb:ssm-broker" if request.param == "dynamodb" else None)) as system:
        yield system


def lose_sessions(system: LocalSystem) -> None:
    """The live state is gone, as after a table was deleted and made again."""
    kind, _, place = system.store.partition(":")
    if kind == "sqlite":
        with sqlite3.connect(place, timeout=5) as store:
            store.execute("DELETE FROM sessions")
        store.close()
        return
    table = moto_services.get_backend("dynamodb")[cast.BROKER_ACCOUNT][cast.REGION].tables[f"{place}-sessions"]
    table.items.clear()


def listed(api: BrokerAPI, query: str = "") -> list[dict[str, object]]:
    answer = api.call(SAM, "GET", f"/v1/sessions?all=true&limit=500{query}")
    assert answer.status == 200, answer.text
    return answer.body["sessions"]


def open_batch(api: BrokerAPI) -> str | None:
    return api.open(BATCH, cast.BATCH_1, reason="nightly run").code


def test_the_list_is_what_it_was_and_limits_hold(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    for number in range(6):
        opened = api.open(ALICE, cast.DB_1).body
        if number % 2:
            assert api.end(ALICE, opened["id"]).status == 200
    assert [open_batch(api) for _ in range(LIMIT + 1)] == [None] * LIMIT + ["TOO_MANY_SESSIONS"]
    before = listed(api)
    assert len(before) >= 6 + LIMIT

    lose_sessions(system)
    assert listed(api) == []
    done = run(environment_of(system, SAM), "audit", "sweep", "--rebuild-sessions", "--output", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"rebuilt": len(before), "sessions": len(before)}
    assert listed(api) == before
    # What counts for limits is there again, and goes down with an end.
    assert open_batch(api) == "TOO_MANY_SESSIONS"
    mine = api.call(BATCH, "GET", "/v1/sessions?state=live").body["sessions"]
    assert api.end(BATCH, str(mine[0]["id"])).status == 200
    assert [open_batch(api), open_batch(api)] == [None, "TOO_MANY_SESSIONS"]
    again = run(environment_of(system, "alice/BrokerAdmin"), "audit", "sweep", "--rebuild-sessions")
    assert again.returncode == 0 and ", of which 0 did not stand" in again.stdout, again.stderr
    assert [one.content["details"]["filter"] for one in log.records(event="audit.read")].count("rebuild of sessions") == 2
    log.verify()


def test_what_was_recorded_meanwhile_is_in_it(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    first, second = (api.open(ALICE, cast.DB_1).body["id"] for _ in range(2))
    lose_sessions(system)
    # Nobody knows these sessions; new ones work as ever, and records of the old ones are taken.
    assert api.end(ALICE, first).code == "SESSION_NOT_FOUND"
    third = api.open(ALICE, cast.DB_1).body["id"]
    assert run(environment_of(system, SAM), "audit", "sweep", "--rebuild-sessions").returncode == 0
    for session in (first, second, third):
        assert api.end(ALICE, session).status == 200
    states = {str(one["id"]): one["state"] for one in listed(api)}
    assert [states[one] for one in (first, second, third)] == ["ended"] * 3
    assert log.open_intents() == []


def test_engineers_may_not(system: LocalSystem, api: BrokerAPI) -> None:
    refused = api.call(ALICE, "POST", "/v1/audit/sweep", {"rebuildSessions": True})
    assert refused.code == "AUDIT_NOT_ALLOWED"
    for wrong in ({"rebuildSessions": "yes"}, {"cursor": "1"}, {"rebuild": True, "rebuildSessions": True}):
        assert api.call(SAM, "POST", "/v1/audit/sweep", wrong).code == "BODY_INVALID"
