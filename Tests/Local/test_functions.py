"""Lambda's Invoke: who may, waited for or left an event, failures and retries."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_world import World
from botocore.exceptions import ClientError
from system.lambda_function import LambdaFunction
from system.places import ENFORCER_ARN

FUNCTION = [sys.executable, str(Path(__file__).with_name("fake_runtime.py"))]


@pytest.fixture
def function(world: World, tmp_path: Path) -> Iterator[LambdaFunction]:
    made = LambdaFunction(
        FUNCTION, {"PATH": "/usr/bin:/bin"}, tmp_path / "log", gateway_seconds=20, function_seconds=15, arn=ENFORCER_ARN
    )
    world.aws.functions.functions[ENFORCER_ARN] = made
    yield made
    made.close()


def mode(name: str) -> bytes:
    return json.dumps({"queryStringParameters": {"mode": name}}).encode()


def test_whoever_may_runs_it_and_reads_its_answer(world: World, function: LambdaFunction) -> None:
    reply = world.client("lambda", world.broker).invoke(FunctionName=ENFORCER_ARN, Payload=mode("echo"))
    told = json.loads(json.loads(reply["Payload"].read())["body"])
    assert told["arn"] == ENFORCER_ARN
    assert told["event"] == json.loads(mode("echo"))
    assert "FunctionError" not in reply


@pytest.mark.parametrize(("name", "error"), [("error", "Broken"), ("die", "Runtime.ExitError")])
def test_its_failure_is_a_good_answer_with_a_mark(
    world: World, function: LambdaFunction, name: str, error: str
) -> None:
    reply = world.client("lambda", world.broker).invoke(FunctionName="ssm-broker-enforcer", Payload=mode(name))
    assert (reply["StatusCode"], reply["FunctionError"]) == (200, "Unhandled")
    assert json.loads(reply["Payload"].read())["errorType"] == error


def test_the_alias_for_cloudformation_is_not_the_brokers(world: World, function: LambdaFunction) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("lambda", world.broker).invoke(FunctionName=f"{ENFORCER_ARN}:custom-resource", Payload=b"{}")


def test_there_is_no_other_function(world: World) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        world.client("lambda", world.broker).invoke(FunctionName=ENFORCER_ARN, Payload=b"{}")


def test_what_is_no_json_is_refused(world: World, function: LambdaFunction) -> None:
    with pytest.raises(ClientError, match="InvalidRequestContent"):
        world.client("lambda", world.broker).invoke(FunctionName=ENFORCER_ARN, Payload=b"{")


def test_an_event_that_is_left_is_run_later(world: World, function: LambdaFunction) -> None:
    client = world.client("lambda", world.broker)
    reply = client.invoke(FunctionName=ENFORCER_ARN, InvocationType="Event", Payload=mode("echo"))
    assert (reply["StatusCode"], reply["Payload"].read()) == (202, b"")
    assert function.left.settle(20)
    ((event, _),) = function.left.done
    assert event == json.loads(mode("echo"))


def test_an_event_whose_run_fails_is_tried_three_times_in_all(world: World, function: LambdaFunction) -> None:
    function.leave(json.loads(mode("error")), "custom-resource")
    assert function.left.settle(20)
    (abandoned,) = function.left.abandoned
    assert len(abandoned.reasons) == 3
