"""What IAM and an organisation's service control policies together answer, on the evaluator of `infra/local`.

Rules: IAM User Guide, "Policy evaluation logic"; Organizations User Guide, "SCP evaluation" and "Service control policies".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from system.policy.conditions import as_keys
from system.policy.decide import Asker, Decision, decide
from system.policy.document import Policy, parse

ORGANIZATION = "o-abcdefghij"
MANAGEMENT_ACCOUNT = "000000000000"
ADMINISTRATOR = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
FULL_ACCESS = ADMINISTRATOR
"""FullAWSAccess, which Organizations attaches everywhere: deny-list SCPs stand beside it."""
_TOLD = frozenset({"ssm:documenttype", "ec2:createaction", "aws:sourcevpce", "lambda:functionurlauthtype",
                   "lambda:invokedviafunctionurl"})
"""Condition keys that only these questions carry; a question that leaves one out means that AWS does not say it."""


@dataclass(frozen=True)
class Caller:
    """A role session, a user or the root user of an account."""

    principal: str
    """``role/ssm-broker/SSMBrokerTarget``, ``user/eve``, ``root``: what stands behind the account in the IAM ARN."""
    account: str = "111122223333"
    session: str = "someone"
    organization: str | None = ORGANIZATION
    partition: str = "aws"
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """``aws:PrincipalArn``: the IAM ARN with the role's path. Source: IAM User Guide, "Global condition keys"."""
        return f"arn:{self.partition}:iam::{self.account}:{self.principal}"

    @property
    def session_arn(self) -> str:
        """The STS ARN, which has no path."""
        role = self.principal.rsplit("/", 1)[-1]
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{role}/{self.session}"

    @property
    def is_bound_by_service_control_policies(self) -> bool:
        """Not in the management account, not for service-linked roles, not for strangers to the organisation."""
        return (
            self.account != MANAGEMENT_ACCOUNT
            and not self.principal.startswith("role/aws-service-role/")
            and self.organization == ORGANIZATION
        )


@dataclass(frozen=True)
class Question:
    """One action on one resource, with the condition keys that the service adds."""

    action: str
    resource: str
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Whether it is allowed, and the Sid of the statement that denied it, ``""`` when nothing allowed it."""

    is_allowed: bool
    denied_by: str = ""


def policy(text: str, kind: str = "identity") -> Policy:
    """A policy document that may use the keys of these questions."""
    return parse(text, kind, _TOLD)  # type: ignore[arg-type]


def keys_of(caller: Caller, question: Question) -> dict[str, str | Sequence[str]]:
    """The condition keys of a question."""
    return as_keys({
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalOrgID": caller.organization,
        "aws:userid": f"AROA:{caller.session}",
        **caller.keys,
        **question.keys,
    })  # fmt: skip


def ask(
    caller: Caller,
    question: Question,
    control: Sequence[str] = (),
    identity: Sequence[str] = (ADMINISTRATOR,),
    resource: str | None = None,
    trust: str | None = None,
) -> Answer:
    """`control` is attached at one level of the organisation, beside FullAWSAccess; `resource` is the policy of a resource
    of another account, `trust` that of a role there, so that both sides must allow."""
    keys = keys_of(caller, question)
    asker = Asker(caller.account, caller.arn, caller.session_arn)

    def judge(texts: Sequence[str], kind: str) -> Decision:
        return decide([policy(text, kind) for text in texts], question.action, question.resource, keys, asker)

    if caller.is_bound_by_service_control_policies:
        controlled = judge([FULL_ACCESS, *control], "service control")
        if not controlled.allows:
            return Answer(False, controlled.sid)
    decisions = [judge(identity, "identity")]
    if resource is not None:
        decisions.append(judge([resource], "resource"))
    if trust is not None:
        decisions.append(judge([trust], "trust"))
    denied = next((one for one in decisions if one.effect == "deny"), None)
    if denied:
        return Answer(False, denied.sid)
    return Answer(all(one.allows for one in decisions))
