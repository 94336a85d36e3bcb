"""Requests of the REST protocol with JSON, in which what is said stands in the path, the query, headers and the body."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from botocore.model import OperationModel
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

Case = dict[str, Any]


def path_members(operation: OperationModel, case: Case) -> dict[str, str] | None:
    """What the path says, by the names in the operation's template; None for a request of another operation."""
    if operation.http["method"] != case["method"]:
        return None
    template = re.escape(operation.http["requestUri"].partition("?")[0])
    found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", template), urlsplit(case["url"]).path)
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


def members_of(operation: OperationModel, case: Case) -> Case:
    """The request's members, from wherever the model puts them; the body is one member's bytes."""
    shape = operation.input_shape
    path = path_members(operation, case) or {}
    query = dict(parse_qsl(urlsplit(case["url"]).query, keep_blank_values=True))
    places = {"uri": path, "querystring": query, "header": case["headers"]}
    found: Case = {}
    for name, member in shape.members.items():
        place = places.get(member.serialization.get("location"), {})
        wire = member.serialization.get("name", name)
        wire = wire.lower() if place is case["headers"] else wire
        if wire in place:
            found[name] = place[wire]
    payload = shape.serialization.get("payload")
    if payload and case["body"]:
        assert shape.members[payload].type_name == "blob", payload
        found[payload] = case["body"].encode()
    return found


def rest_complaints(operation: OperationModel, case: Case, members: Case) -> list[str]:
    """Where botocore would have sent something else, or nothing."""
    report = ParamValidator().validate(members, operation.input_shape)
    found = [report.generate_report()] if report.has_errors() else []
    theirs = create_serializer("rest-json", False).serialize_to_request(members, operation)
    query = f"?{urlencode(theirs['query_string'])}" if theirs["query_string"] else ""
    if not case["url"].endswith(theirs["url_path"] + query):
        found.append(f"the address should end in {theirs['url_path']}{query}")
    for name, value in theirs["headers"].items():
        if case["headers"].get(name.lower()) != value:
            found.append(f"header {name} should be {value}")
    if theirs["body"] != case["body"].encode():
        found.append("the body differs")
    return found
