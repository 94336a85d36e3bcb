"""Roles as moto's IAM keeps them: path, id, trust and policies."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .moto_services import has_account, iam
from .policy.document import Policy, parse
from .principals import RoleSession


@dataclass(frozen=True)
class Role:
    """One role."""

    account: str
    name: str
    path: str
    arn: str
    id: str
    trust: Policy = field(repr=False)
    policies: tuple[Policy, ...] = field(repr=False)
    max_session_seconds: int = 3600


def create(account: str, path: str, name: str, trust: dict[str, Any], policy: dict[str, Any]) -> Role:
    """Makes a role with one inline policy, both checked by our own parser: moto takes anything."""
    parse(json.dumps(trust), "trust")
    parse(json.dumps(policy), "identity")
    backend = iam(account)
    backend.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps(trust),
        path=path,
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    backend.put_role_policy(name, "inline", json.dumps(policy))
    found = find(f"arn:aws:iam::{account}:role{path}{name}")
    assert found is not None
    return found


def find(arn: str) -> Role | None:
    """The role with exactly this ARN, path included."""
    match = re.fullmatch(r"arn:aws:iam::(\d{12}):role(/.*/|/)([^/]+)", arn)
    if match is None:
        return None
    account, path, name = match.groups()
    if not has_account(account):
        return None
    stored = next((role for role in iam(account).roles.values() if role.name == name and role.path == path), None)
    if stored is None:
        return None
    texts = list(stored.policies.values()) + [policy.document for policy in stored.managed_policies.values()]
    return Role(
        account=account,
        name=name,
        path=path,
        arn=stored.arn,
        id=stored.id,
        trust=parse(_text(stored.assume_role_policy_document), "trust"),
        policies=tuple(parse(_text(text), "identity") for text in texts),
        max_session_seconds=int(stored.max_session_duration or 3600),
    )


def tags(arn: str) -> dict[str, str]:
    """The tags of the role with exactly this ARN, path included."""
    role = find(arn)
    if role is None:
        return {}
    listed, _ = iam(role.account).list_role_tags(role.name, None)
    return {tag["Key"]: tag["Value"] for tag in listed}


def identity_policies(session: RoleSession) -> list[Policy]:
    """What the session's role may do now; nothing once the role is gone or made anew."""
    role = find(session.role_arn)
    return list(role.policies) if role and role.id == session.role_id else []


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
