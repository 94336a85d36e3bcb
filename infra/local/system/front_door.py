"""API Gateway's part: verify, admit, hand to the function, answer. Refusals are problems (RFC 9457) with a code."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from . import events
from .authorize import Authorizer
from .calls import Check
from .errors import AWSError
from .invocation_failures import InvocationFailed, InvocationTimedOut
from .places import API_ID, BROKER_ACCOUNT, FUNCTION_ARN, ORGANIZATION, REGION, STAGE, URL_ID
from .policy.decide import Asker, decide
from .policy.document import Policy
from .principals import CredentialStore, RoleSession, SessionCredentials
from .routes import Routes
from .sigv4 import DateOutOfRange, is_signed, verify
from .wire import LoopbackServer, Request, Response

Kind = Literal["rest", "url"]
SIGN_IN_AGAIN = "Sign in again, then retry."

RESOURCE_POLICY = """{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
    "Condition": {
      "StringEquals": {"aws:PrincipalOrgID": "ORGANIZATION"},
      "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_*"}
    }
  }]
}""".replace("ORGANIZATION", ORGANIZATION)
"""What the real API carries. Off unless asked for, so that the broker's own role proof is put to the test."""


@dataclass(frozen=True)
class Problem(Exception):
    """A refusal by the front door itself."""

    status: int
    code: str
    title: str
    detail: str
    next: str

    def response(self, request_id: str) -> Response:
        """The problem document."""
        members = {
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "next": self.next,
            "requestId": request_id,
        }
        return Response.json(self.status, members, "application/problem+json", x_amzn_RequestId=request_id)


class FrontDoor:
    """Listens until closed. `kind` says which of AWS's two doors it is."""

    def __init__(
        self,
        invoke: Callable[[dict[str, Any], str], bytes],
        routes: Routes,
        credentials: CredentialStore,
        authorizer: Authorizer,
        now: Callable[[], datetime],
        kind: Kind = "rest",
        resource_policy: Policy | None = None,
        port: int = 0,
    ) -> None:
        self._invoke = invoke
        self._routes = routes
        self._credentials = credentials
        self._authorizer = authorizer
        self._now = now
        self._kind = kind
        self._resource_policy = resource_policy
        self._server = LoopbackServer(self.handle, port, name="front door", now=now)

    @property
    def url(self) -> str:
        """Where the API's paths begin. Function URLs are told apart by their host, so theirs is a name on loopback."""
        if self._kind == "url":
            return f"http://{URL_ID}.lambda-url.{REGION}.localhost:{self._server.port}"
        return f"{self._server.url}/{STAGE}"

    @property
    def identifier(self) -> str:
        """What the broker is told to accept: ``rest:<api id>`` or ``url:<url id>``."""
        return f"rest:{API_ID}" if self._kind == "rest" else f"url:{URL_ID}"

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    def handle(self, request: Request) -> Response:
        """Answers one request."""
        request_id = str(uuid.uuid4())
        try:
            event = self._rest(request, request_id) if self._kind == "rest" else self._url(request, request_id)
            response = events.proxy_response(self._invoke(event, request_id))
        except Problem as problem:
            return problem.response(request_id)
        except InvocationTimedOut:
            return Problem(504, "INTEGRATION_TIMEOUT", "Endpoint request timed out", "The broker did not answer in time.",
                           "Ask for your sessions before you try again.").response(request_id)  # fmt: skip
        except (InvocationFailed, events.MalformedReply):
            return Problem(502, "INTEGRATION_FAILED", "Internal server error", "The broker failed.",
                           "Give your administrator the request id.").response(request_id)  # fmt: skip
        return Response(response.status, response.body, {**response.headers, "x-amzn-RequestId": request_id})

    def _rest(self, request: Request, request_id: str) -> dict[str, Any]:
        path = request.path.removeprefix(f"/{STAGE}")
        found = self._routes.find(request.method, path) if request.path.startswith(f"/{STAGE}/") else None
        if found is None or not is_signed(request):
            # API Gateway gives one answer to both: it does not say which paths exist.
            raise Problem(403, "NOT_SIGNED", "Missing Authentication Token",
                          "The request is not signed, or there is no such method and path.",
                          "Sign the request with the credentials of your permission set.")  # fmt: skip
        route, parameters = found
        caller = self._caller(request, "execute-api")
        resource = f"arn:aws:execute-api:{REGION}:{BROKER_ACCOUNT}:{API_ID}/{STAGE}/{request.method}{path}"
        self._admit(caller.session, Check("execute-api:Invoke", resource))
        return events.rest_event(request, path, route, parameters, caller, request_id, self._now())

    def _url(self, request: Request, request_id: str) -> dict[str, Any]:
        if not is_signed(request):
            raise Problem(403, "NOT_SIGNED", "Forbidden", "The request is not signed.",
                          "Sign the request with the credentials of your permission set.")  # fmt: skip
        caller = self._caller(request, "lambda")
        self._admit(caller.session, Check("lambda:InvokeFunctionUrl", FUNCTION_ARN))
        return events.url_event(request, caller, request_id, self._now())

    def _caller(self, request: Request, service: str) -> SessionCredentials:
        try:
            return verify(request, self._credentials, {service}, lambda _: (REGION,), self._now).credentials
        except DateOutOfRange as error:
            raise Problem(403, "CREDENTIALS_EXPIRED", "Signature out of date", error.message,
                          "Set this machine's clock, then retry.") from error  # fmt: skip
        except AWSError as error:
            if error.code in ("ExpiredTokenException", "UnrecognizedClientException"):
                raise Problem(403, "CREDENTIALS_EXPIRED", "Credentials expired or unknown", error.message,
                              SIGN_IN_AGAIN) from error  # fmt: skip
            raise Problem(403, "SIGNATURE_INVALID", "Signature invalid", error.message,
                          "Check SSM_BROKER_URL and SSM_BROKER_REGION.") from error  # fmt: skip

    def _admit(self, caller: RoleSession, check: Check) -> None:
        """The identity policy and, for a caller of another account, the resource policy must both allow."""
        verdict = self._authorizer.judge(caller, check, REGION)
        is_admitted = verdict.is_allowed
        if is_admitted and self._resource_policy is not None:
            keys = self._authorizer.keys(caller, check, REGION)
            asker = Asker(caller.account, caller.role_arn, caller.arn)
            is_admitted = decide([self._resource_policy], check.action, check.resource, keys, asker).allows
        if not is_admitted:
            raise Problem(403, "FRONT_DOOR_DENIED", "Forbidden",
                          f"User: {caller.arn} is not authorized to access this resource.",
                          "Sign in with a permission set that may call the broker.")  # fmt: skip
