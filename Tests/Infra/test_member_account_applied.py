"""The member account's template applied by moto's CloudFormation, as far as it goes.

It has no custom resources, and leaves a hole in a list where a template says AWS::NoValue; so the options are all given.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import boto3
import member_account
import pytest
from moto import mock_aws
from system.places import FIRST_ACCOUNT
from templates import in_one_form, load

PARAMETERS = {**member_account.PARAMETERS, **member_account.EVERYTHING}
ROLES = {"SSMBrokerTarget": "TargetRole", "SSMBrokerEnforcer": "EnforcerRole"}


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """A member account with the stack, the custom resource left out."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", FIRST_ACCOUNT)
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="eu-west-1")
        sts = session.client("sts")
        keys = sts.assume_role(RoleArn=f"arn:aws:iam::{FIRST_ACCOUNT}:role/stacksets-exec-1", RoleSessionName="stack")
        member = boto3.Session(
            keys["Credentials"]["AccessKeyId"], keys["Credentials"]["SecretAccessKey"],
            keys["Credentials"]["SessionToken"], "eu-west-1",
        )  # fmt: skip
        template = load(member_account.TEMPLATE)
        del template["Resources"]["SessionDocuments"]
        member.client("cloudformation").create_stack(
            StackName="ssm-broker",
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        yield member


def test_the_roles_come_out_as_computed(applied: boto3.Session) -> None:
    iam = applied.client("iam")
    stack = applied.client("cloudformation").describe_stacks(StackName="ssm-broker")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    for name, logical in ROLES.items():
        role = iam.get_role(RoleName=name)["Role"]
        assert role["Arn"] == f"arn:aws:iam::{FIRST_ACCOUNT}:role/ssm-broker/{name}"
        assert "Tags" not in role or role["Tags"] == []
        assert in_one_form(role["AssumeRolePolicyDocument"]) == in_one_form(member_account.trust(logical))
        (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        # moto keeps an inline policy of a template as Python prints it.
        document = ast.literal_eval(document) if isinstance(document, str) else document
        assert in_one_form(document) == in_one_form(member_account.rights(logical, member_account.EVERYTHING))
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["TargetRoleArn"].endswith(":role/ssm-broker/SSMBrokerTarget")
