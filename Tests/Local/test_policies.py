"""The policy evaluator on its own: each rule of IAM that this project leans on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from system.errors import NotEmulated
from system.policy.conditions import as_keys
from system.policy.decide import Asker, decide
from system.policy.document import MalformedPolicy, parse

SESSION = "arn:aws:ssm:eu-west-1:111122223333:session/alice.n-1"
KEYS = {"aws:userid": "AROAX:alice.n", "ssm:resourceTag/Role": "db", "aws:PrincipalOrgID": "o-1",
        "aws:PrincipalArn": "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/eu-west-1/R"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One statement against one request."""

    why: str
    effect: str
    statement: dict[str, Any] = field(default_factory=dict)
    action: str = "ssm:ResumeSession"
    resource: str = SESSION
    keys: dict[str, Any] = field(default_factory=lambda: KEYS)
    version: str = "2012-10-17"


CASES = [
    Case("an action in other letters is the same", "allow", {"Action": "SSM:resume*"}),
    Case("another action is not", "none", {"Action": "ssm:TerminateSession"}),
    Case("a question mark is one character", "allow", {"Action": "ssm:ResumeSessio?"}),
    Case("NotAction leaves the named one out", "none", {"Action": None, "NotAction": "ssm:ResumeSession"}),
    Case("NotAction lets the others in", "allow", {"Action": None, "NotAction": "ssm:StartSession"}),
    Case("a resource in other letters is another", "none", {"Resource": SESSION.replace("alice", "Alice")}),
    Case("a star in the last part spans everything", "allow", {"Resource": "arn:aws:ssm:*:111122223333:*"}),
    Case("a star in a part does not reach over a colon", "none", {"Resource": "arn:aws:s*1:1*:doc*a:*"},
         resource="arn:aws:ssm:eu-west-1:111122223333:document/a:b:c"),
    Case("NotResource leaves the named one out", "none", {"Resource": None, "NotResource": SESSION}),
    Case("a variable is replaced", "allow", {"Resource": "arn:aws:ssm:*:*:session/${aws:PrincipalTag/n}-*"},
         keys={"aws:PrincipalTag/n": "alice.n"}),
    Case("a star in a variable's value is a character", "none", {"Resource": "arn:aws:ssm:*:*:session/${aws:userid}-1"},
         keys={"aws:userid": "*"}),
    Case("a variable without a value matches nothing", "none", {"Resource": "arn:aws:ssm:*:*:session/${aws:username}*"}),
    Case("a variable may have a default", "allow", {"Resource": "arn:aws:ssm:*:*:session/${aws:username, 'alice.n'}-1"}),
    Case("${*} is a star and no wildcard", "none", {"Resource": "arn:aws:ssm:*:*:session/${*}"}),
    Case("the old version has no variables", "none", {"Resource": "arn:aws:ssm:*:*:session/${aws:PrincipalTag/n}-*"},
         keys={"aws:PrincipalTag/n": "alice.n"}, version="2008-10-17"),
    Case("equal text", "allow", {"Condition": {"StringEquals": {"ssm:resourceTag/Role": ["web", "db"]}}}),
    Case("key names in other letters", "allow", {"Condition": {"StringEquals": {"SSM:ResourceTag/role": "db"}}}),
    Case("text in other letters is unequal", "none", {"Condition": {"StringEquals": {"ssm:resourceTag/Role": "DB"}}}),
    Case("unless case is ignored", "allow", {"Condition": {"StringEqualsIgnoreCase": {"ssm:resourceTag/Role": "DB"}}}),
    Case("StringEquals has no wildcards", "none", {"Condition": {"StringEquals": {"ssm:resourceTag/Role": "d*"}}}),
    Case("StringLike has", "allow", {"Condition": {"StringLike": {"ssm:resourceTag/Role": "d*"}}}),
    Case("a missing key fails", "none", {"Condition": {"StringEquals": {"ssm:resourceTag/Team": "x"}}}),
    Case("IfExists forgives it", "allow", {"Condition": {"StringEqualsIfExists": {"ssm:resourceTag/Team": "x"}}}),
    Case("but not a wrong value", "none", {"Condition": {"StringEqualsIfExists": {"ssm:resourceTag/Role": "x"}}}),
    Case("a negated operator holds for a missing key", "allow", {"Condition": {"StringNotEquals": {"ssm:resourceTag/T": "x"}}}),
    Case("and fails for each listed value", "none", {"Condition": {"StringNotEquals": {"ssm:resourceTag/Role": ["x", "db"]}}}),
    Case("StringNotLike likewise", "none", {"Condition": {"StringNotLike": {"ssm:resourceTag/Role": "d?"}}}),
    Case("all conditions must hold", "none", {"Condition": {
        "StringEquals": {"ssm:resourceTag/Role": "db", "aws:PrincipalOrgID": "o-2"}}}),
    Case("Null asks for absence", "allow", {"Condition": {"Null": {"aws:SourceIdentity": "true"}}}),
    Case("Null asks for presence", "none", {"Condition": {"Null": {"aws:SourceIdentity": False}}}),
    Case("a path is part of an ARN", "allow", {"Condition": {"ArnLike": {
        "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com*/R"}}}),
    Case("a look-alike's is not", "none", {"Condition": {"ArnLike": {
        "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com*/R"}}},
         keys={"aws:PrincipalArn": "arn:aws:iam::1:role/R"}),
    Case("ArnNotLike is its opposite", "none", {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::1:*"}}}),
    Case("a condition may hold a variable", "allow", {"Condition": {"StringLike": {
        "ssm:resourceTag/aws:ssmmessages:session-id": "${aws:userid}"}}},
         keys={"aws:userid": "A:b", "ssm:resourceTag/aws:ssmmessages:session-id": "A:b"}),
    Case("whose value must be there", "none", {"Condition": {"StringLike": {
        "ssm:resourceTag/aws:ssmmessages:session-id": "${aws:userid}"}}}, keys={"aws:userid": "A:b"}),
    Case("Bool", "allow", {"Condition": {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}},
         keys={"ssm:SessionDocumentAccessCheck": "true"}),
    Case("Bool refuses", "none", {"Condition": {"Bool": {"ssm:SessionDocumentAccessCheck": True}}},
         keys={"ssm:SessionDocumentAccessCheck": "false"}),
    Case("any of several values", "allow", {"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}},
         keys={"aws:TagKeys": ["a", "b"]}),
    Case("all of several values", "none", {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}},
         keys={"aws:TagKeys": ["a", "b"]}),
    Case("all of no values", "allow", {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}}, keys={}),
    Case("any of no values", "none", {"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}}, keys={}),
    Case("none of several values", "none", {"Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}},
         keys={"aws:TagKeys": ["a", "b"]}),
    Case("a date before another", "allow", {"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-11-22T00:00:00Z"}}},
         keys={"aws:CurrentTime": "2026-11-21T00:00:00Z"}),
    Case("a number", "none", {"Condition": {"NumericLessThan": {"aws:EpochTime": "10"}}}, keys={"aws:EpochTime": "10"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_a_statement_speaks_of(case: Case) -> None:
    raw = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*", **case.statement}
    statement = {name: value for name, value in raw.items() if value is not None}
    policy = parse(json.dumps({"Version": case.version, "Statement": statement}), "identity")
    assert decide([policy], case.action, case.resource, as_keys(case.keys)).effect == case.effect


def test_an_explicit_deny_wins_and_nothing_is_a_denial() -> None:
    text = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "No", "Effect": "Deny", "Action": "ssm:StartSession", "Resource": "*"},
    ]}  # fmt: skip
    policy = parse(json.dumps(text), "identity")
    denied = decide([policy], "ssm:StartSession", SESSION, {})
    assert (denied.effect, denied.sid) == ("deny", "No")
    assert decide([policy], "ssm:ResumeSession", SESSION, {}).allows
    assert decide([], "ssm:ResumeSession", SESSION, {}).effect == "none"


@pytest.mark.parametrize(
    ("principal", "is_meant"),
    [
        ("*", True),
        ({"AWS": "111122223333"}, True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, True),
        ({"AWS": "arn:aws:iam::111122223333:role/p/R"}, True),
        ({"AWS": "arn:aws:sts::111122223333:assumed-role/R/s"}, True),
        ({"AWS": "arn:aws:iam::111122223333:role/R"}, False),
        ({"AWS": "arn:aws:iam::111122223333:role/p/*"}, False),
        ({"AWS": "arn:aws:iam::444455556666:root"}, False),
        ({"Service": "lambda.amazonaws.com"}, False),
    ],
)
def test_a_principal_means_its_account_role_or_session(principal: Any, is_meant: bool) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = parse(json.dumps({"Version": "2012-10-17", "Statement": statement}), "trust")
    asker = Asker("111122223333", "arn:aws:iam::111122223333:role/p/R", "arn:aws:sts::111122223333:assumed-role/R/s")
    assert decide([trust], "sts:AssumeRole", "arn:aws:iam::1:role/x", {}, asker).allows is is_meant


def test_what_cannot_be_judged_is_not_passed_over() -> None:
    base = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for condition, error in (
        ({"StringEquals": {"ec2:Vpc": "x"}}, NotEmulated),
        ({"StringResembles": {"aws:userid": "x"}}, MalformedPolicy),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, MalformedPolicy),
    ):
        with pytest.raises(error):
            parse(json.dumps({"Version": "2012-10-17", "Statement": {**base, "Condition": condition}}), "identity")
