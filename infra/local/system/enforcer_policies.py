"""Trust and rights of the enforcer's two roles, as `infra/` deploys them."""

from __future__ import annotations

from typing import Any

from .cast_policies import policy
from .places import BROKER_ACCOUNT, ENFORCER_EXECUTION_ARN, ENFORCER_ROLE, ORGANIZATION, REGION

SESSION_NAME = "ssm-broker-enforcer"
DOCUMENT_ACTIONS = [
    "ssm:CreateDocument",
    "ssm:DeleteDocument",
    "ssm:DescribeDocument",
    "ssm:DescribeDocumentPermission",
    "ssm:GetDocument",
    "ssm:ListDocumentVersions",
    "ssm:ModifyDocumentPermission",
    "ssm:UpdateDocument",
    "ssm:UpdateDocumentDefaultVersion",
]


def execution_policy() -> dict[str, Any]:
    """The enforcer's execution role: into the member accounts of its own organisation, to see who belongs to it, to its tables."""
    return policy(
        {
            "Sid": "EnterMemberAccounts",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Resource": f"arn:aws:iam::*:role/{ENFORCER_ROLE}",
            "Condition": {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
        },
        {
            "Sid": "SeeTheOrganization",
            "Effect": "Allow",
            "Action": [
                "organizations:DescribeAccount",
                "organizations:DescribeOrganization",
                "organizations:ListAccountsForParent",
                "organizations:ListOrganizationalUnitsForParent",
                "organizations:ListParents",
                "organizations:ListRoots",
            ],
            "Resource": "*",
        },
        *table_statements(f"arn:aws:dynamodb:{REGION}:{BROKER_ACCOUNT}:table/*"),
    )


def table_statements(tables: str) -> tuple[dict[str, Any], ...]:
    """What the enforcer may do with the broker's tables: append its records, and keep where the rollout stands.

    It can neither publish a role map nor touch sessions and blocks. `tables` is the ARN that the tables' own begin with. Audit and
    heads have one list of keys, as nothing says whether a transaction's write carries its own keys or those of all of them.
    """
    audit, heads, sessions = (f"{tables}-{suffix}" for suffix in ("audit", "heads", "sessions"))
    records = ["CHAIN#*", "DAYS", "RECORD#*"]

    def write(sid: str, action: str, table: str, keys: list[str]) -> dict[str, Any]:
        # Without the second, ForAllValues holds of a request that names no key at all.
        condition = {
            "ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"},
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys},
            "Null": {"dynamodb:LeadingKeys": "false"},
        }
        return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": table, "Condition": condition}

    return (
        {
            "Sid": "ReadItems",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
            "Resource": [audit, heads],
        },
        {
            "Sid": "ReadStretches",
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": [audit, f"{sessions}/index/byShard"],
        },
        write("AppendRecords", "dynamodb:PutItem", audit, records),
        write("MoveHeads", "dynamodb:UpdateItem", heads, records),
        write("KeepPlaces", "dynamodb:PutItem", sessions, ["PLACE#*"]),
    )


def member_trust() -> dict[str, Any]:
    """Only the enforcer's execution role, of our organisation, and only under its own name.

    Setting the source identity is another action, whose requests say nothing of the session's name.
    """
    enforcer = {"AWS": f"arn:aws:iam::{BROKER_ACCOUNT}:root"}
    own = {"aws:PrincipalOrgID": ORGANIZATION, "sts:SourceIdentity": SESSION_NAME}
    is_the_enforcer = {"aws:PrincipalArn": ENFORCER_EXECUTION_ARN}
    return policy(
        {
            "Sid": "TheEnforcerUnderItsName",
            "Effect": "Allow",
            "Principal": enforcer,
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {**own, "sts:RoleSessionName": SESSION_NAME}, "ArnEquals": is_the_enforcer},
        },
        {
            "Sid": "WhichItSets",
            "Effect": "Allow",
            "Principal": enforcer,
            "Action": "sts:SetSourceIdentity",
            "Condition": {"StringEquals": own, "ArnEquals": is_the_enforcer},
        },
    )


def member_policy(account: str) -> dict[str, Any]:
    """What the enforcer may do in a member account: the broker's documents and the session preferences, and nothing else."""
    documents = f"arn:aws:ssm:*:{account}:document"
    return policy(
        {
            "Sid": "KeepSessionDocuments",
            "Effect": "Allow",
            "Action": DOCUMENT_ACTIONS,
            "Resource": [f"{documents}/SSMBroker-*", f"{documents}/SSM-SessionManagerRunShell"],
        },
        {"Sid": "FindSessionDocuments", "Effect": "Allow", "Action": "ssm:ListDocuments", "Resource": "*"},
    )
