"""CloudFormation's side of a custom resource: it sends the event, waits for the answer and holds it to the rules.

Sources: CloudFormation User Guide, "Custom resource request reference", "Custom resource response reference"; what S3 does
with a presigned PUT: Amazon S3 User Guide, "Uploading objects with presigned URLs".
"""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .places import CUSTOM_RESOURCE_ALIAS, ENFORCER_ARN, REGION
from .wire import LoopbackServer, Request, Response

SERVICE_TOKEN = f"{ENFORCER_ARN}:{CUSTOM_RESOURCE_ALIAS}"
ANSWER_LIMIT = 4096
_MEMBERS = {"Status", "Reason", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId", "NoEcho", "Data"}


@dataclass
class Pending:
    """One event that is waiting for its answer."""

    event: dict[str, Any]
    answer: dict[str, Any] | None = None
    answered: threading.Event = field(default_factory=threading.Event)
    answers: int = 0


@dataclass(frozen=True)
class Outcome:
    """What CloudFormation made of an answer, or of none."""

    status: str
    """``SUCCESS``, ``FAILED`` or ``TIMEOUT``."""
    reason: str
    physical_id: str | None


class CloudFormation:
    """Takes answers as CloudFormation's bucket does, until closed."""

    def __init__(self, leave: Callable[[dict[str, Any], str], None]) -> None:
        self._leave = leave
        self._lock = threading.Lock()
        self._pending: dict[str, Pending] = {}
        self.broken_rules: list[str] = []
        """What was wrong with answers so far; a test wants none."""
        self.refuse_with: list[int] = []
        """Statuses that the next answers get from S3 instead of being taken."""
        self._server = LoopbackServer(self._handle, name="custom resource answers")

    @property
    def url(self) -> str:
        """Where answers go; the enforcer is told of it."""
        return self._server.url

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    def stack(self, account: str, region: str = REGION, name: str = "ssm-broker-member") -> Stack:
        """A stack with one custom resource, not yet created."""
        return Stack(self, account, region, name)

    def send(self, event: dict[str, Any], seconds: float) -> Pending:
        """Sends an event through the service token and waits for the answer."""
        key = quote(f"{event['StackId']}|{event['LogicalResourceId']}|{event['RequestId']}", safe="")
        target = f"/{key}?AWSAccessKeyId=ASIALOCAL&Expires=2000000000&Signature={secrets.token_hex(14)}"
        pending = Pending(event)
        with self._lock:
            self._pending[target] = pending
        self._leave({**event, "ResponseURL": f"{self.url}{target}"}, CUSTOM_RESOURCE_ALIAS)
        pending.answered.wait(seconds)
        return pending

    def _handle(self, request: Request) -> Response:
        target = f"{request.path}?{request.query}"
        with self._lock:
            pending = self._pending.get(target)
            if pending is not None and self.refuse_with:
                return Response(self.refuse_with.pop(0))
        # The signature covers method, path, an empty content type and the expiry.
        if request.method != "PUT" or pending is None or request.header("Content-Type"):
            self._note(f"S3: SignatureDoesNotMatch ({request.method}, {request.header('Content-Type')!r})")
            return Response(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if request.header("Content-Length") is None:
            self._note("S3: MissingContentLength")
            return Response(411, b"<Error><Code>MissingContentLength</Code></Error>")
        answer, broken = judge(request.body, pending.event)
        for rule in broken:
            self._note(rule)
        with self._lock:
            pending.answers += 1
            # CloudFormation reads the first object; one that breaks a rule it does not take for an answer.
            if answer is not None and not broken and pending.answer is None:
                pending.answer = answer
                pending.answered.set()
        return Response(200)

    def _note(self, rule: str) -> None:
        with self._lock:
            self.broken_rules.append(rule)


def judge(body: bytes, event: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """The answer, and every rule that it breaks."""
    broken = [f"the answer has {len(body)} bytes"] if len(body) > ANSWER_LIMIT else []
    try:
        answer = json.loads(body)
    except ValueError:
        return None, [*broken, "the answer is no JSON"]
    broken += [f"{name} is not repeated" for name in ("StackId", "RequestId", "LogicalResourceId")
               if answer.get(name) != event[name]]  # fmt: skip
    broken += [f"{name} is no member of an answer" for name in sorted(set(answer) - _MEMBERS)]
    if answer.get("Status") not in ("SUCCESS", "FAILED"):
        broken.append(f"Status is {answer.get('Status')!r}")
    if answer.get("Status") == "FAILED" and not answer.get("Reason"):
        broken.append("a failure without a Reason")
    physical = answer.get("PhysicalResourceId")
    if not isinstance(physical, str) or not 1 <= len(physical.encode()) <= 1024:
        broken.append("PhysicalResourceId has not 1 to 1024 bytes")
    if event["RequestType"] == "Delete" and physical != event["PhysicalResourceId"]:
        broken.append("a Delete that answers for another resource")
    return answer, broken


class Stack:
    """One stack's custom resource, through its life."""

    def __init__(self, cloudformation: CloudFormation, account: str, region: str, name: str) -> None:
        self._cloudformation = cloudformation
        self.id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
        self.account = account
        self.physical_id: str | None = None
        self._properties: dict[str, str] = {}

    def create(self, seconds: float = 30, **properties: str) -> Outcome:
        """Creates the resource; after a failure the stack rolls back, which deletes it."""
        self._properties = properties
        outcome = self._send("Create", seconds)
        self.physical_id = outcome.physical_id or f"{self.id.rsplit('/', 2)[1]}-SessionDocuments-{secrets.token_hex(6)}"
        if outcome.status != "SUCCESS":
            rolled_back = self.delete(seconds)
            assert rolled_back.status == "SUCCESS", f"the stack is stuck in ROLLBACK_FAILED: {rolled_back}"
        return outcome

    def update(self, seconds: float = 30, **properties: str) -> Outcome:
        """Changes its properties; another id in the answer is a replacement, and the one before is deleted."""
        before, self._properties = self._properties, properties
        outcome = self._send("Update", seconds, OldResourceProperties=self._stated(before))
        if outcome.status == "SUCCESS" and outcome.physical_id != self.physical_id:
            self.delete(seconds)
            self.physical_id = outcome.physical_id
        return outcome

    def delete(self, seconds: float = 30) -> Outcome:
        """Deletes the resource."""
        return self._send("Delete", seconds)

    def event(self, kind: str, **members: Any) -> dict[str, Any]:
        """The event without its ResponseURL. Every scalar property is text, as CloudFormation makes it."""
        event = {
            "RequestType": kind,
            "RequestId": str(uuid.uuid4()),
            "StackId": self.id,
            "ResourceType": "Custom::SessionDocuments",
            "LogicalResourceId": "SessionDocuments",
            "ServiceToken": SERVICE_TOKEN,
            "ResourceProperties": self._stated(self._properties),
            **members,
        }
        return event if kind == "Create" else {**event, "PhysicalResourceId": self.physical_id}

    def _stated(self, properties: dict[str, str]) -> dict[str, str]:
        return {"ServiceToken": SERVICE_TOKEN, **properties}

    def _send(self, kind: str, seconds: float, **members: Any) -> Outcome:
        pending = self._cloudformation.send(self.event(kind, **members), seconds)
        if pending.answer is None:
            return Outcome("TIMEOUT", "CloudFormation did not receive a response from your Custom Resource.", None)
        answer = pending.answer
        return Outcome(answer["Status"], answer.get("Reason", ""), answer["PhysicalResourceId"])
