"""Every refusal of a session has its own code, a message that helps, a record, and starts nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import broker_process
import pytest
import session_documents
import target_role
from audit_log import AuditLog
from broker_api import Answer, BrokerAPI, opening
from node_state import offline
from session_documents import DATABASE_SHELL

from system import cast
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"
NOWHERE = "i-0123456789abcdef0"
Circumstance = Callable[[LocalSystem], contextlib.AbstractContextManager[None]]


def _an_hour_ago() -> str:
    return (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Refusal:
    """A request that must be refused."""

    why: str
    code: str
    status: int
    says: str
    """Part of the message."""
    person: str = ALICE
    node: str = cast.DB_1
    members: dict[str, Any] = field(default_factory=dict)
    during: Circumstance = lambda _: contextlib.nullcontext()

    def __str__(self) -> str:
        return self.why


REFUSALS = [
    Refusal("a role that only looks like a permission set", "ROLE_NOT_PROVEN", 403, "not shown to be made by IAM",
            person="mallory/DatabaseAdmin"),
    Refusal("an unmapped permission set", "PERMISSION_SET_NOT_MAPPED", 403, "ReadOnly", person="bob/ReadOnly"),
    Refusal("a mapped permission set in an account the map leaves out", "ACCOUNT_NOT_ALLOWED", 403, cast.SECOND_ACCOUNT,
            person=f"{ALICE}@{cast.SECOND_ACCOUNT}", node=cast.BATCH_1),
    Refusal("a node of another account", "NODE_NOT_FOUND", 404, cast.BATCH_1, node=cast.BATCH_1),
    Refusal("a node that is nowhere", "NODE_NOT_FOUND", 404, NOWHERE, node=NOWHERE),
    Refusal("a Windows node", "NODE_NOT_LINUX", 403, "Windows", node=cast.WIN_1),
    Refusal("a node without the tags of the map", "NODE_NOT_ALLOWED", 403, "Role=web", person="alice/WebOperator"),
    Refusal("a node that is offline", "NODE_OFFLINE", 409, "ConnectionLost", during=offline),
    Refusal("a document that was changed", "DOCUMENT_CHANGED", 409, DATABASE_SHELL,
            during=lambda system: session_documents.changed(system, DATABASE_SHELL)),
    Refusal("a document with a newer text that is not the default", "DOCUMENT_CHANGED", 409, DATABASE_SHELL,
            during=lambda system: session_documents.changed(system, DATABASE_SHELL, promote=False)),
    Refusal("a document whose default is not its latest version", "DOCUMENT_NOT_DEFAULT", 409, "default version 1",
            during=lambda system: session_documents.default_left_behind(system, DATABASE_SHELL)),
    Refusal("a document that is not there", "DOCUMENT_MISSING", 409, DATABASE_SHELL,
            during=lambda system: session_documents.missing(system, DATABASE_SHELL)),
    Refusal("a Linux user in the tags of the broker's own role", "TARGET_ROLE_TAGGED", 409, "SSMSessionRunAs (webops)",
            during=target_role.tagged_with_webops),
    Refusal("an over-long reason", "REASON_INVALID", 400, "257", members={"reason": "x" * 257}),
    Refusal("a reason that is all blanks", "REASON_INVALID", 400, "blank", members={"reason": "   "}),
    Refusal("a reason with a control character", "REASON_INVALID", 400, "control", members={"reason": "a\u001b[2Jb"}),
    Refusal("no reason where the map wants one", "REASON_REQUIRED", 403, "BatchOperator",
            person=f"alice/BatchOperator@{cast.SECOND_ACCOUNT}", node=cast.BATCH_1),
    Refusal("a Region the map leaves out", "REGION_NOT_ALLOWED", 403, "eu-west-1", members={"region": "eu-central-1"}),
    Refusal("a request made an hour ago", "REQUEST_EXPIRED", 400, "300 s", members={"time": _an_hour_ago()}),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_refused_with_a_code_a_message_and_a_record(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, refusal: Refusal
) -> None:
    broker_process.forget(system)
    with refusal.during(system):
        answer = api.open(refusal.person, refusal.node, **refusal.members)
    assert_refused(answer, refusal.code, refusal.status, refusal.says)
    assert system.sessions.live() == []
    records = log.about(answer)
    # A refusal by IAM at StartSession comes after the intent; it is that intent's outcome.
    expected = ["session.intent", "session.failed"] if refusal.code == "NODE_NOT_ALLOWED" else ["session.denied"]
    assert [one.event for one in records] == expected
    assert records[-1].code == refusal.code
    assert records[-1].content["caller"]["user"] == cast.Person.parse(refusal.person).user
    assert log.open_intents() == []


def test_the_request_of_the_table_is_granted_when_nothing_is_wrong(api: BrokerAPI) -> None:
    assert api.open(ALICE, cast.DB_1).status == 200


def test_a_document_changed_after_the_broker_has_read_it_is_not_used(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    assert api.open(ALICE, cast.DB_1).status == 200
    begun = len(system.aws.trail.named("StartSession"))
    with session_documents.changed(system, DATABASE_SHELL):
        answer = api.open(ALICE, cast.DB_1)
    assert_refused(answer, "DOCUMENT_CHANGED", 409, DATABASE_SHELL)
    assert len(system.aws.trail.named("StartSession")) == begun
    # The broker went by its memory as far as the intent, so the refusal is its outcome.
    assert [(one.event, one.code) for one in log.about(answer)] == [
        ("session.intent", "GRANTED"), ("session.failed", "DOCUMENT_CHANGED")]  # fmt: skip
    assert api.open(ALICE, cast.DB_1).status == 200


def test_a_replayed_request_starts_nothing(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    body = opening(cast.DB_1)
    first = api.call(ALICE, "POST", "/v1/sessions", body)
    assert first.status == 200
    begun = len(system.aws.trail.named("StartSession"))
    # The very same bytes, and the same request id in another body.
    for again in (body, opening(cast.WEB_1, requestId=body["requestId"]), {**body, "dryRun": True}):
        answer = api.call(ALICE, "POST", "/v1/sessions", again)
        assert_refused(answer, "REQUEST_REPLAYED", 409, "before")
        assert [(one.event, one.code) for one in log.about(answer)] == [("session.denied", "REQUEST_REPLAYED")]
    assert len(system.aws.trail.named("StartSession")) == begun
    assert len(system.sessions.live()) == 1
    assert log.open_intents() == []


def test_a_replay_is_known_to_a_broker_that_was_restarted(system: LocalSystem, api: BrokerAPI) -> None:
    body = opening(cast.DB_1)
    assert api.call(ALICE, "POST", "/v1/sessions", body).status == 200
    broker_process.forget(system)
    assert api.call(ALICE, "POST", "/v1/sessions", body).code == "REQUEST_REPLAYED"


def test_a_request_id_is_used_up_by_a_refusal_too_and_for_its_caller_only(api: BrokerAPI) -> None:
    body = opening(cast.WIN_1)
    assert api.call(ALICE, "POST", "/v1/sessions", body).code == "NODE_NOT_LINUX"
    assert api.call(ALICE, "POST", "/v1/sessions", {**body, "node": cast.DB_1}).code == "REQUEST_REPLAYED"
    assert api.call("alice/WebOperator", "POST", "/v1/sessions", {**body, "node": cast.WEB_1}).status == 200


def test_the_same_bytes_with_the_same_signature_are_a_replay(system: LocalSystem, api: BrokerAPI) -> None:
    data = json.dumps(opening(cast.DB_1)).encode()
    headers = api.signed(system.aws.credentials_of(ALICE), "POST", "/v1/sessions", data)
    assert api.send("POST", "/v1/sessions", headers, data).status == 200
    assert api.send("POST", "/v1/sessions", headers, data).code == "REQUEST_REPLAYED"


def assert_refused(answer: Answer, code: str, status: int, says: str) -> None:
    """A problem document with this code that says what is wrong and what to do."""
    assert (answer.status, answer.code) == (status, code), answer.text
    body = answer.body
    assert body["status"] == status and body["requestId"] == answer.request_id
    assert says in body["detail"]
    assert body["title"] and body["next"]
