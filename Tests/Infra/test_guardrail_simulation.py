"""Who may do what under the service control policies: every statement from both sides, look-alikes included."""

from __future__ import annotations

from dataclasses import dataclass

import audit_log_cases
import broker_code_cases
import guardrail_cases
import guardrails
import pytest
from guardrail_cases import Case
from organization import MANAGEMENT_ACCOUNT, Caller, Question, ask

CASES = [*guardrail_cases.CASES, *audit_log_cases.CASES, *broker_code_cases.CASES]


def attached(names: tuple[str, ...], landscape: guardrails.Landscape = guardrails.Landscape()) -> list[str]:
    return [guardrails.rendered(name, landscape) for name in names]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_the_guardrails_answer(case: Case) -> None:
    answer = ask(case.caller, case.question, attached(case.attached))
    assert (answer.is_allowed, answer.denied_by) == (case.denied_by is None, case.denied_by or "")


def test_every_statement_is_seen_to_deny() -> None:
    denied = {case.denied_by for case in CASES}
    for name in guardrails.names():
        for statement in guardrails.statements(name):
            assert statement["Sid"] in denied, f"no case is denied by {statement['Sid']}"


@dataclass(frozen=True)
class Elsewhere:
    """A landscape with other names."""

    landscape: guardrails.Landscape
    principal: str
    is_allowed: bool


@pytest.mark.parametrize(
    "elsewhere",
    [
        Elsewhere(guardrails.Landscape("aws-cn"), "role/ssm-broker/SSMBrokerEnforcer", True),
        Elsewhere(guardrails.Landscape("aws-cn"), "role/Admin", False),
        Elsewhere(guardrails.Landscape(accelerator_prefix="Lza"), "role/Lza-SecurityResourcesSt-CustomSessionManagerL-1", True),
        Elsewhere(guardrails.Landscape(accelerator_prefix="Lza"), "role/AWSAccelerator-SecurityRe-CustomSessionManagerL-1", False),
    ],
    ids=lambda one: f"{one.landscape.partition} {one.landscape.accelerator_prefix} {one.principal}",
)  # fmt: skip
def test_other_partitions_and_prefixes_are_guarded_alike(elsewhere: Elsewhere) -> None:
    partition = elsewhere.landscape.partition
    caller = Caller(elsewhere.principal, partition=partition)
    document = f"arn:{partition}:ssm:cn-north-1:111122223333:document/SSM-SessionManagerRunShell"
    answer = ask(caller, Question("ssm:UpdateDocument", document), attached(guardrails.EVERYWHERE, elsewhere.landscape))
    assert answer.is_allowed is elsewhere.is_allowed


def test_the_management_account_is_not_guarded_by_any_policy() -> None:
    # Not a wish: what Organizations does. The README says so, and this holds the simulation to it.
    start = Question("ssm:StartSession", f"arn:aws:ec2:eu-west-1:{MANAGEMENT_ACCOUNT}:instance/i-0aaaaaaaaaaaaaaa1")
    assert ask(Caller("role/Admin", MANAGEMENT_ACCOUNT), start, attached(guardrails.EVERYWHERE)).is_allowed
