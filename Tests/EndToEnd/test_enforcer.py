"""The real enforcer keeps the documents of every account what the role map says, whoever changes them and however it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import enforcer_world as world
import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from session_documents import as_root

from system import cast, documents
from system.event_bus import document_write_event
from system.invocation_failures import InvocationFailed
from system.local_system import LocalSystem, Settings
from system.moto_services import ssm
from system.places import ENFORCE_RULE_ARN

SETTINGS = Settings(enforcer=True)
FIRST, SECOND = cast.FIRST_ACCOUNT, cast.SECOND_ACCOUNT
HERE = (FIRST, cast.REGION)
WEB_SHELL = "SSMBroker-Shell-WebOperator"
BATCH_SHELL = "SSMBroker-Shell-BatchOperator"
WEB_SSH = "SSMBroker-SSH-WebOperator"
IN_FIRST = ["SSMBroker-Command-DatabaseAdmin", "SSMBroker-Port-DatabaseAdmin", WEB_SSH, world.DATABASE_SHELL, WEB_SHELL]


@pytest.fixture(autouse=True)
def in_order(system: LocalSystem) -> Iterator[None]:
    """Every test leaves the documents as the map says, and no event that failed for good."""
    yield
    assert system.enforcer.settle()
    assert system.enforcer.run_scheduled()["failed"] == 0
    assert system.enforcer.function.left.abandoned == []


def enforced(log: AuditLog) -> list[dict[str, str]]:
    """The details of every record of the enforcer's, oldest first."""
    return [one.content["details"] for one in log.records() if one.event == "documents.enforced"]


def text_of(name: str, place: tuple[str, str] = HERE) -> str:
    return ssm(*place)._documents[name].get_latest_version().content


def test_the_broker_starts_sessions_with_what_the_enforcer_wrote(api: BrokerAPI) -> None:
    answer = api.open("alice/DatabaseAdmin", cast.DB_1)
    assert (answer.status, answer.body["linuxUser"]) == (200, "dbadmin"), answer.text


def test_every_wrong_state_is_righted_in_one_run_and_the_next_writes_nothing(
    system: LocalSystem, log: AuditLog
) -> None:
    right = text_of(world.DATABASE_SHELL)
    documents.put(*HERE, world.DATABASE_SHELL, as_root(right))
    documents.put(*HERE, world.DATABASE_SHELL, as_root(right) + " ", promote=False)
    documents.delete(*HERE, WEB_SHELL)
    documents.put(*HERE, "SSMBroker-Shell-Gone", as_root(right))
    documents.put(SECOND, cast.REGION, BATCH_SHELL, as_root(text_of(BATCH_SHELL, (SECOND, cast.REGION))), promote=False)
    ssm(SECOND, cast.REGION).modify_document_permission(BATCH_SHELL, ["all"], [], "$DEFAULT", "Share")
    before = len(enforced(log))
    report = system.enforcer.run_scheduled()
    assert (report["end"], report["failed"], report["changed"]) == ("complete", 0, 2), report
    assert world.run_as(FIRST) == "dbadmin"
    assert world.run_as(SECOND, BATCH_SHELL) == "batchops"
    assert world.names(FIRST) == IN_FIRST
    assert ssm(SECOND, cast.REGION)._documents[BATCH_SHELL].describe_permissions()["AccountIds"] == []
    # The text was there before, which Systems Manager may refuse to take twice: the description may carry a mark.
    assert world.content(FIRST, world.DATABASE_SHELL)["inputs"] == json.loads(right)["inputs"]
    records = enforced(log)[before:]
    assert {(one["account"], one["region"], one["trigger"]) for one in records} == {
        (FIRST, cast.REGION, "schedule"), (SECOND, cast.REGION, "schedule")}  # fmt: skip
    told = {one["name"] for record in records for one in json.loads(record["documents"])}
    assert told == {world.DATABASE_SHELL, WEB_SHELL, "SSMBroker-Shell-Gone", BATCH_SHELL}
    since = len(system.trail)
    assert system.enforcer.run_scheduled()["changed"] == 0
    assert world.writes(system, since) == []
    assert len(enforced(log)) == before + len(records)
    log.verify()


@pytest.mark.parametrize("promote", [True, False])
def test_what_somebody_writes_is_put_right_and_recorded(system: LocalSystem, log: AuditLog, promote: bool) -> None:
    before = len(enforced(log))
    client = world.Outsider(system, "Admin").ssm()
    made = client.update_document(
        Name=world.DATABASE_SHELL, Content=as_root(text_of(world.DATABASE_SHELL)), DocumentVersion="$LATEST"
    )["DocumentDescription"]
    if promote:
        client.update_document_default_version(Name=world.DATABASE_SHELL, DocumentVersion=made["DocumentVersion"])
    assert system.enforcer.settle()
    assert world.run_as(FIRST) == "dbadmin"
    records = enforced(log)[before:]
    assert {(one["account"], one["trigger"]) for one in records} == {(FIRST, "drift")}
    assert any('"repaired"' in one["documents"] for one in records), records


def test_what_somebody_deletes_is_there_again(system: LocalSystem) -> None:
    world.Outsider(system, "Admin").ssm().delete_document(Name=WEB_SHELL)
    assert system.enforcer.settle()
    assert world.run_as(FIRST, WEB_SHELL) == "webops"


def test_its_own_writes_lead_to_nothing(system: LocalSystem) -> None:
    documents.delete(*HERE, WEB_SHELL)
    done = len(system.enforcer.function.left.done)
    assert system.enforcer.run_scheduled()["changed"] == 1
    assert system.enforcer.settle()
    replies = [json.loads(reply) for _, reply in system.enforcer.function.left.done[done:]]
    assert replies and all(reply == {"ignored": "the enforcer's own write"} for reply in replies)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"errorCode": "AccessDenied"}, "a refused call"), ({"requestParameters": {"name": "Another"}}, "no document of ours")],
)
def test_what_changes_nothing_of_ours_is_ignored(system: LocalSystem, changes: dict[str, Any], reason: str) -> None:
    event = told_of(system, **changes)
    since = len(system.trail)
    assert system.enforcer.ask(event) == {"ignored": reason}
    assert system.trail[since:] == []


def told_of(system: LocalSystem, name: str = world.DATABASE_SHELL, **changes: Any) -> dict[str, Any]:
    """An event as EventBridge would send it, had somebody written to a document; `changes` go into its detail."""
    client = world.Outsider(system, "Admin").ssm()
    client.get_document(Name=world.DATABASE_SHELL)
    detail = {**system.trail[-1], "eventName": "UpdateDocument", "requestParameters": {"name": name}, "errorCode": None}
    event = document_write_event({**detail, **changes})
    event["detail"] = {name: value for name, value in event["detail"].items() if value is not None}
    return event


def test_a_forged_event_changes_nothing_that_the_map_does_not_say(system: LocalSystem) -> None:
    forged: list[dict[str, Any]] = [
        {**told_of(system), "detail": {**told_of(system)["detail"], "requestParameters": {
            "name": world.DATABASE_SHELL, "content": as_root(text_of(world.DATABASE_SHELL))}}},
        told_of(system, eventName="DeleteDocument"),
        told_of(system, name="SSMBroker-Shell-Evil"),
        told_of(system, name=f"arn:aws:ssm:eu-west-1:{FIRST}:document/SSMBroker-Shell-Evil"),
        {"trigger": "publication", "number": 99},
        {"trigger": "publication", "number": 1, "map": {"permissionSets": {"DatabaseAdmin": {"linuxUser": "root"}}}},
        {"trigger": "converge", "account": FIRST, "region": cast.REGION, "permissionSet": "DatabaseAdmin",
         "linuxUser": "root", "delete": True},
        {"trigger": "converge", "account": FIRST, "region": cast.REGION, "permissionSet": "Nobody"},
        {"trigger": "converge", "account": "123456789012", "region": cast.REGION, "permissionSet": "DatabaseAdmin"},
    ]  # fmt: skip
    state = {name: text_of(name) for name in world.names(FIRST)}
    for event in forged:
        since = len(system.trail)
        system.enforcer.ask(event)
        assert world.writes(system, since) == [], event
    assert {name: text_of(name) for name in world.names(FIRST)} == state


def test_events_of_nobody_are_refused(system: LocalSystem) -> None:
    since = len(system.trail)
    for event in (
        {},
        {"trigger": "delete", "account": FIRST},
        {"trigger": "converge", "account": "1", "region": cast.REGION, "permissionSet": "DatabaseAdmin"},
        {"trigger": "converge", "account": FIRST, "region": "mars", "permissionSet": "DatabaseAdmin"},
        {"source": "aws.ssm", "detail-type": "Parameter Store Change", "account": FIRST, "region": cast.REGION},
    ):
        with pytest.raises(InvocationFailed, match="Event"):
            system.enforcer.ask(event)
    with pytest.raises(InvocationFailed, match="Event.NotThroughFrontDoor"):
        system.enforcer.run_scheduled(ENFORCE_RULE_ARN + "2")
    assert system.trail[since:] == []


def test_somebody_who_waits_for_a_document_is_told_of_the_place(system: LocalSystem) -> None:
    documents.delete(*HERE, WEB_SHELL)
    documents.delete(*HERE, WEB_SSH)
    documents.delete(*HERE, world.DATABASE_SHELL)
    event = {"trigger": "converge", "account": FIRST, "region": cast.REGION, "permissionSet": "WebOperator"}
    place = system.enforcer.ask(event)["place"]
    assert (place["account"], place["region"], place["state"]) == (FIRST, cast.REGION, "current"), place
    states = {one["name"]: one["state"] for one in place["documents"]}
    assert states[WEB_SHELL] in ("created", "repaired") and states[WEB_SSH] in ("created", "repaired")
    # Of the others nothing was asked.
    assert world.names(FIRST) == [name for name in IN_FIRST if name != world.DATABASE_SHELL]
