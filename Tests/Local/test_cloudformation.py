"""The stand-in for CloudFormation holds answers to its rules: only a right one counts, and a stack without one times out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3
from system.cloudformation import CloudFormation, judge

HTTP = urllib3.PoolManager(retries=False)
Event = dict[str, Any]


def right(event: Event, **changes: Any) -> bytes:
    """An answer that keeps every rule, but for the changes."""
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    own = {"Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "r-1")}
    return json.dumps({**answer, **own, **changes}).encode()


class Provider:
    """Answers every event as it is told, from another thread, as a function does."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.statuses: list[int] = []
        self.answer: Callable[[Event], bytes | None] = right
        self.headers: dict[str, str] = {}

    def take(self, event: Event, alias: str) -> None:
        assert alias == "custom-resource"
        self.events.append(event)
        threading.Thread(target=self._send, args=(event,), daemon=True).start()

    def _send(self, event: Event) -> None:
        body = self.answer(event)
        if body is not None:
            self.statuses.append(HTTP.request("PUT", event["ResponseURL"], body=body, headers=self.headers).status)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def cloudformation(provider: Provider) -> Iterator[CloudFormation]:
    up = CloudFormation(provider.take)
    yield up
    up.close()


def test_a_resource_lives_from_create_to_delete_under_one_id(cloudformation: CloudFormation, provider: Provider) -> None:
    stack = cloudformation.stack("111122223333")
    assert stack.create(Profile="standard").status == "SUCCESS"
    assert stack.update(Profile="other").status == "SUCCESS"
    assert stack.delete().status == "SUCCESS"
    assert [one["RequestType"] for one in provider.events] == ["Create", "Update", "Delete"]
    assert "PhysicalResourceId" not in provider.events[0]
    assert [one["PhysicalResourceId"] for one in provider.events[1:]] == ["r-1", "r-1"]
    assert provider.events[1]["OldResourceProperties"]["Profile"] == "standard"
    assert cloudformation.broken_rules == []


def test_another_id_in_an_update_is_a_replacement(cloudformation: CloudFormation, provider: Provider) -> None:
    stack = cloudformation.stack("111122223333")
    stack.create()
    provider.answer = lambda event: right(event) if event["RequestType"] == "Delete" else right(event, PhysicalResourceId="r-2")
    stack.update()
    assert [(one["RequestType"], one.get("PhysicalResourceId")) for one in provider.events[1:]] == [
        ("Update", "r-1"), ("Delete", "r-1")]  # fmt: skip
    assert stack.physical_id == "r-2"


def test_a_failed_create_is_rolled_back_with_a_delete(cloudformation: CloudFormation, provider: Provider) -> None:
    provider.answer = lambda event: right(event) if event["RequestType"] == "Delete" else right(
        event, Status="FAILED", Reason="no")  # fmt: skip
    outcome = cloudformation.stack("111122223333").create()
    assert (outcome.status, outcome.reason) == ("FAILED", "no")
    assert [one["RequestType"] for one in provider.events] == ["Create", "Delete"]


def test_without_an_answer_the_stack_times_out(cloudformation: CloudFormation, provider: Provider) -> None:
    provider.answer = lambda event: right(event) if event["RequestType"] == "Delete" else None
    assert cloudformation.stack("111122223333").create(seconds=0.3).status == "TIMEOUT"


def test_a_content_type_breaks_the_signature(cloudformation: CloudFormation, provider: Provider) -> None:
    stack = cloudformation.stack("111122223333")
    stack.create()
    provider.headers = {"Content-Type": "application/json"}
    assert stack.update(seconds=0.3).status == "TIMEOUT"
    assert provider.statuses[-1] == 403
    assert cloudformation.broken_rules == ["S3: SignatureDoesNotMatch (PUT, 'application/json')"]


def test_an_address_that_was_not_given_out_is_refused(cloudformation: CloudFormation) -> None:
    assert HTTP.request("PUT", f"{cloudformation.url}/x?Signature=1", body=b"{}").status == 403


EVENT = {"RequestType": "Create", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"StackId": "other"}, "StackId is not repeated"),
        ({"RequestId": "other"}, "RequestId is not repeated"),
        ({"LogicalResourceId": None}, "LogicalResourceId is not repeated"),
        ({"Status": "DONE"}, "Status is 'DONE'"),
        ({"Status": "FAILED"}, "a failure without a Reason"),
        ({"PhysicalResourceId": ""}, "PhysicalResourceId has not 1 to 1024 bytes"),
        ({"PhysicalResourceId": "x" * 1025}, "PhysicalResourceId has not 1 to 1024 bytes"),
        ({"Account": "1"}, "Account is no member of an answer"),
        ({"Reason": "x" * 4096}, "the answer has 4220 bytes"),
    ],
)
def test_every_rule_is_held(changes: dict[str, Any], rule: str) -> None:
    assert judge(right(EVENT, **changes), EVENT)[1] == [rule]


def test_what_is_no_json_is_no_answer() -> None:
    assert judge(b"<html>", EVENT) == (None, ["the answer is no JSON"])
