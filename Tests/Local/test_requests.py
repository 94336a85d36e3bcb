"""Signatures, models, protocols, records and planned failures: what every call meets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from aws_world import SHELL, World, document, start_policy
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, ConnectionClosedError
from system import cast, documents, faults
from system.principals import SessionCredentials


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a call that must be refused."""
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return refusal.value.response["Error"]["Code"]


def post(
    world: World,
    credentials: SessionCredentials,
    body: Any,
    operation: str = "DescribeSessions",
    tamper: Callable[[AWSRequest], None] = lambda request: None,
    service: str = "ssm",
    region: str = cast.REGION,
    secret: str | None = None,
    token: str | None = None,
) -> tuple[int, dict[str, Any]]:
    """A request signed by botocore and then, perhaps, tampered with."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"AmazonSSM.{operation}"}
    request = AWSRequest("POST", world.aws.url + "/", headers, json.dumps(body).encode())
    keys = ReadOnlyCredentials(credentials.access_key, secret or credentials.secret_key, token or credentials.token)
    SigV4Auth(keys, service, region).add_auth(request)
    tamper(request)
    reply = urllib3.PoolManager().request("POST", request.url, headers=dict(request.headers), body=request.data)
    return reply.status, json.loads(reply.data)



def set_header(name: str, value: str) -> Callable[[AWSRequest], None]:
    def change(request: AWSRequest) -> None:
        del request.headers[name]
        request.headers[name] = value

    return change


def replace_body(request: AWSRequest) -> None:
    request.data = b'{"State":"History"}'


def drop_authorization(request: AWSRequest) -> None:
    del request.headers["Authorization"]


TAMPERED: list[tuple[str, dict[str, Any], str]] = [
    ("another body", {"tamper": replace_body}, "InvalidSignatureException"),
    ("another target", {"tamper": set_header("X-Amz-Target", "AmazonSSM.StartSession")}, "InvalidSignatureException"),
    ("an unsigned x-amz header", {"tamper": set_header("X-Amz-Meta", "1")}, "InvalidSignatureException"),
    ("a wrong secret", {"secret": "wrong"}, "InvalidSignatureException"),
    ("a wrong token", {"token": "wrong"}, "UnrecognizedClientException"),
    ("another service's scope", {"service": "sts"}, "InvalidAction"),
    ("a service that is not here", {"service": "s3"}, "InvalidSignatureException"),
    ("a Region that is not here", {"region": "mars-1"}, "InvalidSignatureException"),
    ("no signature", {"tamper": drop_authorization}, "MissingAuthenticationTokenException"),
    ("half a signature", {"tamper": set_header("Authorization", "AWS4-HMAC-SHA256 Credential=x")},
     "IncompleteSignatureException"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "change", "expected"), TAMPERED, ids=lambda one: one if isinstance(one, str) else "")
def test_a_signature_that_does_not_hold_is_refused(
    world: World, why: str, change: dict[str, Any], expected: str
) -> None:
    credentials = world.assume()
    assert post(world, credentials, {"State": "Active"})[0] == 200
    if expected == "InvalidAction":  # STS speaks another protocol, so its refusal is XML
        with pytest.raises(json.JSONDecodeError):
            post(world, credentials, {"State": "Active"}, **change)
        return
    status, error = post(world, credentials, {"State": "Active"}, **change)
    assert (status, error["__type"]) == (400, expected)
    assert len(world.aws.trail.named("DescribeSessions")) == 1


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_more_than_five_minutes_off_is_refused(world: World, minutes: int) -> None:
    credentials = world.assume()
    world.aws.clock.advance(timedelta(minutes=minutes))
    status, error = post(world, credentials, {"State": "Active"})
    assert (status, error["__type"]) == (400, "InvalidSignatureException")
    assert "Signature expired" in error["message"] or "not yet current" in error["message"]


BROKEN: list[tuple[str, str, Any, str]] = [
    ("a missing member", "StartSession", {}, "ValidationException"),
    ("an unknown member", "StartSession", {"Target": cast.DB_1, "RunAsUser": "root"}, "ValidationException"),
    ("a wrong type", "StartSession", {"Target": 7}, "SerializationException"),
    ("a target that is none", "StartSession", {"Target": "ecs:cluster_task_container"}, "ValidationException"),
    ("an empty reason", "StartSession", {"Target": cast.DB_1, "Reason": ""}, "ValidationException"),
    ("a long reason", "StartSession", {"Target": cast.DB_1, "Reason": "x" * 257}, "ValidationException"),
    ("a reason of two lines", "StartSession", {"Target": cast.DB_1, "Reason": "a\nb"}, "ValidationException"),
    ("a document's name", "StartSession", {"Target": cast.DB_1, "DocumentName": "a b"}, "ValidationException"),
    ("a state that is none", "DescribeSessions", {"State": "Sleeping"}, "ValidationException"),
    ("a page too large", "DescribeSessions", {"State": "Active", "MaxResults": 201}, "ValidationException"),
    ("a long session id", "TerminateSession", {"SessionId": "x" * 97}, "ValidationException"),
    ("an unknown operation", "StopSession", {}, "UnknownOperationException"),
    ("an operation not emulated", "SendCommand", {"DocumentName": "x"}, "InternalFailure"),
    ("a version", "GetDocument", {"Name": SHELL, "DocumentVersion": "0"}, "ValidationException"),
    ("a body that is a list", "DescribeSessions", [], "SerializationException"),
]


@pytest.mark.parametrize(("why", "operation", "body", "expected"), BROKEN, ids=lambda one: one if isinstance(one, str) else "")
def test_a_request_that_breaks_the_model_is_refused(
    world: World, why: str, operation: str, body: Any, expected: str
) -> None:
    assert post(world, world.assume(), body, operation)[1]["__type"] == expected


def test_a_node_that_cannot_be_reached_is_target_not_connected(world: World) -> None:
    # The role's own rights, unnarrowed: IAM lets these pass, the nodes do not.
    node = world.aws.nodes.find(cast.FIRST_ACCOUNT, cast.REGION, cast.DB_1)
    assert node is not None
    ssm = world.client("ssm", world.assume(start_policy()))
    world.aws.nodes.change(node, ping_status="ConnectionLost")
    assert code(ssm.start_session, Target=cast.DB_1, DocumentName=SHELL) == "TargetNotConnected"
    elsewhere = world.client("ssm", world.assume(), region="eu-central-1")
    documents.put(cast.FIRST_ACCOUNT, "eu-central-1", SHELL, json.dumps(document()))
    assert code(elsewhere.start_session, Target=cast.DB_1, DocumentName=SHELL) == "AccessDeniedException"


def test_documents_are_looked_up_judged_and_taken_in_their_latest_version(world: World) -> None:
    ssm = world.client("ssm", world.assume())
    assert code(ssm.start_session, Target=cast.DB_1, DocumentName="SSMBroker-Shell-None") == "InvalidDocument"
    unknown = {"Target": cast.DB_1, "DocumentName": SHELL, "Parameters": {"x": ["1"]}}
    assert code(ssm.start_session, **unknown) == "InvalidParameters"
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, SHELL, json.dumps(document("webops")), promote=False)
    described = ssm.describe_document(Name=SHELL)["Document"]
    assert (described["DefaultVersion"], described["LatestVersion"]) == ("1", "2")
    assert "dbadmin" in ssm.get_document(Name=SHELL)["Content"]
    assert "webops" in ssm.get_document(Name=SHELL, DocumentVersion="$LATEST")["Content"]
    ssm.start_session(Target=cast.DB_1, DocumentName=f"arn:aws:ssm:{cast.REGION}:{cast.FIRST_ACCOUNT}:document/{SHELL}")
    assert world.sessions.started[-1].document["inputs"]["runAsDefaultUser"] == "webops"
    assert world.sessions.started[-1].document_name == SHELL


def test_parameters_must_meet_the_documents_own_rules(world: World) -> None:
    rules = {"port": {"type": "String", "allowedPattern": "^[0-9]{1,5}$"}, "host": {"type": "String", "default": "db"}}
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, "SSMBroker-Port-X", json.dumps(document(parameters=rules)))
    ssm = world.client("ssm", world.assume())
    call = {"Target": cast.DB_1, "DocumentName": "SSMBroker-Port-X"}
    assert code(ssm.start_session, **call) == "InvalidParameters"
    assert code(ssm.start_session, **call, Parameters={"port": ["ssh"]}) == "InvalidParameters"
    ssm.start_session(**call, Parameters={"port": ["22"]})
    assert world.sessions.started[-1].parameters == {"port": ["22"]}


def test_records_name_the_person_and_hide_the_token(world: World) -> None:
    reply = world.client("ssm", world.assume(start_policy())).start_session(
        Target=cast.DB_1, DocumentName=SHELL, Reason="INC-7"
    )
    (record,) = world.aws.trail.named("StartSession")
    assert record["requestID"] == reply["ResponseMetadata"]["RequestId"]
    assert record["recipientAccountId"] == cast.FIRST_ACCOUNT
    assert record["requestParameters"] == {"target": cast.DB_1, "documentName": SHELL, "reason": "INC-7"}
    assert record["responseElements"]["sessionId"] == reply["SessionId"]
    assert record["responseElements"]["tokenValue"] == "Value hidden due to security reasons."
    identity = record["userIdentity"]
    assert identity["sessionContext"]["sourceIdentity"] == "alice"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget"
    (assumed,) = world.aws.trail.named("AssumeRole")
    assert assumed["responseElements"]["credentials"]["accessKeyId"] == identity["accessKeyId"]
    written = json.dumps(world.aws.trail.records)
    assert reply["TokenValue"] not in written
    assert world.broker.secret_key not in written and world.broker.token not in written


def test_planned_failures_strike_once_and_before_or_after_the_effect(world: World) -> None:
    ssm = world.client("ssm", world.assume(start_policy()))
    call = {"Target": cast.DB_1, "DocumentName": SHELL}
    world.aws.faults.before("StartSession", faults.throttle)
    world.aws.faults.before("StartSession", faults.fail)
    assert code(ssm.start_session, **call) == "ThrottlingException"
    assert code(ssm.start_session, **call) == "InternalServerError"
    assert world.sessions.live() == []
    world.aws.faults.after("StartSession", faults.drop)
    with pytest.raises(ConnectionClosedError):
        ssm.start_session(**call)
    assert len(world.sessions.live()) == 1
    seen: list[int] = []
    world.aws.faults.after("StartSession", lambda: seen.append(len(world.sessions.live())))
    ssm.start_session(**call)
    assert seen == [2]
    never = world.aws.faults.before("StartSession", faults.throttle)
    assert world.aws.faults.leftover() == [never]
    world.aws.faults.clear()


def test_lists_come_in_pages(world: World) -> None:
    ssm = world.client("ssm", world.assume(start_policy()))
    for _ in range(3):
        ssm.start_session(Target=cast.DB_1, DocumentName=SHELL)
    look = world.client("ssm", world.assume())
    first = look.describe_sessions(State="Active", MaxResults=2)
    second = look.describe_sessions(State="Active", MaxResults=2, NextToken=first["NextToken"])
    assert (len(first["Sessions"]), len(second["Sessions"]), "NextToken" in second) == (2, 1, False)
    owner = first["Sessions"][0]["Owner"]
    assert len(look.describe_sessions(State="Active", Filters=[{"key": "Owner", "value": owner}])["Sessions"]) == 3
    assert look.describe_sessions(State="Active", Filters=[{"key": "Owner", "value": "x"}])["Sessions"] == []
