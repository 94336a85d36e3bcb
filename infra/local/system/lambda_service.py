"""Lambda's Invoke: who may run which function, waited for or left an event.

Source: Lambda API Reference, `Invoke`; Lambda Developer Guide, "Invoking a function asynchronously".
"""

from __future__ import annotations

import json
import re

from .calls import Call, Check, Operation
from .errors import AWSError
from .invocation_failures import InvocationFailed, InvocationTimedOut
from .lambda_function import LambdaFunction
from .wire import Response

_SYNCHRONOUS_LIMIT = 6 * 1024 * 1024
_ASYNCHRONOUS_LIMIT = 1024 * 1024
_NAME = re.compile(
    r"(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<alias>[a-zA-Z0-9-_]+))?"
)


class LambdaService:
    """The functions that were deployed, by their ARN."""

    def __init__(self) -> None:
        self.functions: dict[str, LambdaFunction] = {}

    def operations(self) -> dict[tuple[str, str], Operation]:
        """What is answered here."""
        return {("lambda", "Invoke"): Operation(self._checks, self._invoke, is_data_event=True)}

    def _checks(self, call: Call) -> list[list[Check]]:
        arn, alias = _named(call)
        return [[Check("lambda:InvokeFunction", f"{arn}:{alias}" if alias else arn)]]

    def _invoke(self, call: Call) -> Response:
        arn, alias = _named(call)
        function = self.functions.get(arn)
        if function is None or arn.split(":")[4] != call.account:
            raise AWSError("ResourceNotFoundException", f"Function not found: {arn}", 404)
        kind = call.parameters.get("InvocationType", "RequestResponse")
        text = call.parameters.get("Payload", "{}")
        if len(text.encode()) > (_ASYNCHRONOUS_LIMIT if kind == "Event" else _SYNCHRONOUS_LIMIT):
            raise AWSError("RequestTooLargeException", "The request payload is too large.", 413)
        try:
            event = json.loads(text)
        except ValueError as error:
            raise AWSError("InvalidRequestContentException", "Could not parse request body into json.") from error
        if kind == "Event":
            function.leave(event, alias)
            return Response(202, b"", {"x-amzn-RequestId": call.request_id})
        if kind != "RequestResponse":
            return Response(204, b"", {"x-amzn-RequestId": call.request_id})
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": call.request_id,
                   "X-Amz-Executed-Version": "$LATEST"}  # fmt: skip
        try:
            return Response(200, function.invoke(event, alias=alias), headers)
        except InvocationTimedOut:
            failure = json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"})
        except InvocationFailed as error:
            failure = str(error) if str(error).startswith("{") else json.dumps(
                {"errorType": "Runtime.ExitError", "errorMessage": str(error)})  # fmt: skip
        return Response(200, failure.encode(), {**headers, "X-Amz-Function-Error": "Unhandled"})


def _named(call: Call) -> tuple[str, str | None]:
    """The function's ARN without a qualifier, and the qualifier."""
    match = _NAME.fullmatch(call.parameters["FunctionName"])
    if match is None:
        raise AWSError("ValidationException", "1 validation error detected: Value at 'functionName' is no function.")
    region, account = match["region"] or call.region, match["account"] or call.account
    qualifier = match["alias"] or call.parameters.get("Qualifier")
    return f"arn:aws:lambda:{region}:{account}:function:{match['name']}", qualifier
