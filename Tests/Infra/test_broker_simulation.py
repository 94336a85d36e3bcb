"""Who gets through the front door, and what the broker's own roles may do: allowed and denied, look-alikes included."""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass, field
from typing import Any

import broker_stack
import guardrails
import landing_zone
import member_account
import pytest
from organization import Caller, Question, ask
from system import cast_policies, enforcer_policies, front_door
from system.places import BROKER_ACCOUNT, ORGANIZATION, REGION
from templates import in_one_form

INVOKE = Question("execute-api:Invoke", f"arn:aws:execute-api:{REGION}:{BROKER_ACCOUNT}:a1b2c3d4e5/prod/POST/v1/sessions")
RESERVED = "role/aws-reserved/sso.amazonaws.com"
ALICE = Caller(f"{RESERVED}/eu-west-1/AWSReservedSSO_DatabaseAdmin_0123456789abcdef", session="alice")
CALL_BROKER = json.dumps(landing_zone.policy("ssm-broker/permission-sets/call-broker.json"))
ENDPOINT = "vpce-0123456789abcdef0"


@dataclass(frozen=True)
class Visitor:
    """Somebody with every right of their own at the front door."""

    why: str
    caller: Caller
    is_admitted: bool
    parameters: dict[str, str] = field(default_factory=dict)


ADMITTED = {"AdmittedRoles": f"{member_account.ADMITTED},arn:aws:iam::444455556666:role/batch/Run"}
PRIVATE = {"VpcEndpointIds": ENDPOINT}
VISITORS = [
    Visitor("a permission set", ALICE, True),
    Visitor("one where Identity Center is in us-east-1", Caller(f"{RESERVED}/AWSReservedSSO_X_0123456789abcdef"), True),
    Visitor("a role that only has the name", Caller("role/AWSReservedSSO_DatabaseAdmin_00000000deadbeef"), False),
    Visitor("at a path that looks alike", Caller(f"role/x/{RESERVED[5:]}/AWSReservedSSO_X_0123456789abcdef"), False),
    Visitor("another reserved role", Caller("role/aws-reserved/other/AWSReservedSSO_X_0123456789abcdef"), False),
    Visitor("an administrator", Caller("role/Admin"), False),
    Visitor("an IAM user", Caller("user/eve"), False),
    Visitor("the root user", Caller("root"), False),
    Visitor("a permission set of another organisation", Caller(ALICE.principal, organization="o-zzzzzzzzzz"), False),
    Visitor("of an account without one", Caller(ALICE.principal, organization=None), False),
    Visitor("a role outside Identity Center", Caller("role/ci/Deploy"), False),
    Visitor("once it is admitted", Caller("role/ci/Deploy"), True, ADMITTED),
    Visitor("a second one", Caller("role/batch/Run", "444455556666"), True, ADMITTED),
    Visitor("of its name in another account", Caller("role/ci/Deploy", "444455556666"), False, ADMITTED),
    Visitor("of its name at another path", Caller("role/Deploy"), False, ADMITTED),
    Visitor("of its ARN in another organisation", Caller("role/ci/Deploy", organization="o-zzzzzzzzzz"), False, ADMITTED),
    Visitor("by the private endpoint", Caller(ALICE.principal, keys={"aws:SourceVpce": ENDPOINT}), True, PRIVATE),
    Visitor("by another endpoint", Caller(ALICE.principal, keys={"aws:SourceVpce": "vpce-1"}), False, PRIVATE),
    Visitor("by no endpoint", ALICE, False, PRIVATE),
]  # fmt: skip


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.why)
def test_the_front_door_answers(visitor: Visitor) -> None:
    policy = json.dumps(broker_stack.api_policy(visitor.parameters))
    assert ask(visitor.caller, INVOKE, resource=policy).is_allowed is visitor.is_admitted


def test_both_sides_must_allow() -> None:
    policy = json.dumps(broker_stack.api_policy())
    control = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
    assert ask(ALICE, INVOKE, control, [CALL_BROKER], policy).is_allowed
    nothing = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
    assert not ask(ALICE, INVOKE, control, [nothing], policy).is_allowed


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path, methods in broker_stack.stack().properties("Api")["Body"]["paths"].items() for method in methods],
)
def test_whoever_may_call_the_broker_reaches_every_route(path: str, method: str) -> None:
    place = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    question = Question("execute-api:Invoke", f"arn:aws:execute-api:{REGION}:{BROKER_ACCOUNT}:a1b2c3d4e5/prod/{method.upper()}{place}")
    control = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
    assert ask(ALICE, question, control, [CALL_BROKER], json.dumps(broker_stack.api_policy())).is_allowed
    invoked = str(broker_stack.stack().properties("ApiMayInvoke")["SourceArn"])
    assert fnmatch.fnmatchcase(question.resource, invoked)


def as_deployed(policy: dict[str, Any], logs: str) -> Any:
    """A local role's rights with what only AWS has: its logs, and the enforcer's alias."""
    text = json.dumps(policy).replace("table/*-", "table/ssm-broker-")
    text = text.replace(":function:ssm-broker-enforcer", ":function:ssm-broker-enforcer:live")
    deployed = json.loads(text)
    deployed["Statement"].append({
        "Sid": "WriteLogs", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": logs,
    })  # fmt: skip
    return in_one_form(deployed)


def test_the_local_broker_and_enforcer_have_the_same_rights() -> None:
    logs = broker_stack.ATTRIBUTES
    broker = as_deployed(cast_policies.broker_policy(), logs["BrokerLogs.Arn"])
    assert in_one_form(broker_stack.role_policy("BrokerRole")) == broker
    enforcer = as_deployed(enforcer_policies.execution_policy(), logs["EnforcerLogs.Arn"])
    assert in_one_form(broker_stack.role_policy("EnforcerRole")) == enforcer


TABLE = f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/ssm-broker"
IN_TRANSACTION = {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}
OURS = {"aws:ResourceOrgID": broker_stack.ORGANIZATION}


def writing(*keys: str) -> dict[str, Any]:
    """What a write in a transaction says of the items that it is about."""
    return {**IN_TRANSACTION, "dynamodb:LeadingKeys": list(keys)}


STREAM = f"arn:aws:logs:{REGION}:{BROKER_ACCOUNT}:log-group:/aws/lambda/ssm-broker:log-stream:2026/11/21/[1]0a1b"
DEEDS = [
    ("BrokerRole", "dynamodb:PutItem", f"{TABLE}-audit", IN_TRANSACTION, True),
    ("BrokerRole", "dynamodb:PutItem", f"{TABLE}-audit", {}, False),
    ("BrokerRole", "dynamodb:UpdateItem", f"{TABLE}-audit", IN_TRANSACTION, False),
    ("BrokerRole", "dynamodb:DeleteItem", f"{TABLE}-audit", IN_TRANSACTION, False),
    ("BrokerRole", "dynamodb:PutItem", f"{TABLE}-heads", IN_TRANSACTION, False),
    ("BrokerRole", "dynamodb:UpdateItem", f"{TABLE}-heads", IN_TRANSACTION, True),
    ("BrokerRole", "dynamodb:DeleteItem", f"{TABLE}-sessions", IN_TRANSACTION, False),
    ("BrokerRole", "dynamodb:Query", f"{TABLE}-audit/index/byUser", {}, True),
    ("BrokerRole", "dynamodb:Scan", f"{TABLE}-audit", {}, False),
    ("BrokerRole", "dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/other", {}, False),
    ("BrokerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget", OURS, True),
    ("BrokerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget",
     {"aws:ResourceOrgID": "o-zzzzzzzzzz"}, False),
    ("BrokerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/SSMBrokerTarget", OURS, False),
    ("BrokerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerEnforcer", OURS, False),
    ("BrokerRole", "sts:TagSession", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget", OURS, False),
    ("BrokerRole", "lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{BROKER_ACCOUNT}:function:ssm-broker-enforcer:live", {},
     True),
    ("BrokerRole", "lambda:InvokeFunction",
     f"arn:aws:lambda:{REGION}:{BROKER_ACCOUNT}:function:ssm-broker-account-requests:custom-resource", {}, False),
    ("BrokerRole", "logs:PutLogEvents", STREAM, {}, True),
    ("BrokerRole", "logs:PutLogEvents", STREAM.replace("ssm-broker", "other"), {}, False),
    ("BrokerRole", "logs:PutLogEvents", STREAM.replace("ssm-broker", "ssm-broker-enforcer"), {}, False),
    ("EnforcerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerEnforcer", OURS, True),
    ("EnforcerRole", "sts:AssumeRole", "arn:aws:iam::111122223333:role/ssm-broker/SSMBrokerTarget", OURS, False),
    ("EnforcerRole", "logs:PutLogEvents", STREAM.replace("ssm-broker", "ssm-broker-enforcer"), {}, True),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", writing("CHAIN#0"), True),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", writing("RECORD#x"), True),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", writing("DAYS"), True),
    *(("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", writing(key), False)
      for key in ("MAP", "MAPCHUNK#x", "CLAIM#x", "OUTCOME#x", "SESSION#x")),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", {"dynamodb:LeadingKeys": ["CHAIN#0"]}, False),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-audit", IN_TRANSACTION, False),
    ("EnforcerRole", "dynamodb:UpdateItem", f"{TABLE}-heads", writing("CHAIN#3"), True),
    ("EnforcerRole", "dynamodb:UpdateItem", f"{TABLE}-heads", writing("CHAIN#0", "RECORD#x"), True),
    ("EnforcerRole", "dynamodb:UpdateItem", f"{TABLE}-heads", writing("MAP"), False),
    ("EnforcerRole", "dynamodb:UpdateItem", f"{TABLE}-heads", writing("CHAIN#0", "MAP"), False),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-heads", writing("CHAIN#0"), False),
    ("EnforcerRole", "dynamodb:PutItem", f"{TABLE}-sessions", writing("PLACE#111122223333/eu-west-1"), True),
    *(("EnforcerRole", f"dynamodb:{action}", f"{TABLE}-sessions", writing(key), False)
      for action in ("PutItem", "UpdateItem", "DeleteItem") for key in ("BLOCK#x", "SESSION#x", "OWNER#x")),
    ("EnforcerRole", "dynamodb:UpdateItem", f"{TABLE}-sessions", writing("PLACE#111122223333/eu-west-1"), False),
    ("EnforcerRole", "dynamodb:ConditionCheckItem", f"{TABLE}-sessions", writing("BLOCK#x"), False),
    ("EnforcerRole", "dynamodb:GetItem", f"{TABLE}-sessions", {}, False),
    ("EnforcerRole", "dynamodb:GetItem", f"{TABLE}-heads", {}, True),
    ("EnforcerRole", "dynamodb:Query", f"{TABLE}-audit", {}, True),
    ("EnforcerRole", "dynamodb:Query", f"{TABLE}-audit/index/byUser", {}, False),
    ("EnforcerRole", "dynamodb:Query", f"{TABLE}-sessions/index/byShard", {}, True),
    ("EnforcerRole", "dynamodb:Query", f"{TABLE}-sessions/index/byUser", {}, False),
    ("ChangedRecordsRole", "logs:PutLogEvents", STREAM.replace("/aws/lambda/ssm-broker", "/ssm-broker/changed-records"), {},
     True),
    ("ChangedRecordsRole", "dynamodb:GetItem", f"{TABLE}-audit", {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("role", "action", "resource", "keys", "is_allowed"), DEEDS)
def test_a_role_answers(role: str, action: str, resource: str, keys: dict[str, Any], is_allowed: bool) -> None:
    name = broker_stack.stack().properties(role)["RoleName"]
    caller = Caller(f"role/ssm-broker/{name}", BROKER_ACCOUNT)
    control = [guardrails.rendered(one) for one in guardrails.names()]
    rights = json.dumps(broker_stack.role_policy(role))
    assert ask(caller, Question(action, resource, keys), control, [rights]).is_allowed is is_allowed


@pytest.mark.parametrize(
    ("principal", "action", "is_allowed"),
    [
        ("role/ssm-broker/BrokerExecution", "dynamodb:PutItem", True),
        ("role/ssm-broker/EnforcerExecution", "dynamodb:PutItem", True),
        ("role/BrokerExecution", "dynamodb:PutItem", False),
        ("role/Admin", "dynamodb:PutItem", False),
        ("role/Admin", "dynamodb:Query", True),
        ("role/ssm-broker/BrokerExecution", "dynamodb:UpdateItem", False),
        ("role/ssm-broker/BrokerExecution", "dynamodb:DeleteItem", False),
        ("role/Admin", "dynamodb:PartiQLDelete", False),
        ("role/Admin", "dynamodb:BatchWriteItem", False),
    ],
)
def test_the_audit_tables_own_policy_answers(principal: str, action: str, is_allowed: bool) -> None:
    # In one account a table's policy only takes away: what it does not deny, the caller's rights decide.
    denies = {**broker_stack.table_policy()}
    denies["Statement"] = [*denies["Statement"], {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}]
    answer = ask(Caller(principal, BROKER_ACCOUNT), Question(action, f"{TABLE}-audit"), resource=json.dumps(denies))
    assert answer.is_allowed is is_allowed


def test_the_local_front_door_asks_for_the_same() -> None:
    (local,) = json.loads(front_door.RESOURCE_POLICY)["Statement"]
    (deployed,) = broker_stack.api_policy()["Statement"]
    text = json.dumps(deployed["Condition"]).replace(broker_stack.ORGANIZATION, ORGANIZATION)
    assert json.loads(text) == local["Condition"]
    assert deployed["Action"] == local["Action"]


def test_the_local_engineers_have_the_same_right() -> None:
    (deployed,) = landing_zone.policy("ssm-broker/permission-sets/call-broker.json")["Statement"]
    local = next(one for one in cast_policies.engineer_policy()["Statement"] if one["Sid"] == deployed["Sid"])
    assert in_one_form(deployed) == in_one_form(local)
