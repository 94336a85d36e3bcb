"""A session through the API: who becomes whom, where, and what is recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast
from system.local_system import LocalSystem


@dataclass(frozen=True)
class Grant:
    """A caller, the node they ask for, and what the map makes of it."""

    why: str
    person: str
    node: str
    account: str
    linux_user: str
    reason: str | None = None

    @property
    def permission_set(self) -> str:
        return cast.Person.parse(self.person).permission_set

    def __str__(self) -> str:
        return self.why


GRANTS = [
    Grant("a reserved path with a Region", "alice/DatabaseAdmin", cast.DB_1, cast.FIRST_ACCOUNT, "dbadmin"),
    Grant("the same person in another permission set", "alice/WebOperator", cast.WEB_1, cast.FIRST_ACCOUNT, "webops"),
    Grant("a reserved path without a Region, in another account", f"alice/BatchOperator@{cast.SECOND_ACCOUNT}",
          cast.BATCH_1, cast.SECOND_ACCOUNT, "batchops", reason="nightly run"),
]  # fmt: skip


@pytest.mark.parametrize("grant", GRANTS, ids=str)
def test_the_map_decides_user_and_document(api: BrokerAPI, log: AuditLog, system: LocalSystem, grant: Grant) -> None:
    asked = {} if grant.reason is None else {"reason": grant.reason}
    answer = api.open(grant.person, grant.node, **asked)
    assert answer.status == 200, answer.text
    body = answer.body
    document = f"SSMBroker-Shell-{grant.permission_set}"
    expected = {"account": grant.account, "region": cast.REGION, "node": grant.node, "linuxUser": grant.linux_user,
                "permissionSet": grant.permission_set, "document": document}  # fmt: skip
    assert {name: body[name] for name in expected} == expected

    # What Session Manager was told is what the answer says, under a name that begins with the engineer's.
    (state,) = system.sessions.live()
    assert state.session_id == body["session"]["SessionId"]
    assert (state.account, state.target, state.document_name) == (grant.account, grant.node, document)
    role_session_name = state.owner.rpartition("/")[2]
    assert role_session_name.startswith("alice.")
    assert state.session_id.startswith(f"{role_session_name}-")
    assert state.reason == grant.reason

    # The record names the person and what CloudTrail needs to be joined with it.
    intent, started = log.of_session(body["id"])
    assert (intent.event, started.event) == ("session.intent", "session.started")
    for record in (intent, started):
        caller, access = record.content["caller"], record.content["access"]
        assert (caller["user"], caller["permissionSet"], caller["proof"]) == ("alice", grant.permission_set, "verified")
        assert (access["linuxUser"], access["node"], access["roleSessionName"]) == (
            grant.linux_user, grant.node, role_session_name)  # fmt: skip
        assert record.code == "GRANTED"
        assert record.content["request"]["id"] == answer.request_id
    aws = started.content["aws"]
    (call,) = [one for one in system.aws.trail.named("StartSession")
               if one["responseElements"]["sessionId"] == state.session_id]  # fmt: skip
    assert aws["sessionId"] == state.session_id
    assert aws["requestIds"]["StartSession"] == call["requestID"]
    assert aws["assumedRoleArn"] == call["userIdentity"]["arn"] == state.owner
    assert aws["accessKeyId"] == call["userIdentity"]["accessKeyId"]

    # Ending it ends it, once and for all.
    assert api.end(grant.person, body["id"]).body == {"id": body["id"], "ended": True, "by": "owner"}
    assert system.sessions.live() == []
    assert api.end(grant.person, body["id"]).status == 200
    assert log.events(body["id"]) == ["session.intent", "session.started", "session.ended"]
    assert log.open_intents() == []
    log.verify()


def test_a_dry_run_decides_and_starts_nothing(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    calls = len(system.trail)
    answer = api.open("alice/DatabaseAdmin", cast.DB_1, dryRun=True)
    assert answer.status == 200
    assert answer.body["dryRun"] is True and answer.body["linuxUser"] == "dbadmin"
    assert not {"session", "credentials"} & set(answer.body)
    assert "StartSession" not in [one["eventName"] for one in system.trail[calls:]]
    assert [(one.event, one.code) for one in log.about(answer)] == [("session.checked", "GRANTED")]


def test_identity_says_what_each_permission_set_gives(api: BrokerAPI) -> None:
    def identity(person: str) -> dict[str, object]:
        return api.call(person, "GET", "/v1/identity").body

    database, web = identity("alice/DatabaseAdmin"), identity("alice/WebOperator")
    assert (database["user"], database["linuxUser"]) == ("alice", "dbadmin")
    assert (web["user"], web["linuxUser"], web["kinds"]) == ("alice", "webops", ["shell", "ssh"])
    assert identity("sam/SecurityAudit")["isAuditor"] is True
    assert identity("alice/BrokerAdmin")["isAdministrator"] is True


def test_channel_credentials_are_the_owners_alone(api: BrokerAPI, log: AuditLog) -> None:
    session = api.open("alice/DatabaseAdmin", cast.DB_1).body["id"]
    for stranger in ("alice/WebOperator", f"alice/DatabaseAdmin@{cast.SECOND_ACCOUNT}", "mallory/DatabaseAdmin"):
        assert api.renew(stranger, session).code == "SESSION_NOT_FOUND"
    fresh = api.renew("alice/DatabaseAdmin", session)
    assert fresh.status == 200 and set(fresh.body) >= {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    api.end("alice/DatabaseAdmin", session)
    assert api.renew("alice/DatabaseAdmin", session).code == "SESSION_ENDED"
    assert "session.credentials" in log.events(session)


def test_a_session_is_ended_by_its_owner_or_an_administrator_and_nobody_else(
    api: BrokerAPI, log: AuditLog, system: LocalSystem
) -> None:
    session = api.open("alice/DatabaseAdmin", cast.DB_1).body["id"]
    for stranger in ("alice/WebOperator", "sam/SecurityAudit", "mallory/DatabaseAdmin"):
        assert api.end(stranger, session).code == "SESSION_NOT_FOUND"
    assert len(system.sessions.live()) == 1
    assert api.end("alice/BrokerAdmin", session).status == 200
    assert system.sessions.live() == []
    assert log.of_session(session)[-1].content["details"]["by"] == "administrator"


def test_reads_of_the_audit_log_are_the_auditors_and_are_recorded(api: BrokerAPI, log: AuditLog) -> None:
    read = api.call("sam/SecurityAudit", "GET", "/v1/audit/records?user=alice&limit=1")
    assert [one.event for one in log.about(read)] == ["audit.read"]
    refused = api.call("alice/DatabaseAdmin", "GET", "/v1/audit/records")
    assert refused.code == "AUDIT_NOT_ALLOWED"
    assert [(one.event, one.code) for one in log.about(refused)] == [("request.refused", "AUDIT_NOT_ALLOWED")]


def test_a_record_tells_nothing_that_opens_a_session(api: BrokerAPI, log: AuditLog) -> None:
    answer = api.open("alice/DatabaseAdmin", cast.DB_1).body
    texts = json.dumps([one.text for one in log.records()])
    session, credentials = answer["session"], answer["credentials"]
    for secret in (session["TokenValue"], session["StreamUrl"].partition("?")[2], credentials["SecretAccessKey"],
                   credentials["SessionToken"]):  # fmt: skip
        assert secret not in texts
