"""The query protocol as EC2 speaks it: numbered names without ``member`` in, XML without a ``Result`` element out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel, ServiceModel, Shape

from .errors import AWSError, invalid
from .wire import Response

_CODES = {
    "AccessDeniedException": ("UnauthorizedOperation", 403),
    "ExpiredTokenException": ("RequestExpired", 400),
    "InvalidSignatureException": ("AuthFailure", 401),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "SerializationException": ("MalformedQueryString", 400),
    "ThrottlingException": ("RequestLimitExceeded", 503),
    "UnknownOperationException": ("InvalidAction", 400),
    "UnrecognizedClientException": ("AuthFailure", 401),
    "ValidationException": ("InvalidParameterValue", 400),
}
"""JSON error code to EC2's code and status. Source: EC2 API Reference, "Error codes for the Amazon EC2 API"."""


def members(shape: Shape, tree: Any) -> Any:
    """A request's members, from names taken apart at their dots; unknown ones stay as they are, for the judge to refuse."""
    kind = shape.type_name
    if kind == "structure" and isinstance(tree, dict):
        known = {_asked(name, member): name for name, member in shape.members.items()}
        return {known.get(name, name): members(shape.members[known[name]], child) if name in known else child
                for name, child in tree.items()}  # fmt: skip
    if kind == "list" and isinstance(tree, dict):
        if sorted(tree) != sorted(str(number) for number in range(1, len(tree) + 1)):
            raise invalid("List members must be numbered from 1 without gaps")
        return [members(shape.member, tree[str(number)]) for number in range(1, len(tree) + 1)]
    if kind == "integer" and isinstance(tree, str):
        if not tree.isdigit():
            raise AWSError("SerializationException", f"'{tree}' is not a number")
        return int(tree)
    return tree


def _asked(name: str, member: Shape) -> str:
    """How a member is called in a request: its own query name, else its name with a capital."""
    spelt = member.serialization.get("queryName") or member.serialization.get("name") or name
    return spelt[:1].upper() + spelt[1:]


def render(operation: OperationModel, reply: Mapping[str, Any], request_id: str) -> Response:
    """A reply as EC2 writes it."""
    namespace = operation.service_model.metadata["xmlNamespace"]
    content = _members(operation.output_shape, reply) if operation.output_shape else ""
    return _xml(
        200,
        f'<{operation.name}Response xmlns="{namespace}"><requestId>{request_id}</requestId>{content}</{operation.name}Response>',
        request_id,
    )


def render_error(service: ServiceModel, error: AWSError, request_id: str) -> Response:
    """A refusal as EC2 writes it."""
    code, status = _CODES.get(error.code, (error.code, error.status))
    return _xml(
        status,
        f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(error.message)}</Message></Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>",
        request_id,
    )


def _members(shape: Shape, value: Mapping[str, Any]) -> str:
    return "".join(
        _element(shape.members[name], shape.members[name].serialization.get("name", name), member)
        for name, member in value.items()
        if member is not None
    )


def _element(shape: Shape, name: str, value: Any) -> str:
    if shape.type_name == "structure":
        text = _members(shape, value)
    elif shape.type_name == "list":
        text = "".join(_element(shape.member, shape.member.serialization.get("name", "item"), item) for item in value)
    elif isinstance(value, datetime):
        text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"


def _xml(status: int, body: str, request_id: str) -> Response:
    return Response(status, body.encode(), {"Content-Type": "text/xml;charset=UTF-8", "x-amzn-RequestId": request_id})
