"""Answers of AWS services written from their models, for the protocols that we read."""

import json
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel, Shape


def render(operation: OperationModel, output: dict[str, Any], request_id: str) -> bytes:
    """The body of a success: JSON 1.1, the query protocol's XML with its wrapper and its request ID, or EC2's without."""
    if operation.service_model.metadata["protocol"] == "json":
        return json.dumps(output).encode()
    namespace = operation.service_model.metadata["xmlNamespace"]
    shape = operation.output_shape
    if operation.service_model.metadata["protocol"] == "ec2":
        inside = "".join(ec2_element(name, shape.members[name], value) for name, value in output.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation.name}Response xmlns="{namespace}">\n'
            f"    <requestId>{request_id}</requestId>\n    {inside}\n</{operation.name}Response>"
        ).encode()
    wrapper = shape.serialization["resultWrapper"]
    inside = "".join(element(name, shape.members[name], value) for name, value in output.items())
    return (
        f'<{operation.name}Response xmlns="{namespace}">\n  <{wrapper}>{inside}</{wrapper}>\n'
        f"  <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n"
        f"</{operation.name}Response>\n"
    ).encode()


def element(name: str, shape: Shape, value: Any) -> str:
    """One member as XML; structures and plain values are all that our operations give back."""
    if shape.type_name == "structure":
        return f"<{name}>{''.join(element(key, shape.members[key], item) for key, item in value.items())}</{name}>"
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def ec2_element(name: str, shape: Shape, value: Any) -> str:
    """One member as EC2 writes it: under its name on the wire, lists as items."""
    wire = shape.serialization.get("name", name)
    if shape.type_name == "structure":
        inside = "".join(ec2_element(key, shape.members[key], item) for key, item in value.items())
    elif shape.type_name == "list":
        item = shape.member.serialization.get("name", "item")
        inside = "".join(f"<{item}>{_inside(shape.member, one)}</{item}>" for one in value)
    else:
        inside = escape(json.dumps(value) if isinstance(value, bool) else str(value))
    return f"<{wire}>{inside}</{wire}>"


def _inside(shape: Shape, value: Any) -> str:
    if shape.type_name != "structure":
        return escape(str(value))
    return "".join(ec2_element(key, shape.members[key], item) for key, item in value.items())
