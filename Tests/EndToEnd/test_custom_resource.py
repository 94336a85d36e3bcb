"""CloudFormation and the real enforcer: every event that is CloudFormation's own is answered by its rules, no other is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import enforcer_world as world
import pytest

from system import cast, faults
from system.invocation_failures import InvocationFailed
from system.local_system import LocalSystem, Settings
from system.places import CUSTOM_RESOURCE_ALIAS

SECONDS = 16
SETTINGS = Settings(enforcer=True, enforcer_seconds=SECONDS)
ID = f"ssm-broker/{cast.FIRST_ACCOUNT}"


@pytest.fixture(autouse=True)
def rules(system: LocalSystem) -> Iterator[None]:
    """No test may leave an answer that broke a rule."""
    yield
    assert system.enforcer.settle()
    assert system.enforcer.cloudformation.broken_rules == []


def test_a_new_accounts_stack_is_done_when_its_documents_are_there(system: LocalSystem) -> None:
    world.put_away([cast.FIRST_ACCOUNT])
    stack = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT)
    # Properties are whatever the template's author likes: none of them is read.
    outcome = stack.create(RunAsDefaultUser="root", Account=cast.SECOND_ACCOUNT, Profile="x" * 2000)
    assert (outcome.status, outcome.physical_id) == ("SUCCESS", ID), outcome
    assert world.run_as(cast.FIRST_ACCOUNT) == "dbadmin"


def test_update_and_delete_succeed_under_the_same_id_and_the_documents_stay(system: LocalSystem) -> None:
    stack = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT)
    stack.create()
    world.put_away([cast.FIRST_ACCOUNT])
    assert stack.update(ConfigRevision="2").physical_id == ID
    before = world.names(cast.FIRST_ACCOUNT)
    assert before
    outcome = stack.delete()
    assert (outcome.status, outcome.physical_id) == ("SUCCESS", ID)
    assert world.names(cast.FIRST_ACCOUNT) == before


def test_an_unknown_id_is_replaced_and_its_delete_succeeds(system: LocalSystem) -> None:
    stack = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT)
    stack.physical_id = "made-by-an-earlier-provider"
    assert stack.update().status == "SUCCESS"
    assert stack.physical_id == ID


def test_an_account_of_nobody_fails_with_a_reason(system: LocalSystem) -> None:
    outcome = system.enforcer.cloudformation.stack("123456789012").create()
    assert (outcome.status, outcome.reason) == (
        "FAILED", "Account 123456789012 is none that the broker's deployment looks after.")  # fmt: skip


def test_a_role_that_is_taken_away_fails_with_the_reason_and_in_time(system: LocalSystem) -> None:
    # As when a stack forgets DependsOn, or somebody has deleted the role.
    role = f"arn:aws:iam::{cast.SECOND_ACCOUNT}:role/ssm-broker/SSMBrokerEnforcer"
    with world.without_role(role):
        outcome = system.enforcer.cloudformation.stack(cast.SECOND_ACCOUNT).create()
    assert outcome.status == "FAILED"
    assert "1" in outcome.reason, outcome.reason


@pytest.mark.parametrize(
    "url",
    [
        "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/k?Signature=s",
        "https://cloudformation-custom-resource-response-evil.s3.eu-west-1.amazonaws.com/k",
        "{own}@evil.example/k",
        "{own}0/k",
        "http://127.0.0.1:1/k",
        "http://localhost:{port}/k",
        "",
    ],
)
def test_nobody_elses_address_is_written_to(system: LocalSystem, url: str) -> None:
    own = system.enforcer.cloudformation.url
    given = url.format(own=own, port=own.rpartition(":")[2])
    event = {**system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).event("Create"), "ResponseURL": given}
    since = len(system.trail)
    with pytest.raises(InvocationFailed, match="Event"):
        system.enforcer.ask(event, CUSTOM_RESOURCE_ALIAS)
    assert system.trail[since:] == [], "something was done for an event that is nobody's"


def test_the_function_itself_takes_no_custom_resource(system: LocalSystem) -> None:
    event = {**system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).event("Create"), "ResponseURL": "x"}
    for alias in (None, "live"):
        with pytest.raises(InvocationFailed, match="Event.NotThroughFrontDoor"):
            system.enforcer.ask(event, alias)


@pytest.mark.parametrize(
    "event",
    [
        {"trigger": "publication"},
        {"trigger": "converge", "account": cast.FIRST_ACCOUNT, "region": cast.REGION, "permissionSet": "DatabaseAdmin"},
        {},
    ],
)
def test_the_alias_takes_nothing_else(system: LocalSystem, event: dict[str, Any]) -> None:
    since = len(system.trail)
    with pytest.raises(InvocationFailed, match="Event"):
        system.enforcer.ask(event, CUSTOM_RESOURCE_ALIAS)
    assert system.trail[since:] == []


def test_a_crash_is_made_up_for_by_lambdas_second_try(system: LocalSystem) -> None:
    world.put_away([cast.FIRST_ACCOUNT])
    fault = system.faults.after("CreateDocument", lambda: kill_all(system))
    outcome = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).create()
    assert fault.struck == 1
    assert outcome.status == "SUCCESS", outcome
    assert world.run_as(cast.FIRST_ACCOUNT) == "dbadmin"


def test_work_that_is_not_done_in_time_is_answered_before_lambda_ends_it(system: LocalSystem) -> None:
    fault = system.faults.before("DescribeAccount", faults.delay(SECONDS))
    begun = time.monotonic()
    outcome = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).create(seconds=SECONDS)
    assert fault.struck == 1
    assert (outcome.status, time.monotonic() - begun < SECONDS - 4) == ("FAILED", True), outcome
    assert outcome.reason


def test_a_process_that_hangs_is_ended_by_lambda_and_the_second_try_answers(system: LocalSystem) -> None:
    fault = system.faults.before("DescribeAccount", lambda: signal_all(system, signal.SIGSTOP))
    outcome = system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).create(seconds=3 * SECONDS)
    assert fault.struck == 1
    assert outcome.status == "SUCCESS", outcome


def test_an_answer_that_s3_refuses_for_a_while_arrives(system: LocalSystem) -> None:
    system.enforcer.cloudformation.refuse_with += [503, 500]
    assert system.enforcer.cloudformation.stack(cast.FIRST_ACCOUNT).create().status == "SUCCESS"
    assert system.enforcer.cloudformation.refuse_with == []


def kill_all(system: LocalSystem) -> None:
    """SIGKILL to every process of the enforcer, and no answer to the one that asked."""
    signal_all(system, signal.SIGKILL)
    faults.drop()


def signal_all(system: LocalSystem, number: signal.Signals) -> None:
    """A signal to every process of the enforcer."""
    for instance in system.enforcer.function._all:
        assert instance._process is not None
        os.kill(instance._process.pid, number)
