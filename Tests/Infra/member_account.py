"""The member account's stack with the local cast's names, and what its roles come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from system.places import BROKER_ACCOUNT, FIRST_ACCOUNT, ORGANIZATION
from templates import Stack, load

TEMPLATE = "infra/member-account/template.yaml"
PARAMETERS = {"BrokerAccountId": BROKER_ACCOUNT, "OrganizationId": ORGANIZATION}
ADMITTED = f"arn:aws:iam::{FIRST_ACCOUNT}:role/ci/Deploy"
KEY = f"arn:aws:kms:eu-west-1:{FIRST_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {"AdmittedRoles": ADMITTED, "SessionKeys": KEY}


def stack(parameters: Mapping[str, str] | None = None, **pseudo: str) -> Stack:
    """The stack in one member account."""
    return Stack(load(TEMPLATE), {**PARAMETERS, **(parameters or {})}, **{"AWS_AccountId": FIRST_ACCOUNT, **pseudo})


def role(name: str, parameters: Mapping[str, str] | None = None, **pseudo: str) -> dict[str, Any]:
    """``TargetRole`` or ``EnforcerRole``."""
    return stack(parameters, **pseudo).properties(name)


def trust(name: str) -> dict[str, Any]:
    """Who may assume a role."""
    found: dict[str, Any] = role(name)["AssumeRolePolicyDocument"]
    return found


def rights(name: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a role may do: its one inline policy."""
    (only,) = role(name, parameters)["Policies"]
    found: dict[str, Any] = only["PolicyDocument"]
    return found
