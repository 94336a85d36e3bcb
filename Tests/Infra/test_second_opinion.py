"""Our evaluator and principalmapper's agree on every question of the tables that both can judge."""

from __future__ import annotations

import json

import audit_log_cases
import broker_code_cases
import broker_stack
import guardrail_cases
import guardrails
import member_account
import pytest
import second_opinion
from guardrail_cases import Case
from organization import Caller, Question
from test_broker_simulation import INVOKE, VISITORS, Visitor
from test_member_roles_simulation import ENFORCER_DEEDS, ENTRIES, PARAMETERS, TARGET, TARGET_DEEDS, Deed, Entry

CASES = [*guardrail_cases.CASES, *audit_log_cases.CASES, *broker_code_cases.CASES]
CONTROL = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
NEED_A_VARIABLE = ("ssm:ResumeSession", "ssm:TerminateSession")
"""Allowed by a condition with ``${aws:userid}`` in it, which principalmapper does not expand."""


@pytest.mark.parametrize("case", [one for one in CASES if second_opinion.can_judge(one.caller)], ids=lambda case: case.why)
def test_the_guardrails_are_judged_alike(case: Case) -> None:
    control = [guardrails.rendered(one) for one in case.attached]
    assert second_opinion.is_allowed(case.caller, case.question, control) is (case.denied_by is None)


@pytest.mark.parametrize("entry", [one for one in ENTRIES if second_opinion.can_judge(one.caller)], ids=lambda one: one.why)
def test_the_trust_is_judged_alike(entry: Entry) -> None:
    name = "TargetRole" if entry.role == TARGET else "EnforcerRole"
    trust = json.dumps(member_account.role(name, PARAMETERS)["AssumeRolePolicyDocument"])
    question = Question(entry.action, entry.role, entry.keys)
    assert second_opinion.is_allowed(entry.caller, question, CONTROL, resource=trust) is entry.is_allowed


@pytest.mark.parametrize("visitor", [one for one in VISITORS if second_opinion.can_judge(one.caller)], ids=lambda one: one.why)
def test_the_front_door_is_judged_alike(visitor: Visitor) -> None:
    policy = json.dumps(broker_stack.api_policy(visitor.parameters))
    assert second_opinion.is_allowed(visitor.caller, INVOKE, [], resource=policy) is visitor.is_admitted


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        *(("TargetRole", deed) for deed in TARGET_DEEDS if deed.action not in NEED_A_VARIABLE),
        *(("EnforcerRole", deed) for deed in ENFORCER_DEEDS),
    ],
    ids=lambda one: getattr(one, "why", one),
)
def test_the_roles_are_judged_alike(name: str, deed: Deed) -> None:
    principal = {"TargetRole": "role/ssm-broker/SSMBrokerTarget", "EnforcerRole": "role/ssm-broker/SSMBrokerEnforcer"}[name]
    rights = json.dumps(member_account.rights(name, PARAMETERS))
    question = Question(deed.action, deed.resource, deed.keys)
    assert second_opinion.is_allowed(Caller(principal, session="x"), question, CONTROL, [rights]) is deed.is_allowed
