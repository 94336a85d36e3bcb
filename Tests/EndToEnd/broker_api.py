"""Calls of the broker's API, signed with botocore's own signer as a person of the cast."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from system.cast import REGION
from system.local_system import LocalSystem
from system.principals import SessionCredentials

PATIENCE_SECONDS = 35
"""More than the front door's own 29."""


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    media_type: str
    text: str = field(repr=False)
    request_id: str | None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """A problem's code; ``None`` for any other answer."""
        return self.body.get("code") if self.media_type == "application/problem+json" else None


def opening(node: str, /, **members: Any) -> dict[str, Any]:
    """A body of POST /v1/sessions, with a request id of its own; `members` add to it or replace."""
    return {
        "requestId": str(uuid.uuid4()),
        "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": "shell",
        "node": node,
        "region": REGION,
        **members,
    }


class BrokerAPI:
    """One method for each thing the tests do often, and `call` for the rest."""

    def __init__(self, system: LocalSystem) -> None:
        self._system = system

    def call(self, person: str, method: str, path: str, body: object = None) -> Answer:
        """Signs as `person` and sends. A body of bytes goes as it is, another as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = self.signed(self._system.aws.credentials_of(person), method, path, data)
        return self.send(method, path, headers, data)

    def open(self, person: str, node: str, /, **members: Any) -> Answer:
        """POST /v1/sessions."""
        return self.call(person, "POST", "/v1/sessions", opening(node, **members))

    def end(self, person: str, session: str) -> Answer:
        """DELETE /v1/sessions/{id}."""
        return self.call(person, "DELETE", f"/v1/sessions/{session}")

    def renew(self, person: str, session: str) -> Answer:
        """POST /v1/sessions/{id}/credentials."""
        return self.call(person, "POST", f"/v1/sessions/{session}/credentials", {})

    def signed(
        self, credentials: SessionCredentials, method: str, path: str, data: bytes, region: str = REGION
    ) -> dict[str, str]:
        """The headers of a signed request."""
        request = AWSRequest(method, self._system.url + path, data=data, headers={"Content-Type": "application/json"})
        frozen = Credentials(credentials.access_key, credentials.secret_key, credentials.token)
        service = "lambda" if ".lambda-url." in self._system.url else "execute-api"
        SigV4Auth(frozen, service, region).add_auth(request)
        return dict(request.headers.items())

    def send(self, method: str, path: str, headers: Mapping[str, str], data: bytes = b"") -> Answer:
        """Sends what it is given."""
        url = urlsplit(self._system.url + path)
        connection = http.client.HTTPConnection("127.0.0.1", url.port, timeout=PATIENCE_SECONDS)
        try:
            target = f"{url.path}?{url.query}" if url.query else url.path
            connection.request(method, target, body=data or None, headers={"Host": url.netloc, **headers})
            response = connection.getresponse()
            return Answer(
                response.status,
                (response.getheader("Content-Type") or "").partition(";")[0],
                response.read().decode(),
                response.getheader("x-amzn-RequestId"),
            )
        finally:
            connection.close()
