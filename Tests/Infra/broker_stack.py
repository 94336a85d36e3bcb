"""The broker's stack with the local cast's names."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from system.places import BROKER_ACCOUNT, REGION
from templates import Stack, load

TEMPLATE = "infra/broker/template.yaml"
ORGANIZATION = "o-abcdefghij"
PARAMETERS = {
    "CodeBucket": "code",
    "BrokerCodeKey": "broker-1.zip",
    "EnforcerCodeKey": "enforcer-1.zip",
    "Release": "1.0.0",
    "OrganizationId": ORGANIZATION,
    "BootstrapAdministrators": f"{BROKER_ACCOUNT}/BrokerAdmin",
}
_TABLES = f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/ssm-broker"
_LOGS = f"arn:aws:logs:{REGION}:{BROKER_ACCOUNT}:log-group:"
ATTRIBUTES = {
    "Api": "a1b2c3d4e5",
    "AuditTable": "ssm-broker-audit",
    "AuditTable.Arn": f"{_TABLES}-audit",
    "AuditTable.StreamArn": f"{_TABLES}-audit/stream/2026-11-21T00:00:00.000",
    "HeadsTable": "ssm-broker-heads",
    "HeadsTable.Arn": f"{_TABLES}-heads",
    "SessionsTable.Arn": f"{_TABLES}-sessions",
    "BrokerLogs.Arn": f"{_LOGS}/aws/lambda/ssm-broker:*",
    "EnforcerLogs.Arn": f"{_LOGS}/aws/lambda/ssm-broker-enforcer:*",
    "ChangedRecords.Arn": f"{_LOGS}/ssm-broker/changed-records:*",
    "EventBus.Arn": f"arn:aws:events:{REGION}:{BROKER_ACCOUNT}:event-bus/ssm-broker",
}


def stack(parameters: Mapping[str, str] | None = None) -> Stack:
    """The stack as CloudFormation computes it."""
    given = {**PARAMETERS, **(parameters or {})}
    return Stack(_template(), given, ATTRIBUTES, AWS_AccountId=BROKER_ACCOUNT, AWS_Region=REGION)


@functools.cache
def _template() -> dict[str, Any]:
    return load(TEMPLATE)


def role_policy(name: str) -> dict[str, Any]:
    """The rights of one of the stack's roles."""
    (only,) = stack().properties(name)["Policies"]
    found: dict[str, Any] = only["PolicyDocument"]
    return found


def api_policy(parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The API's resource policy as API Gateway keeps it: its short form of the ARN spelt out."""
    text = json.dumps(stack(parameters).properties("Api")["Policy"])
    found: dict[str, Any] = json.loads(text.replace("execute-api:/*", f"arn:aws:execute-api:{REGION}:{BROKER_ACCOUNT}:a1b2c3d4e5/*"))
    return found


def table_policy() -> dict[str, Any]:
    """The audit table's resource policy."""
    found: dict[str, Any] = stack().properties("AuditTable")["ResourcePolicy"]["PolicyDocument"]
    return found
