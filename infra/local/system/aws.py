"""The AWS endpoint: one loopback address for every service, account and Region of the cast.

Each request: which operation, signature, model, IAM, effect, record. The order is AWS's.
"""

from __future__ import annotations

import socket
import traceback
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from botocore.model import ServiceModel

from . import judge, protocols
from .authorize import Authorizer
from .calls import Call, Operation
from .cloudtrail import CloudTrail
from .errors import AWSError, NotEmulated
from .faults import Faults
from .places import GLOBAL_REGION, REGIONS
from .principals import CredentialStore
from .sigv4 import claimed_service, verify
from .wire import LoopbackServer, Request, Response

_UNCHECKED_OUTPUT = frozenset({"TokenValue"})
"""The model's limit of 300 is shorter than AWS's own tokens."""


def regions_of(service: str) -> tuple[str, ...]:
    """The Regions that a signature for a service may name."""
    return (GLOBAL_REGION,) if service in ("iam", "organizations") else REGIONS


class AWS:
    """Listens until closed."""

    def __init__(
        self,
        operations: Mapping[tuple[str, str], Operation],
        credentials: CredentialStore,
        authorizer: Authorizer,
        trail: CloudTrail,
        faults: Faults,
        now: Callable[[], datetime],
        port: int = 0,
    ) -> None:
        self._operations = operations
        self._services = {service for service, _ in operations}
        self._credentials = credentials
        self._authorizer = authorizer
        self._trail = trail
        self._faults = faults
        self._now = now
        self._server = LoopbackServer(self.handle, port, name="aws", now=now)

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return self._server.url

    @property
    def connections(self) -> frozenset[socket.socket]:
        """The open connections, those among them whose client is gone and whose call is still worked on."""
        return self._server.connections

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    def handle(self, request: Request) -> Response:
        """Answers one request."""
        request_id = str(uuid.uuid4())
        service = claimed_service(request)
        # Without a readable signature there is no service to speak for; SSM's protocol is as good as any.
        spoken = judge.model(service if service in self._services else "ssm")
        try:
            call, operation = self._admit(request, request_id, spoken)
            return self._carry_out(call, operation)
        except AWSError as refusal:
            return protocols.render_error(spoken, refusal, request_id)
        except (NotEmulated, AssertionError) as defect:
            traceback.print_exception(defect)
            failure = AWSError("InternalFailure", f"The AWS stand-in cannot judge this: {defect}", 500)
            return protocols.render_error(spoken, failure, request_id)

    def _admit(self, request: Request, request_id: str, spoken: ServiceModel) -> tuple[Call, Operation]:
        """Who is calling and what for."""
        verified = verify(request, self._credentials, self._services, regions_of, self._now)
        name = protocols.operation_name(spoken, request)
        operation = self._operations.get((verified.service, name))
        if operation is None:
            raise NotEmulated(f"{verified.service}:{name} is not emulated")
        parameters = protocols.parameters(spoken.operation_model(name), request)
        call = Call(
            credentials=verified.credentials,
            service=verified.service,
            operation=name,
            region=verified.region,
            parameters=parameters,
            request=request,
            request_id=request_id,
            time=self._now(),
        )
        return call, operation

    def _carry_out(self, call: Call, operation: Operation) -> Response:
        """Judges, performs and records."""
        modelled = judge.model(call.service).operation_model(call.operation)
        decisions: list[dict[str, str]] = []
        try:
            self._faults.strike(call.operation, "before")
            judge.check_input(modelled, call.parameters)
            self._ask(call, operation, decisions)
            reply = operation.perform(call)
        except AWSError as refusal:
            self._trail.add(call, operation, decisions, None, refusal)
            raise
        if isinstance(reply, Response):
            response, shown = reply, None
        else:
            judge.check_output(modelled, reply, _UNCHECKED_OUTPUT)
            response, shown = protocols.render(modelled, reply, call.request_id), reply
        self._trail.add(call, operation, decisions, shown, None)
        self._faults.strike(call.operation, "after")
        return response

    def _ask(self, call: Call, operation: Operation, decisions: list[dict[str, str]]) -> None:
        """Puts the operation's questions to IAM; raises the first denial when no alternative is allowed."""
        caller = call.credentials.session
        denial: AWSError | None = None
        for alternative in operation.checks(call):
            refused: AWSError | None = None
            for check in alternative:
                verdict = self._authorizer.judge(caller, check, call.region)
                decisions.append({
                    "action": check.action,
                    "resource": check.resource,
                    "effect": "allow" if verdict.is_allowed else verdict.decision.effect,
                    "by": verdict.layer,
                    "sid": verdict.decision.sid,
                })  # fmt: skip
                if not verdict.is_allowed:
                    refused = verdict.refusal(caller, check)
                    break
            if refused is None:
                return
            denial = denial or refused
        if denial is not None:
            raise denial
