"""The wire protocols in use: JSON 1.x (SSM, DynamoDB, KMS, Organizations), query (STS, IAM), and on pages of their own EC2's kind of
query and REST (Lambda).

Both ways: parameters out of a request, a reply or a refusal into a response.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import OperationModel, ServiceModel, Shape

from . import ec2_protocol, rest_protocol
from .errors import AWSError, invalid
from .wire import Request, Response


def operation_name(service: ServiceModel, request: Request) -> str:
    """The operation a request asks for; raises when there is none of that name."""
    if service.metadata["protocol"] == "rest-json":
        return rest_protocol.operation_name(service, request)
    if service.metadata["protocol"] == "json":
        prefix, _, name = (request.header("X-Amz-Target") or "").partition(".")
        if prefix != service.metadata["targetPrefix"] or name not in service.operation_names:
            raise AWSError("UnknownOperationException", "")
        return name
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    name = form.get("Action", "")
    if name not in service.operation_names or form.get("Version") != service.api_version:
        raise AWSError(
            "UnknownOperationException", f"Could not find operation {name} for version {form.get('Version')}"
        )
    return name


def parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    """The request's parameters in the shape of the model, not yet judged."""
    if operation.service_model.metadata["protocol"] == "rest-json":
        return rest_protocol.parameters(operation, request)
    if request.method != "POST" or request.path != "/":
        raise AWSError("UnknownOperationException", "")
    if operation.service_model.metadata["protocol"] == "json":
        return _json_parameters(operation, request)
    content_type = (request.header("Content-Type") or "").partition(";")[0].strip()
    if content_type != "application/x-www-form-urlencoded":
        raise AWSError("UnknownOperationException", f"Content type {content_type} is not of the query protocol")
    return _query_parameters(operation, request)


def _json_parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    version = operation.service_model.metadata["jsonVersion"]
    if request.header("Content-Type") != f"application/x-amz-json-{version}":
        raise AWSError("UnknownOperationException", "")
    try:
        value = json.loads(request.body)
    except ValueError as error:
        raise AWSError("SerializationException", "Start of structure or map found where not expected.") from error
    if not isinstance(value, dict):
        raise AWSError("SerializationException", "The body is not a JSON object.")
    return value


def _query_parameters(operation: OperationModel, request: Request) -> dict[str, Any]:
    try:
        pairs = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, strict_parsing=True)
    except ValueError as error:
        raise AWSError("SerializationException", "The body is not a form.") from error
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if name in ("Action", "Version"):
            continue
        node = tree
        *above, last = name.split(".")
        for part in above:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise invalid(f"{name} is given twice in different shapes")
        if last in node:
            raise invalid(f"{name} is given twice")
        node[last] = value
    if operation.service_model.metadata["protocol"] == "ec2":
        return ec2_protocol.members(operation.input_shape, tree)
    if operation.input_shape is None:
        if tree:
            raise invalid(f"Unknown parameter {sorted(tree)[0]}")
        return {}
    return _from_tree(operation.input_shape, tree)


def _from_tree(shape: Shape, node: Any) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(node, dict):
        # Unknown names stay as they are, for the judge to refuse.
        return {
            name: _from_tree(shape.members[name], child) if name in shape.members else child
            for name, child in node.items()
        }
    if kind == "list" and node == "":
        return []
    if kind == "list" and isinstance(node, dict) and set(node) == {"member"} and isinstance(node["member"], dict):
        numbered = node["member"]
        if sorted(numbered) != sorted(str(number) for number in range(1, len(numbered) + 1)):
            raise invalid("List members must be numbered from 1 without gaps")
        return [_from_tree(shape.member, numbered[str(number)]) for number in range(1, len(numbered) + 1)]
    if kind in ("integer", "long") and isinstance(node, str):
        try:
            return int(node)
        except ValueError as error:
            raise AWSError("SerializationException", f"'{node}' is not a number") from error
    if kind == "boolean" and node in ("true", "false"):
        return node == "true"
    return node


def render(operation: OperationModel, reply: Mapping[str, Any], request_id: str) -> Response:
    """A reply in the service's protocol; datetimes become what the protocol writes for them."""
    service = operation.service_model
    if service.metadata["protocol"] == "ec2":
        return ec2_protocol.render(operation, reply, request_id)
    if service.metadata["protocol"] == "json":
        return Response(
            200,
            json.dumps(reply, default=lambda moment: round(moment.timestamp(), 3)).encode(),
            {"Content-Type": f"application/x-amz-json-{service.metadata['jsonVersion']}", "x-amzn-RequestId": request_id},
        )
    body = ""
    if operation.output_shape is not None:
        wrapper = operation.output_shape.serialization["resultWrapper"]
        body = f"<{wrapper}>{_xml_members(operation.output_shape, reply)}</{wrapper}>"
    return _xml(
        200,
        f'<{operation.name}Response xmlns="{service.metadata["xmlNamespace"]}">{body}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation.name}Response>",
        request_id,
    )


def _xml_members(shape: Shape, value: Mapping[str, Any]) -> str:
    return "".join(_xml_value(shape.members[name], name, member) for name, member in value.items() if member is not None)


def _xml_value(shape: Shape, name: str, value: Any) -> str:
    if shape.type_name == "structure":
        text = _xml_members(shape, value)
    elif shape.type_name == "list":
        text = "".join(_xml_value(shape.member, "member", item) for item in value)
    elif isinstance(value, datetime):
        text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"


def render_error(service: ServiceModel, error: AWSError, request_id: str) -> Response:
    """A refusal in the service's protocol."""
    if service.metadata["protocol"] == "rest-json":
        return rest_protocol.render_error(error, request_id)
    if service.metadata["protocol"] == "ec2":
        return ec2_protocol.render_error(service, error, request_id)
    if service.metadata["protocol"] == "json":
        value = {"__type": error.code, "message": error.message, **error.members}
        content_type = f"application/x-amz-json-{service.metadata['jsonVersion']}"
        return Response(
            error.status,
            json.dumps(value).encode(),
            {"Content-Type": content_type, "x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code},
        )
    code, status = error.in_query_form()
    side = "Sender" if status < 500 else "Receiver"
    return _xml(
        status,
        f'<ErrorResponse xmlns="{service.metadata["xmlNamespace"]}"><Error><Type>{side}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        request_id,
    )


def _xml(status: int, body: str, request_id: str) -> Response:
    return Response(status, body.encode(), {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})
