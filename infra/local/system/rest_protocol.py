"""The REST protocol with JSON, which Lambda speaks: what is asked stands in the path, the query, headers and the body."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.model import OperationModel, ServiceModel

from .errors import AWSError, NotEmulated
from .wire import Request, Response


def operation_name(service: ServiceModel, request: Request) -> str:
    """The operation whose method and path these are; raises when there is none."""
    for name in service.operation_names:
        if _path_members(service.operation_model(name), request) is not None:
            return name
    raise AWSError("UnknownOperationException", "", 404)


def parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    """The request's members, not yet judged."""
    shape = operation.input_shape
    path = _path_members(operation, request) or {}
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        value = {"uri": path.get(wire), "querystring": query.pop(wire, None), "header": request.header(wire)}.get(place or "")
        if value is not None:
            found[name] = value
    if query:
        raise AWSError("ValidationException", f"Unknown parameter {sorted(query)[0]}")
    payload = shape.serialization.get("payload")
    if payload is None or shape.members[payload].type_name != "blob":
        raise NotEmulated(f"{operation.name}: a body that is not one member's bytes")
    if request.body:
        found[payload] = request.body.decode("utf-8", "replace")
    return found


def render_error(error: AWSError, request_id: str) -> Response:
    """A refusal: its code in a header, its words in the body."""
    body = {"Type": "User" if error.status < 500 else "Service", "Message": error.message}
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": request_id,
        "x-amzn-ErrorType": error.code,
    }
    return Response(error.status, json.dumps(body).encode(), headers)


def _path_members(operation: OperationModel, request: Request) -> dict[str, str] | None:
    if operation.http["method"] != request.method:
        return None
    template = re.escape(operation.http["requestUri"].partition("?")[0])
    found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", template), request.path)
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else None
