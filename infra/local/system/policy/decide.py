"""What a set of policies says about one action on one resource."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .document import Policy, Statement
from .patterns import Keys, arn_matches, matches


@dataclass(frozen=True)
class Decision:
    """``deny`` is an explicit one; ``none`` means that nothing allows it, which is a denial too."""

    effect: Literal["allow", "deny", "none"]
    sid: str = ""

    @property
    def allows(self) -> bool:
        return self.effect == "allow"


@dataclass(frozen=True)
class Asker:
    """The names by which a Principal element may mean the caller."""

    account: str
    role_arn: str
    session_arn: str


def decide(policies: Iterable[Policy], action: str, resource: str, keys: Keys, asker: Asker | None = None) -> Decision:
    """Deny by default; any explicit deny wins. `asker` is needed by policies that name principals."""
    allowed: Decision | None = None
    for policy in policies:
        for statement in policy.statements:
            if not applies(statement, action, resource, keys, asker):
                continue
            if statement.effect == "Deny":
                return Decision("deny", statement.sid)
            allowed = allowed or Decision("allow", statement.sid)
    return allowed or Decision("none")


def applies(statement: Statement, action: str, resource: str, keys: Keys, asker: Asker | None) -> bool:
    """Whether a statement speaks of this request."""
    if statement.principals and not (asker and names(statement, asker)):
        return False
    named = any(matches(one, action, {}, has_variables=False, ignore_case=True) for one in statement.actions)
    if named == statement.not_action:
        return False
    meant = any(arn_matches(one, resource, keys, statement.has_variables) for one in statement.resources)
    if meant == statement.not_resource:
        return False
    return all(condition.holds(keys, statement.has_variables) for condition in statement.conditions)


def names(statement: Statement, asker: Asker) -> bool:
    """Whether a Principal element means the caller: everyone, its account, its role or this very session.

    No wildcards within an ARN: IAM has none there.
    """
    root = f"arn:aws:iam::{asker.account}:root"
    return any(
        principal in ("*", asker.account, root, asker.role_arn, asker.session_arn)
        for principal in statement.principals.get("AWS", ())
    )
