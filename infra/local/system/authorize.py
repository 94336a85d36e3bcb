"""Asks IAM: the role's own policies, its session policies and the global condition keys together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .calls import Check
from .errors import AWSError
from .policy.conditions import as_keys
from .policy.decide import Decision, decide
from .policy.document import Policy
from .policy.patterns import Keys
from .principals import RoleSession


@dataclass(frozen=True)
class Verdict:
    """IAM's answer, and which layer gave it."""

    is_allowed: bool
    layer: str
    decision: Decision

    def refusal(self, caller: RoleSession, check: Check) -> AWSError:
        """The denial in AWS's words."""
        if self.decision.effect == "deny":
            reason = f"with an explicit deny in {self.layer}"
        else:
            reason = f"because no {self.layer.removeprefix('an ').removeprefix('a ')} allows the {check.action} action"
        return AWSError(
            "AccessDeniedException",
            f"User: {caller.arn} is not authorized to perform: {check.action} on resource: {check.resource} {reason}",
        )


class Authorizer:
    """Judges identity-based and session policies."""

    def __init__(
        self,
        identity_policies: Callable[[RoleSession], list[Policy]],
        organization_of: Callable[[str], str | None],
        now: Callable[[], datetime],
    ) -> None:
        self._identity_policies = identity_policies
        self._organization_of = organization_of
        self._now = now

    def judge(self, caller: RoleSession, check: Check, region: str) -> Verdict:
        """Whether the caller's identity policy allows it and the session policy, if any, does too."""
        keys = self.keys(caller, check, region)
        identity = decide(self._identity_policies(caller), check.action, check.resource, keys)
        session = decide(caller.policies, check.action, check.resource, keys) if caller.policies else None
        if identity.effect == "deny":
            return Verdict(False, "an identity-based policy", identity)
        if session and session.effect == "deny":
            return Verdict(False, "a session policy", session)
        if not identity.allows:
            return Verdict(False, "an identity-based policy", identity)
        if session and not session.allows:
            return Verdict(False, "a session policy", session)
        return Verdict(True, "a session policy" if session else "an identity-based policy", session or identity)

    def keys(self, caller: RoleSession, check: Check, region: str) -> Keys:
        """The global condition keys and those of this question. Source: IAM User Guide, "Global condition keys"."""
        now = self._now()
        resource_account = check.resource.split(":", 5)[4] if check.resource.count(":") >= 5 else ""
        values = {
            "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalArn": caller.role_arn,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalOrgID": self._organization_of(caller.account),
            "aws:PrincipalType": "AssumedRole",
            "aws:RequestedRegion": region,
            "aws:ResourceAccount": resource_account or None,
            "aws:ResourceOrgID": self._organization_of(resource_account) if resource_account else None,
            "aws:SecureTransport": "true",  # the loopback endpoint stands for TLS
            "aws:SourceIdentity": caller.source_identity,
            "aws:SourceIp": "127.0.0.1",
            "aws:TokenIssueTime": caller.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:userid": caller.user_id,
            "aws:ViaAWSService": "false",
            **{f"aws:PrincipalTag/{name}": value for name, value in caller.tags.items()},
            **check.keys,
        }
        return as_keys(values)
