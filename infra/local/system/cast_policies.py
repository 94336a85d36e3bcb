"""Trust and rights of the cast's roles, as `infra/` deploys them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .places import (
    API_ID,
    BROKER_ACCOUNT,
    BROKER_ROLE_ARN,
    ENFORCER_ARN,
    FUNCTION_ARN,
    ORGANIZATION,
    REGION,
    STAGE,
    TARGET_ROLE,
)


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lambda_trust() -> dict[str, Any]:
    """Lambda itself, for the broker's execution role."""
    return policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})


def sign_in_trust(account: str) -> dict[str, Any]:
    """Identity Center's sign-in, for the roles of permission sets."""
    provider = f"arn:aws:iam::{account}:saml-provider/AWSSSO_local_DO_NOT_DELETE"
    return policy({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML"})


def engineer_policy() -> dict[str, Any]:
    """An engineer's only right: to call the broker, by either front door."""
    return policy(
        {
            "Sid": "CallTheBroker",
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": f"arn:aws:execute-api:{REGION}:{BROKER_ACCOUNT}:{API_ID}/{STAGE}/*",
        },
        {
            "Sid": "CallTheFunctionURL",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunctionUrl",
            "Resource": FUNCTION_ARN,
        },
    )


def break_glass_policy() -> dict[str, Any]:
    """Sessions without the broker, by the policy that is deployed: in the partition where all of the cast is."""
    deployed = Path(__file__).resolve().parents[2] / "identity-center" / "permission-sets" / "break-glass.json"
    return json.loads(deployed.read_text(encoding="utf-8").replace("${PARTITION}", "aws"))


def broker_policy() -> dict[str, Any]:
    """The broker's execution role: into the member accounts of its own organisation, to its tables, and nowhere else."""
    return policy(
        {
            "Sid": "EnterMemberAccounts",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Resource": f"arn:aws:iam::*:role/{TARGET_ROLE}",
            "Condition": {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
        },
        # Not by the alias that takes CloudFormation's events.
        {"Sid": "AskTheEnforcer", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ENFORCER_ARN},
        *table_statements(f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/*"),
    )


def table_statements(tables: str) -> tuple[dict[str, Any], ...]:
    """What the broker may do with its tables: read them, and write in transactions only; nothing is ever deleted.

    `tables` is the ARN that the tables' own begin with. Items of the audit table are put and never updated; heads are
    updated and never put, which would take the condition on what they were.
    """
    in_transactions = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}
    every = [f"{tables}-{suffix}" for suffix in ("audit", "heads", "sessions")]

    def write(sid: str, actions: list[str], table: str) -> dict[str, Any]:
        return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": table, "Condition": in_transactions}

    return (
        {
            "Sid": "ReadItems",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
            "Resource": every,
        },
        {
            "Sid": "ReadStretches",
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": [every[0], f"{every[0]}/index/*", f"{every[2]}/index/*"],
        },
        write("AppendRecords", ["dynamodb:PutItem"], every[0]),
        write("MoveHeads", ["dynamodb:UpdateItem"], every[1]),
        write("KeepSessions", ["dynamodb:PutItem", "dynamodb:UpdateItem"], every[2]),
        # It is part of a transaction by nature; the authorization reference does not give it the key that says so.
        {"Sid": "CheckSessions", "Effect": "Allow", "Action": "dynamodb:ConditionCheckItem", "Resource": every[2]},
    )


def target_trust() -> dict[str, Any]:
    """Only the broker's role, of our organisation, and only under a name: every session names its person.

    Setting the source identity is another action, whose requests say nothing of the session's name. A tag that would choose
    the Linux user is refused by name, though nothing here allows tags at all.
    """
    broker = {"AWS": f"arn:aws:iam::{BROKER_ACCOUNT}:root"}
    is_the_broker = {
        "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
        "ArnEquals": {"aws:PrincipalArn": BROKER_ROLE_ARN},
    }
    return policy(
        {
            "Sid": "TheBrokerInSomebodysName",
            "Effect": "Allow",
            "Principal": broker,
            "Action": "sts:AssumeRole",
            "Condition": {
                **is_the_broker,
                "StringLike": {"sts:SourceIdentity": "?*", "sts:RoleSessionName": ["ssm-broker", "?*.?*"]},
            },
        },
        {
            "Sid": "WhichItSets",
            "Effect": "Allow",
            "Principal": broker,
            "Action": "sts:SetSourceIdentity",
            "Condition": {**is_the_broker, "StringLike": {"sts:SourceIdentity": "?*"}},
        },
        {
            "Sid": "NoLinuxUserByTag",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": "SSMSessionRunAs"}},
        },
    )


def target_policy(account: str) -> dict[str, Any]:
    """What the broker may do in a member account; each of its sessions is narrowed further."""
    documents, sessions = f"arn:aws:ssm:*:{account}:document/SSMBroker-*", f"arn:aws:ssm:*:{account}:session/*"
    return policy(
        {
            "Sid": "StartOnEnrolledNodes",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": [f"arn:aws:ec2:*:{account}:instance/*", f"arn:aws:ssm:*:{account}:managed-instance/*"],
            "Condition": {
                "StringEquals": {"ssm:resourceTag/SsmBroker": "enabled"},
                "BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"},
            },
        },
        {
            "Sid": "StartWithBrokerDocuments",
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": documents,
            "Condition": {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}},
        },
        {
            "Sid": "OwnSessions",
            "Effect": "Allow",
            "Action": ["ssm:TerminateSession", "ssm:ResumeSession"],
            "Resource": sessions,
            "Condition": {"StringLike": {"ssm:resourceTag/aws:ssmmessages:session-id": "${aws:userid}"}},
        },
        {"Sid": "DataChannel", "Effect": "Allow", "Action": "ssmmessages:OpenDataChannel", "Resource": sessions},
        {
            "Sid": "VerifyDocuments",
            "Effect": "Allow",
            "Action": ["ssm:GetDocument", "ssm:DescribeDocument"],
            "Resource": documents,
        },
        {
            "Sid": "Look",
            "Effect": "Allow",
            "Action": [
                "ssm:DescribeSessions", "ssm:GetConnectionStatus", "ssm:DescribeInstanceInformation",
                "ec2:DescribeInstances",
            ],
            "Resource": "*",
        },
        {
            "Sid": "NameNodesOutsideEC2",
            "Effect": "Allow",
            "Action": "ssm:ListTagsForResource",
            "Resource": f"arn:aws:ssm:*:{account}:managed-instance/*",
        },
        {
            "Sid": "ProveCallerRole",
            "Effect": "Allow",
            "Action": "iam:GetRole",
            "Resource": f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com*",
        },
        {
            # Its own tags: one of them could override the Linux user of every session document.
            "Sid": "ReadOwnTags",
            "Effect": "Allow",
            "Action": "iam:GetRole",
            "Resource": f"arn:aws:iam::{account}:role/{TARGET_ROLE}",
        },
    )
