"""What happens between a publication and the last document: the connect that comes first, and what administrators see."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

import pytest
import role_maps
from audit_log import AuditLog
from broker_api import BrokerAPI
from enforcer_world import DATABASE_SHELL, run_as, writes
from engineer import Terminal, environment_of, run
from session_documents import as_root

from system import cast, documents
from system.local_system import LocalSystem, Settings
from system.places import ENFORCER_ARN

Connect = Callable[..., Terminal]
SETTINGS = Settings(enforcer=True, instances=2)
ALICE = "alice/DatabaseAdmin"
ADMINISTRATOR = role_maps.BOOTSTRAP
BEFORE, AFTER = "dbadmin", "webops"
"""Both are users of web-1."""


@contextlib.contextmanager
def enforcer_off(system: LocalSystem) -> Iterator[None]:
    """The enforcer's function is not there: nobody hears of a publication, and nobody converges."""
    function = system.aws.functions.functions.pop(ENFORCER_ARN)
    try:
        yield
    finally:
        system.aws.functions.functions[ENFORCER_ARN] = function


def rolled_out(system: LocalSystem, api: BrokerAPI, linux_user: str) -> None:
    """A map that gives alice this Linux user, published and rolled out everywhere."""
    role_map = role_maps.of_cast(system)
    entry = {**role_map["permissionSets"]["DatabaseAdmin"], "linuxUser": linux_user}
    role_maps.published(api, {**role_map, "permissionSets": {**role_map["permissionSets"], "DatabaseAdmin": entry}})


@pytest.fixture(autouse=True)
def settled(system: LocalSystem, api: BrokerAPI) -> None:
    """Version n is rolled out; alice is dbadmin."""
    with enforcer_off(system):
        rolled_out(system, api, BEFORE)
    report = system.enforcer.run_scheduled()
    assert report["end"] == "complete" and not report["failed"], report


def rollout(api: BrokerAPI, query: str = "") -> dict:
    answer = api.call(ADMINISTRATOR, "GET", f"/v1/rollout{query}")
    assert answer.status == 200, answer.text
    return answer.body


def test_the_first_connect_after_a_publication_has_its_document_made_right(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, connect: Connect
) -> None:
    # The broker knows map and document from before, as one does that is busy.
    warm = api.open(ALICE, cast.WEB_1)
    assert warm.body["linuxUser"] == BEFORE
    assert api.end(ALICE, warm.body["id"]).status == 200
    with enforcer_off(system):
        rolled_out(system, api, AFTER)
    since = len(system.trail)
    terminal = connect(ALICE, cast.WEB_1)
    terminal.prompt()
    terminal.type("id -un\n")
    terminal.expect(rf"\b{AFTER}\b")
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert run_as(cast.FIRST_ACCOUNT) == AFTER
    # One place, and no other, was seen to.
    assert {(account, region) for account, region, _ in writes(system, since)} == {(cast.FIRST_ACCOUNT, cast.REGION)}
    enforced = [one for one in log.records() if one.event == "documents.enforced"][-1]
    assert enforced.content["details"]["trigger"] == "connect"
    assert log.open_intents() == []
    log.verify()


def test_with_the_enforcer_off_it_is_refused_with_its_place_and_the_old_document_is_not_used(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    with enforcer_off(system):
        rolled_out(system, api, AFTER)
        marker = len(system.trail)
        refused = run(environment_of(system, ALICE), "connect", cast.DB_1)
        assert refused.returncode == 7, refused.stderr
        assert "DOCUMENT_PENDING" in refused.stderr and "that wait for the rollout; last checked" in refused.stderr
        answer = api.open(ALICE, cast.DB_1)
        assert (answer.status, answer.code) == (503, "DOCUMENT_PENDING")
        # A broker that still held the map before has decided more than once; each intent has its outcome.
        assert log.about(answer)[-1].code == "DOCUMENT_PENDING"
        assert [one for one in system.trail[marker:] if one["eventName"] == "StartSession"] == []
        assert system.sessions.live() == []
    assert run_as(cast.FIRST_ACCOUNT) == BEFORE
    assert log.open_intents() == []


def test_administrators_see_where_each_document_stands(system: LocalSystem, api: BrokerAPI) -> None:
    number = rollout(api)["number"]
    before = rollout(api)["totals"]
    assert before["pending"] == 0 and before["current"] >= 2
    with enforcer_off(system):
        rolled_out(system, api, AFTER)
    after = rollout(api)
    assert after["number"] == number + 1
    assert after["totals"]["pending"] == sum(before.values())
    (place,) = rollout(api, f"?account={cast.FIRST_ACCOUNT}&region={cast.REGION}&state=pending")["places"]
    assert DATABASE_SHELL in [one["name"] for one in place["documents"]]

    shown = run(environment_of(system, ADMINISTRATOR), "map", "rollout")
    assert shown.returncode == 0, shown.stderr
    assert f"Version {number + 1}: 0 of" in shown.stdout
    system.enforcer.run_scheduled()
    watched = run(environment_of(system, ADMINISTRATOR), "map", "rollout", "--watch", "-o", "ndjson")
    assert watched.returncode == 0, watched.stderr
    standings = {json.loads(line)["standing"] for line in watched.stdout.splitlines()}
    assert "current" in standings and "pending" not in standings
    assert api.call(ALICE, "GET", "/v1/rollout").code == "ADMINISTRATOR_REQUIRED"


def test_a_document_that_somebody_changed_is_no_pending_one_and_is_named_as_drift_once_it_is_right(
    system: LocalSystem, api: BrokerAPI
) -> None:
    rendered = system.rendered.content(DATABASE_SHELL, cast.FIRST_ACCOUNT, cast.REGION)
    # Put there behind AWS's back, so that no event calls the enforcer before the connect.
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, DATABASE_SHELL, as_root(rendered))
    assert api.open(ALICE, cast.DB_1).code == "DOCUMENT_CHANGED"
    system.enforcer.run_scheduled()
    assert api.open(ALICE, cast.DB_1).status == 200
    shown = run(environment_of(system, ADMINISTRATOR), "map", "rollout", "--account", cast.FIRST_ACCOUNT)
    assert "Drift that was put right:" in shown.stdout and f"{cast.REGION}: {DATABASE_SHELL}" in shown.stdout
