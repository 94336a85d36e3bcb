"""A body of another shape than the API's is refused, with what is wrong with it, and recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI, opening

from system import cast
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"


@dataclass(frozen=True)
class Shape:
    """A body and the word that its refusal must hold."""

    why: str
    body: object
    says: str

    def __str__(self) -> str:
        return self.why


def _with(**members: Any) -> dict[str, Any]:
    return opening(cast.DB_1, **members)


def _without(name: str) -> dict[str, Any]:
    body = opening(cast.DB_1)
    del body[name]
    return body


def _twice(name: str) -> bytes:
    """The same member two times: readers differ in which they take, so neither may be."""
    text = json.dumps(opening(cast.DB_1))
    return f'{{"{name}": "i-0aaaaaaaaaaaaaaa1", {text[1:]}'.encode()


SHAPES = [
    Shape("nothing", b"", "JSON"),
    Shape("no JSON", b"node=i-0bbbbbbbbbbbbbbb2", "JSON"),
    Shape("half an object", b'{"node": "i-0bbb', "JSON"),
    Shape("something behind the object", json.dumps(opening(cast.DB_1)).encode() + b"{}", "JSON"),
    Shape("text that is no UTF-8", b'{"node": "\xff\xfe"}', "node"),
    Shape("a list", [opening(cast.DB_1)], "object"),
    Shape("null", b"null", "object"),
    Shape("a member twice", _twice("node"), "node"),
    Shape("an unknown member", _with(linuxUser="root"), "linuxUser"),
    Shape("a document", _with(document="AWS-StartInteractiveCommand"), "document"),
    Shape("an account", _with(account=cast.SECOND_ACCOUNT), "account"),
    Shape("an identity", _with(user="sam", permissionSet="BrokerAdmin"), "permissionSet"),
    *(Shape(f"no {name}", _without(name), name) for name in ("requestId", "time", "kind", "node", "region")),
    Shape("a request id that is no UUID", _with(requestId="1"), "requestId"),
    Shape("a request id that is a number", _with(requestId=7), "requestId"),
    Shape("a time that is none", _with(time="yesterday"), "time"),
    Shape("a kind that nobody knows", _with(kind="sudo"), "kind"),
    Shape("a node that is a host name", _with(node="db-1.internal"), "node"),
    Shape("a node that is a list", _with(node=[cast.DB_1]), "node"),
    Shape("an ECS target", _with(node="ecs:cluster_task_runtime"), "node"),
    Shape("a node with something behind it", _with(node=cast.DB_1 + "\n"), "node"),
    Shape("a Region that is none", _with(region="../eu-west-1"), "region"),
    Shape("a dry run that is text", _with(dryRun="no"), "dryRun"),
    Shape("a reason that is a number", _with(reason=1), "reason"),
    Shape("an over-long ticket", _with(ticket="x" * 129), "ticket"),
    Shape("33,000 bytes", _with(reason="x" * 33000), "32768"),
    Shape("a thousand brackets", b"[" * 1000 + b"]" * 1000, "JSON"),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_body_of_another_shape_is_refused_and_recorded(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, shape: Shape
) -> None:
    answer = api.call(ALICE, "POST", "/v1/sessions", shape.body)
    assert (answer.status, answer.code) == (400, "BODY_INVALID"), answer.text
    assert shape.says in answer.body["detail"]
    assert answer.body["next"] and answer.body["requestId"] == answer.request_id
    assert system.sessions.live() == []
    assert system.aws.trail.named("StartSession") == []
    assert [(one.event, one.code) for one in log.about(answer)] == [("session.denied", "BODY_INVALID")]


QUERIES = [
    ("limit=0", "limit"),
    ("limit=1001x", "limit"),
    ("node=db-1", "node"),
    ("since=yesterday", "since"),
    ("usr=alice", "usr"),
    ("user=alice&user=bob", "user"),
    ("cursor=first", "cursor"),
    ("chain=-1", "chain"),
    ("chain=0&user=alice", "user"),
]


@pytest.mark.parametrize(("query", "says"), QUERIES)
def test_a_query_of_another_shape_is_refused_and_recorded(api: BrokerAPI, log: AuditLog, query: str, says: str) -> None:
    answer = api.call("sam/SecurityAudit", "GET", f"/v1/audit/records?{query}")
    assert (answer.status, answer.code) == (400, "QUERY_INVALID"), answer.text
    assert says in answer.body["detail"]
    assert [(one.event, one.code) for one in log.about(answer)] == [("request.refused", "QUERY_INVALID")]


@pytest.mark.parametrize("session", ["1", "00000000-0000-0000-0000-000000000000", "%2e%2e", "a-1234567890123"])
def test_a_session_that_is_not_there_is_not_found_whatever_its_id_looks_like(api: BrokerAPI, session: str) -> None:
    for answer in (api.end(ALICE, session), api.renew(ALICE, session)):
        assert (answer.status, answer.code) == (404, "SESSION_NOT_FOUND")
