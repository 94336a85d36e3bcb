"""The member account's template: its form, and that the local cast's roles are the same."""

from __future__ import annotations

import re

import guardrails
import member_account
from conftest import ROOT
from system import cast_policies, enforcer_policies
from system.places import ENFORCER_ROLE, FIRST_ACCOUNT, TARGET_ROLE
from templates import in_one_form, minified

TEXT = (ROOT / member_account.TEMPLATE).read_text()


def test_it_is_fit_for_a_service_managed_stack_set() -> None:
    # Macros are refused there, and a body within another template may have this many bytes.
    assert "Transform" not in TEXT and "AWS::Include" not in TEXT
    assert len(TEXT.encode()) <= 51_200


def test_it_makes_two_roles_and_asks_once() -> None:
    kinds = sorted(one["Type"] for one in member_account.stack().resources.values())
    assert kinds == ["AWS::IAM::Role", "AWS::IAM::Role", "Custom::SessionDocuments"]
    asked = member_account.stack().properties("SessionDocuments")
    assert asked["ServiceToken"] == (
        "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker-account-requests:custom-resource"
    )
    assert asked["ServiceTimeout"] == 600


def test_the_first_publishers_account_gets_its_roles_alone() -> None:
    kinds = {one["Type"] for one in member_account.stack({"AsksEnforcer": "no"}).resources.values()}
    assert kinds == {"AWS::IAM::Role"}


def test_the_roles_have_the_names_that_the_broker_asks_for_and_the_guardrails_exempt() -> None:
    names = {
        logical: f"{one['Path'][1:]}{one['RoleName']}"
        for logical, one in member_account.stack().of_type("AWS::IAM::Role").items()
    }
    assert names == {"TargetRole": "ssm-broker/SSMBrokerTarget", "EnforcerRole": "ssm-broker/SSMBrokerEnforcer"}
    assert (names["TargetRole"], names["EnforcerRole"]) == (TARGET_ROLE, ENFORCER_ROLE)
    configuration = (ROOT / "Sources" / "broker-lambda" / "Configuration.swift").read_text()
    assert f'"{names["TargetRole"]}"' in configuration
    exempt = {
        one for name in guardrails.EVERYWHERE for statement in guardrails.statements(name)
        for one in guardrails.exempt_principals(statement)
    }  # fmt: skip
    assert {f"arn:aws:iam::*:role/{one}" for one in names.values()} <= exempt


def test_the_local_target_role_is_the_same() -> None:
    assert in_one_form(member_account.trust("TargetRole")) == in_one_form(cast_policies.target_trust())
    assert in_one_form(member_account.rights("TargetRole")) == in_one_form(cast_policies.target_policy(FIRST_ACCOUNT))


def test_the_local_enforcer_role_is_the_same() -> None:
    assert in_one_form(member_account.trust("EnforcerRole")) == in_one_form(enforcer_policies.member_trust())
    assert in_one_form(member_account.rights("EnforcerRole")) == in_one_form(enforcer_policies.member_policy(FIRST_ACCOUNT))


def test_the_target_role_may_what_the_brokers_sessions_may_and_no_action_more() -> None:
    source = (ROOT / "Sources" / "SessionCore" / "Access" / "SessionPolicies.swift").read_text()
    asked = set(re.findall(r'"((?:ec2|ssm|ssmmessages|iam|kms):[A-Z][A-Za-z]+)"', source))
    allowed = {
        action for one in member_account.rights("TargetRole", member_account.EVERYTHING)["Statement"]
        for action in guardrails.listed(one["Action"])
    }  # fmt: skip
    assert allowed == asked


def test_the_broker_lists_the_nodes_that_the_role_may_start_sessions_on() -> None:
    source = (ROOT / "Sources" / "SessionCore" / "Access" / "NodeAccess.swift").read_text()
    named = re.search(r'enrolment = \(key: "(\w+)", value: "(\w+)"\)', source)
    assert named is not None
    (start,) = (one for one in member_account.rights("TargetRole")["Statement"] if one["Sid"] == "StartOnEnrolledNodes")
    assert start["Condition"]["StringEquals"] == {f"ssm:resourceTag/{named[1]}": named[2]}


def test_options_add_one_statement_each_and_nothing_when_empty() -> None:
    plain = {one["Sid"] for one in member_account.rights("TargetRole")["Statement"]}
    full = {one["Sid"]: one for one in member_account.rights("TargetRole", member_account.EVERYTHING)["Statement"]}
    assert set(full) - plain == {"ProveAdmittedRoles", "EncryptSessions"}
    assert full["ProveAdmittedRoles"]["Resource"] == [member_account.ADMITTED]
    assert full["EncryptSessions"]["Resource"] == [member_account.KEY]


def test_the_roles_fit_iams_limits() -> None:
    # Source: IAM User Guide, "IAM and AWS STS quotas": trust 2,048 characters by default, inline policies 10,240 together.
    for name in ("TargetRole", "EnforcerRole"):
        role = member_account.role(name, member_account.EVERYTHING, AWS_Partition="aws-us-gov")
        assert len(minified(role["AssumeRolePolicyDocument"])) <= 2048
        assert sum(len(minified(one["PolicyDocument"])) for one in role["Policies"]) <= 10_240


def test_no_right_is_over_every_resource_but_those_that_have_none() -> None:
    lists = {"ssm:DescribeSessions", "ssm:GetConnectionStatus", "ssm:DescribeInstanceInformation", "ssm:ListDocuments",
             "ec2:DescribeInstances"}  # fmt: skip
    for name in ("TargetRole", "EnforcerRole"):
        for one in member_account.rights(name, member_account.EVERYTHING)["Statement"]:
            if "*" in guardrails.listed(one["Resource"]):
                assert set(guardrails.listed(one["Action"])) <= lists


def test_other_partitions_get_arns_of_their_own() -> None:
    text = minified(member_account.role("TargetRole", AWS_Partition="aws-cn"))
    assert "arn:aws-cn:" in text and not re.search(r"arn:aws:", text)
