"""Answers of AWS services written from their models, for the protocols that we read."""

import json
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel, Shape


def render(operation: OperationModel, output: dict[str, Any], request_id: str) -> bytes:
    """The body of a success: JSON 1.1, or the query protocol's XML with its wrapper and its request ID."""
    if operation.service_model.metadata["protocol"] == "json":
        return json.dumps(output).encode()
    namespace = operation.service_model.metadata["xmlNamespace"]
    shape = operation.output_shape
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
