"""AssumeRole and GetCallerIdentity.

Ours, because moto evaluates no trust policy that matters here, takes ``{}`` as a session policy and forgets
SourceIdentity. Source: STS API Reference, "AssumeRole"; IAM User Guide, "Monitor and control actions taken with assumed roles".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .authorize import Authorizer
from .calls import Call, Check, Operation
from .errors import AWSError, invalid
from .policy.decide import Asker, decide
from .policy.document import MalformedPolicy, Policy, parse
from .principals import CredentialStore, RoleSession
from .roles import Role

PLAIN_TEXT_LIMIT = 2048
CHAINED_SECONDS = 3600
_ROLE_ARN = re.compile(r"^arn:aws:iam::(\d{12}):role(/(?:[\w+=,.@-]+/)*)([\w+=,.@-]{1,64})$", re.ASCII)


class STS:
    """The token service over the roles that moto keeps."""

    def __init__(
        self,
        credentials: CredentialStore,
        authorizer: Authorizer,
        find_role: Callable[[str], Role | None],
    ) -> None:
        self._credentials = credentials
        self._authorizer = authorizer
        self._find_role = find_role

    def operations(self) -> dict[tuple[str, str], Operation]:
        """What is answered here; both judge for themselves."""
        return {
            ("sts", "AssumeRole"): Operation(lambda call: [[]], self._assume_role),
            ("sts", "GetCallerIdentity"): Operation(lambda call: [[]], _caller_identity, reads_only=True),
        }

    def _assume_role(self, call: Call) -> dict[str, Any]:
        parameters = call.parameters
        for name in ("PolicyArns", "SerialNumber", "TokenCode", "ProvidedContexts"):
            if name in parameters:
                raise invalid(f"{name} is not emulated")
        if not _ROLE_ARN.match(parameters["RoleArn"]):
            raise invalid(f"{parameters['RoleArn']} is invalid")
        caller = call.credentials.session
        source_identity = _source_identity(parameters.get("SourceIdentity"))
        tags, transitive = _session_tags(parameters)
        policies = _session_policies(parameters.get("Policy"))
        packed_size = _packed_size(parameters.get("Policy", ""), tags)
        if packed_size > 100:
            raise AWSError("PackedPolicyTooLarge", f"Serialized size is {packed_size}% of the limit.")
        role = self._find_role(parameters["RoleArn"])
        keys = {
            "sts:RoleSessionName": parameters["RoleSessionName"],
            "sts:SourceIdentity": source_identity or caller.source_identity,
            "sts:ExternalId": parameters.get("ExternalId"),
            "aws:TagKeys": sorted(tags) or None,
            "sts:TransitiveTagKeys": sorted(transitive) or None,
            **{f"aws:RequestTag/{name}": value for name, value in tags.items()},
        }
        actions = ["sts:AssumeRole"]
        if source_identity or caller.source_identity:
            actions.append("sts:SetSourceIdentity")
        if tags:
            actions.append("sts:TagSession")
        for action in actions:
            self._judge(call, Check(action, parameters["RoleArn"], keys), role)
        assert role is not None  # a role that does not exist allows nobody
        if caller.source_identity and source_identity not in (None, caller.source_identity):
            raise AWSError(
                "AccessDeniedException",
                f"User: {caller.arn} is not authorized to perform: sts:SetSourceIdentity on resource: {role.arn}",
                403,
            )
        inherited = {name: caller.tags[name] for name in caller.transitive_tag_keys if name in caller.tags}
        if {name.lower() for name in inherited} & {name.lower() for name in tags}:
            raise invalid("One of the specified transitive tag keys can't be set because it conflicts with one set.")
        session = RoleSession(
            account=role.account,
            role_name=role.name,
            role_arn=role.arn,
            role_id=role.id,
            name=parameters["RoleSessionName"],
            issued_at=call.time,
            source_identity=source_identity or caller.source_identity,
            policies=policies,
            tags={**inherited, **tags},
            transitive_tag_keys=transitive | caller.transitive_tag_keys,
        )
        minted = self._credentials.mint(session, timedelta(seconds=_duration(parameters, role)))
        reply: dict[str, Any] = {
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
            "Credentials": {
                "AccessKeyId": minted.access_key,
                "SecretAccessKey": minted.secret_key,
                "SessionToken": minted.token,
                "Expiration": minted.expiration,
            },
        }
        if policies or tags:
            reply["PackedPolicySize"] = packed_size
        if session.source_identity:
            reply["SourceIdentity"] = session.source_identity
        return reply

    def _judge(self, call: Call, check: Check, role: Role | None) -> None:
        """Both sides must allow; within one account a trust policy that names the role itself is enough."""
        caller = call.credentials.session
        verdict = self._authorizer.judge(caller, check, call.region)
        denial = AWSError(
            "AccessDeniedException",
            f"User: {caller.arn} is not authorized to perform: {check.action} on resource: {check.resource}",
            403,
        )
        if role is None or verdict.decision.effect == "deny":
            raise denial
        keys = self._authorizer.keys(caller, check, call.region)
        asker = Asker(caller.account, caller.role_arn, caller.arn)
        trust = decide([role.trust], check.action, role.arn, keys, asker)
        if not trust.allows:
            raise denial
        is_named = caller.account == role.account and any(
            caller.role_arn in one.principals.get("AWS", ()) or caller.arn in one.principals.get("AWS", ())
            for one in role.trust.statements
            if one.effect == "Allow"
        )
        if not verdict.is_allowed and not (is_named and not caller.policies):
            raise denial


def _caller_identity(call: Call) -> dict[str, Any]:
    session = call.credentials.session
    return {"UserId": session.user_id, "Account": session.account, "Arn": session.arn}


def _source_identity(value: str | None) -> str | None:
    if value is not None and value.lower().startswith("aws:"):
        raise invalid(f"Value '{value}' at 'sourceIdentity' must not begin with aws:")
    return value


def _session_tags(parameters: Any) -> tuple[dict[str, str], frozenset[str]]:
    pairs = [(tag["Key"], tag["Value"]) for tag in parameters.get("Tags", [])]
    if len({name.lower() for name, _ in pairs}) != len(pairs):
        raise AWSError("InvalidParameterValue", "Duplicate tag keys found. Tag keys are case insensitive.")
    transitive = frozenset(parameters.get("TransitiveTagKeys", []))
    if not transitive <= {name for name, _ in pairs}:
        raise AWSError("InvalidParameterValue", "The specified transitive tag key must be included in the tags.")
    return dict(pairs), transitive


def _session_policies(text: str | None) -> tuple[Policy, ...]:
    if text is None:
        return ()
    if len(text) > PLAIN_TEXT_LIMIT:
        raise invalid(
            f"1 validation error detected: Value at 'policy' failed to satisfy constraint: "
            f"Member must have length less than or equal to {PLAIN_TEXT_LIMIT}"
        )
    try:
        return (parse(text, "session"),)
    except MalformedPolicy as error:
        raise AWSError("MalformedPolicyDocument", str(error)) from error


def _duration(parameters: Any, role: Role) -> int:
    seconds = parameters.get("DurationSeconds", CHAINED_SECONDS)
    # Every caller here is a role session, so every AssumeRole is chaining.
    if seconds > CHAINED_SECONDS:
        raise invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
    if seconds > role.max_session_seconds:
        raise invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return seconds


def _packed_size(policy: str, tags: dict[str, str]) -> int:
    """Per cent of the limit. AWS packs in a way it does not tell; this counts characters, so it never flatters."""
    size = len(json.dumps(json.loads(policy), separators=(",", ":"))) if policy else 0
    size += sum(len(name) + len(value) for name, value in tags.items())
    return math.ceil(100 * size / PLAIN_TEXT_LIMIT)
