"""Every policy of the repository against the Service Authorization Reference, and the reviewer itself."""

from __future__ import annotations

from typing import Any

import pytest
from every_policy import every_policy
from policy_review import problems

POLICIES = every_policy()


@pytest.mark.parametrize("name", POLICIES)
def test_every_action_resource_and_key_exists(name: str) -> None:
    assert problems(POLICIES[name]) == []


def statement(**members: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Action": "ssm:StartSession", "Resource": "arn:aws:ec2:*:*:instance/*"}
    return {"Version": "2012-10-17", "Statement": {**base, **members}}


@pytest.mark.parametrize(
    ("why", "document"),
    [
        ("an action that does not exist", statement(Action="ssm:BeginSession")),
        ("a service that does not exist", statement(Action="sssm:StartSession")),
        ("a wildcard in an action", statement(Action="ssm:Start*")),
        ("a resource of another service", statement(Resource="arn:aws:s3:::bucket")),
        ("a resource of another type", statement(Resource="arn:aws:ssm:*:*:parameter/x")),
        ("a document's name without its type", statement(Resource="arn:aws:ssm:*:*:SSMBroker-*")),
        ("one resource too many", statement(Resource=["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:session/*"])),
        ("an action too many", statement(Action=["ssm:StartSession", "ssm:TerminateSession"])),
        ("a Region in an IAM ARN", statement(Action="iam:GetRole", Resource="arn:aws:iam:eu-west-1:1:role/x")),
        ("a resource where there is none", statement(Action="ssm:DescribeSessions")),
        ("a key that does not exist", statement(Condition={"StringEquals": {"ssm:document": "x"}})),
        ("a key of another action", statement(Condition={"StringEquals": {"ssm:DocumentType": "Session"}})),
        ("a key that only one action of two carries", statement(
            Action=["sts:AssumeRole", "sts:SetSourceIdentity"], Resource="arn:aws:iam::*:role/x",
            Condition={"StringLike": {"sts:RoleSessionName": "?*"}})),
    ],
)  # fmt: skip
def test_the_reviewer_finds(why: str, document: dict[str, Any]) -> None:
    assert len(problems(document)) >= 1, why


def test_the_reviewer_knows_what_is_right() -> None:
    right = statement(Condition={"StringEquals": {"ssm:resourceTag/SsmBroker": "enabled"}})
    assert problems(right) == []
