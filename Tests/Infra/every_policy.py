"""Every IAM policy of the repository, each as JSON with a name that tells where it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import broker_stack
import guardrails
import landing_zone
import member_account
from system import cast_policies, enforcer_policies
from system.places import BROKER_ACCOUNT, FIRST_ACCOUNT, REGION
from templates import Stack, load

ROOT = Path(__file__).resolve().parents[2]


def every_policy() -> dict[str, dict[str, Any]]:
    """Policies by name."""
    return {**_guardrails(), **session_policies(), **_member_account(), **_permission_sets(), **_native(),
            **_broker(), **_cast()}  # fmt: skip


def _guardrails() -> dict[str, dict[str, Any]]:
    return {f"infra/guardrails/{name}": json.loads(guardrails.rendered(name)) for name in guardrails.names()}


def session_policies() -> dict[str, dict[str, Any]]:
    """The broker's session policies, from the Swift tests that hold its rendering to them letter by letter."""
    path = ROOT / "Tests" / "SessionCoreTests" / "SessionPoliciesTests.swift"
    blocks = re.findall(r'"""\n(.*?)\n\s*"""', path.read_text(), re.DOTALL)
    texts = [re.sub(r"\\\n\s*", "", block).strip() for block in blocks]
    policies = [json.loads(text) for text in texts if text.startswith('{"Statement"')]
    assert len(policies) >= 5, f"{path} no longer shows the session policies"
    return {f"session policy {number}": one for number, one in enumerate(policies, start=1)}


def _member_account() -> dict[str, dict[str, Any]]:
    bus = f"arn:aws:events:{REGION}:{BROKER_ACCOUNT}:event-bus/ssm-broker"
    tell = Stack(load("infra/member-account/events.yaml"), {"EventBusArn": bus}).properties("TellRole")
    return {
        "infra/member-account/events.yaml: trust": tell["AssumeRolePolicyDocument"],
        "infra/member-account/events.yaml: rights": tell["Policies"][0]["PolicyDocument"],
    } | {
        f"{member_account.TEMPLATE}: {name}'s {what}": document
        for name in ("TargetRole", "EnforcerRole")
        for what, document in (
            ("trust", member_account.trust(name)), ("rights", member_account.rights(name, member_account.EVERYTHING)),
        )
    }  # fmt: skip


def _permission_sets() -> dict[str, dict[str, Any]]:
    folder = landing_zone.FOLDER / "ssm-broker" / "permission-sets"
    paths = sorted(path.relative_to(landing_zone.FOLDER) for path in folder.glob("*.json"))
    sets = {f"permission set {path.stem}": landing_zone.policy(str(path)) for path in paths}
    return {**sets, "infra/landing-zone/read-organization": landing_zone.policy("read-organization.json")}


def _broker() -> dict[str, dict[str, Any]]:
    where = broker_stack.TEMPLATE
    full = broker_stack.stack({"VpcEndpointIds": "vpce-0123456789abcdef0", "AdmittedRoles": member_account.ADMITTED})
    roles = full.of_type("AWS::IAM::Role")
    bucket = {"Bucket.Arn": "arn:aws:s3:::ssm-broker-code-999900001111-eu-west-1"}
    releasing = {"ReleaseRoles": member_account.ADMITTED}
    artifacts = Stack(load("infra/broker/artifacts.yaml"), releasing, bucket, AWS_AccountId=BROKER_ACCOUNT)
    return {
        **{f"{where}: {name}'s trust": one["AssumeRolePolicyDocument"] for name, one in roles.items()},
        **{f"{where}: {name}'s rights": one["Policies"][0]["PolicyDocument"] for name, one in roles.items()},
        f"{where}: the API's": broker_stack.api_policy(
            {"VpcEndpointIds": "vpce-0123456789abcdef0", "AdmittedRoles": member_account.ADMITTED}
        ),
        f"{where}: the audit table's": broker_stack.table_policy(),
        "infra/broker/artifacts.yaml": artifacts.properties("BucketPolicy")["PolicyDocument"],
        "infra/broker/artifacts.yaml: ReleaseRole's trust": artifacts.properties("ReleaseRole")["AssumeRolePolicyDocument"],
        "infra/broker/artifacts.yaml: ReleaseRole's rights": artifacts.properties("ReleaseRole")["Policies"][0]["PolicyDocument"],
        f"{where}: the alarms' topic's": full.properties("AlarmTopicPolicy")["PolicyDocument"],
        f"{where}: the key's": full.properties("Key")["KeyPolicy"],
        f"{where}: the event bus's": {"Statement": full.properties("EventBusPolicy")["Statement"]},
    }


def _native() -> dict[str, dict[str, Any]]:
    fill = guardrails.Landscape().fill
    return {
        f"infra/native/{path.stem}": json.loads(fill(path.read_text()))
        for path in sorted((ROOT / "infra" / "native").glob("*.json"))
    }


def _cast() -> dict[str, dict[str, Any]]:
    """The roles of infra/local."""
    return {
        "infra/local: the broker's role": cast_policies.broker_policy(),
        "infra/local: the engineers' role": cast_policies.engineer_policy(),
        "infra/local: the target role": cast_policies.target_policy(FIRST_ACCOUNT),
        "infra/local: the target role's trust": cast_policies.target_trust(),
        "infra/local: the enforcer's role": enforcer_policies.execution_policy(),
        "infra/local: the enforcer's role in a member account": enforcer_policies.member_policy(FIRST_ACCOUNT),
        "infra/local: that role's trust": enforcer_policies.member_trust(),
        "infra/local: the tables": cast_policies.policy(
            *cast_policies.table_statements(f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/ssm-broker")
        ),
        "infra/local: the tables for the enforcer": cast_policies.policy(
            *enforcer_policies.table_statements(f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/ssm-broker")
        ),
    }
