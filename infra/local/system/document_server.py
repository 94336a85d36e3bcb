"""The documents of several accounts and Regions alone, for tests of the enforcer: signature, model, IAM, Organizations.

First line out: {"url", "region"}. Each line in is a command, and its answer is one line out:
{"do": "reset"}                                           new accounts; {"accessKeyId", "secretAccessKey", "sessionToken"} of the
                                                          enforcer's execution role
{"do": "ask", "account", "region", "operation", "parameters"}    somebody else's call, which nobody judges; AWS's answer or
                                                          {"error"}
{"do": "accelerate", "account", "region", "bucket", "keepsRunAs"}    Landing Zone Accelerator writes its preferences
{"do": "writes"}                                          what the enforcer wrote since this was last asked
Ends with its standard input.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from . import accelerator, cast, document_services, moto_services, organization_services, roles
from .authorize import Authorizer
from .aws import AWS
from .clock import Clock
from .cloudtrail import CloudTrail
from .errors import AWSError
from .faults import Faults
from .nodes import Nodes
from .principals import CredentialStore
from .sts import STS


def main(_: list[str]) -> int:
    """Serves until nobody listens."""
    server = DocumentServer()
    _say({"url": server.aws.url, "region": cast.REGION})
    for line in sys.stdin:
        _say(server.answer(json.loads(line)))
    server.aws.close()
    return 0


class DocumentServer:
    """The endpoint, and the door behind it."""

    def __init__(self) -> None:
        self._clock, self._credentials, self._trail = Clock(), CredentialStore(), CloudTrail()
        self._seen = 0
        authorizer = Authorizer(roles.identity_policies, cast.organization_of, self._clock.now)
        operations = {
            **moto_services.OPERATIONS,
            **document_services.OPERATIONS,
            **organization_services.OPERATIONS,
            **STS(self._credentials, authorizer, roles.find).operations(),
        }
        self.aws = AWS(operations, self._credentials, authorizer, self._trail, Faults(), self._clock.now)

    def answer(self, command: dict[str, Any]) -> Any:
        """Does what a line asks for."""
        match command["do"]:
            case "reset":
                cast.enter(Nodes())
                session = cast.enforcer_credentials(self._credentials, self._clock.now)
                return {
                    "accessKeyId": session.access_key,
                    "secretAccessKey": session.secret_key,
                    "sessionToken": session.token,
                }
            case "ask":
                try:
                    return ask(command["account"], command["region"], command["operation"], command["parameters"])
                except AWSError as refusal:
                    return {"error": refusal.code}
            case "accelerate":
                place = (command["account"], command["region"])
                accelerator.write_preferences(
                    lambda operation, parameters: ask(*place, operation, parameters),
                    *place,
                    bucket=command["bucket"],
                    keeps_run_as=command["keepsRunAs"],
                )
                return {}
            case "writes":
                records = self._trail.records[self._seen :]
                self._seen += len(records)
                return [_described(one) for one in records if not one["readOnly"] and "Document" in one["eventName"]]
        raise ValueError(command["do"])


def ask(account: str, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A call straight to moto, by nobody in particular. Raises :class:`AWSError`."""
    host = f"ssm.{region}.amazonaws.com"
    headers = HeadersDict({
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AmazonSSM.{operation}",
        "x-moto-account-id": account,
        "host": host,
    })  # fmt: skip
    body = json.dumps(parameters).encode()
    request = AWSPreparedRequest("POST", f"https://{host}/", headers, body, False)
    status, _, answer = moto_services.RESPONSES["ssm"].dispatch(request, request.url, request.headers)
    text = answer.decode() if isinstance(answer, bytes) else str(answer)
    reply = json.loads(text) if text else {}
    if int(status) >= 400:
        raise AWSError(reply["__type"].rpartition("#")[2], reply.get("message", ""), int(status))
    return reply


def _described(record: dict[str, Any]) -> str:
    return " ".join((record["recipientAccountId"], record["awsRegion"], record["eventName"],
                     record["requestParameters"]["name"]))  # fmt: skip


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
