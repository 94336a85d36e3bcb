"""Commands, ports and ssh: what the broker grants, what Session Manager is told, and what the record says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast
from system.local_system import LocalSystem


@dataclass(frozen=True)
class Case:
    """One session that the cast's map gives, with what goes to StartSession and into the record."""

    why: str
    person: str
    asked: Mapping[str, Any]
    document: str
    parameters: Mapping[str, list[str]] | None = None
    linux_user: str | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.why


ALICE, WEB = "alice/DatabaseAdmin", "alice/WebOperator"
COMMAND, PORT = "SSMBroker-Command-DatabaseAdmin", "SSMBroker-Port-DatabaseAdmin"
CASES = [
    Case("a command", ALICE, {"kind": "command", "command": "df -h /"}, COMMAND, {"command": ["df -h /"]}, "dbadmin",
         {"command": "df -h /"}),
    Case("a port of the node", ALICE, {"kind": "port", "port": 5432}, PORT,
         {"host": ["localhost"], "localPortNumber": ["0"], "portNumber": ["5432"]}, None, {"port": 5432}),
    Case("a port of a machine behind it", ALICE,
         {"kind": "port", "port": 15_999, "host": "db.internal", "localPort": 15_432}, PORT,
         {"host": ["db.internal"], "localPortNumber": ["15432"], "portNumber": ["15999"]}, None,
         {"port": 15_999, "host": "db.internal", "localPort": 15_432}),
    Case("ssh", WEB, {"kind": "ssh"}, "SSMBroker-SSH-WebOperator"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_kind_goes_through_its_document_and_into_the_record(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, case: Case
) -> None:
    answer = api.open(case.person, cast.WEB_1, **case.asked)
    assert answer.status == 200, answer.text
    body = answer.body
    assert (body["kind"], body["document"], body.get("linuxUser")) == (
        case.asked["kind"], case.document, case.linux_user)  # fmt: skip
    (call,) = [one for one in system.aws.trail.named("StartSession")
               if (one["responseElements"] or {}).get("sessionId") == body["session"]["SessionId"]]  # fmt: skip
    assert call["requestParameters"]["documentName"] == case.document
    assert call["requestParameters"].get("parameters") == case.parameters
    records = log.of_session(body["id"])
    assert [one.event for one in records] == ["session.intent", "session.started"]
    for record in records:
        access = record.content["access"]
        told = {name: access[name] for name in ("command", "port", "host", "localPort") if name in access}
        assert (told, access["kind"], access.get("linuxUser")) == (case.recorded, case.asked["kind"], case.linux_user)
    # Renewal, listing and end know nothing of kinds.
    assert api.renew(case.person, body["id"]).status == 200
    listed = api.call(case.person, "GET", "/v1/sessions?state=live").body["sessions"]
    assert body["id"] in [one["id"] for one in listed]
    assert api.end(case.person, body["id"]).status == 200
    log.verify()


@pytest.mark.parametrize(
    ("person", "asked", "code", "says"),
    [
        (ALICE, {"kind": "port", "port": 22}, "PORT_NOT_ALLOWED", "5432, 15000-15999"),
        (ALICE, {"kind": "port", "port": 5432, "host": "db.internal.evil"}, "HOST_NOT_ALLOWED", "localhost, db.internal"),
        (ALICE, {"kind": "ssh"}, "KIND_NOT_ALLOWED", "ssh"),
        (WEB, {"kind": "command", "command": "id"}, "KIND_NOT_ALLOWED", "command"),
    ],
)
def test_what_the_map_does_not_give_is_refused_before_anything_starts(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, person: str, asked: dict[str, Any], code: str, says: str
) -> None:
    before = len(system.aws.trail.named("StartSession"))
    answer = api.open(person, cast.WEB_1, **asked)
    assert (answer.status, answer.code) == (403, code), answer.text
    assert says in answer.body["detail"]
    assert len(system.aws.trail.named("StartSession")) == before
    (record,) = log.about(answer)
    assert (record.event, record.code) == ("session.denied", code)
    assert record.content["access"].get("port") == asked.get("port"), json.dumps(record.content)
