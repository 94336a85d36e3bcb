"""The API's description against the broker's own lists: routes, problem codes, members.

API Gateway is deployed from ``infra/broker/openapi.yaml``, so a route that stands only there reaches a broker that refuses
it, and one that stands only in the broker is never reached. The Swift side is read by pattern from its sources.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator

ROOT = Path(__file__).resolve().parents[2]
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
INTEGRATION = {
    "type": "aws_proxy", "httpMethod": "POST", "uri": "${BrokerInvocationUri}", "passthroughBehavior": "when_no_match",
    "payloadFormatVersion": "1.0", "timeoutInMillis": 29000,
}  # fmt: skip
# API Gateway API Reference, "GatewayResponse", responseType.
GATEWAY_RESPONSES = {
    "DEFAULT_4XX", "DEFAULT_5XX", "RESOURCE_NOT_FOUND", "UNAUTHORIZED", "INVALID_API_KEY", "ACCESS_DENIED",
    "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR", "INVALID_SIGNATURE", "EXPIRED_TOKEN",
    "MISSING_AUTHENTICATION_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "API_CONFIGURATION_ERROR",
    "UNSUPPORTED_MEDIA_TYPE", "BAD_REQUEST_PARAMETERS", "BAD_REQUEST_BODY", "REQUEST_TOO_LARGE", "THROTTLED",
    "QUOTA_EXCEEDED", "WAF_FILTERED",
}  # fmt: skip
# What only the front door says; every other code is the broker's and stands with an operation.
FRONT_DOOR_CODES = {
    "NOT_SIGNED", "SIGNATURE_INVALID", "CREDENTIALS_EXPIRED", "FRONT_DOOR_DENIED", "INTEGRATION_TIMEOUT",
    "INTEGRATION_FAILED", "ROUTE_NOT_FOUND", "METHOD_NOT_ALLOWED",
}  # fmt: skip

TEXT = (ROOT / "infra/broker/openapi.yaml").read_text(encoding="utf-8")
API: dict[str, Any] = yaml.safe_load(TEXT)
SCHEMAS: dict[str, Any] = API["components"]["schemas"]


def swift(path: str) -> str:
    """A source file of the broker."""
    return (ROOT / "Sources" / path).read_text(encoding="utf-8")


def raw_values(path: str) -> dict[str, str]:
    """The cases of a Swift enumeration of texts, by their names."""
    return dict(re.findall(r'^\s*case (\w+) = "([^"]+)"$', swift(path), re.MULTILINE))


def members(path: str, type_name: str) -> set[str]:
    """The member names that a Swift type's ``json`` writes."""
    after = swift(path).split(f"{type_name} ", 1)[1].split("var json: JSON {", 1)[1]
    return set(re.findall(r'^\s*"(\w+)":', after.split("\n    }\n", 1)[0], re.MULTILINE))


def statuses() -> dict[str, int]:
    """The HTTP status of each problem code, as ``ProblemCode.status`` has it."""
    names = raw_values("SessionCore/API/ProblemCode.swift")
    switch = swift("SessionCore/API/ProblemCode.swift").split("switch self {", 1)[1]
    found: dict[str, int] = {}
    for cases, status in re.findall(r"case ([^:]+):\s*(\d{3})", switch):
        found |= {names[case]: int(status) for case in re.findall(r"\.(\w+)", cases)}
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every method, path and operation of the description."""
    for path, item in API["paths"].items():
        for method, operation in item.items():
            assert method in METHODS, f"{path} has {method}, which is no method"
            yield method.upper(), path, operation


def resolved(node: Any) -> Any:
    """The same with every reference to a schema replaced by the schema."""
    if isinstance(node, dict):
        if "$ref" in node:
            return resolved(SCHEMAS[node["$ref"].removeprefix("#/components/schemas/")])
        return {name: resolved(value) for name, value in node.items()}
    return [resolved(value) for value in node] if isinstance(node, list) else node


def bodies() -> Iterator[tuple[str, Any, Any]]:
    """Every example of a body with its schema and where it stands."""
    for method, path, operation in operations():
        contents = [("request", operation.get("requestBody", {}).get("content", {}))]
        contents += [(status, response["content"]) for status, response in operation["responses"].items()]
        for place, content in contents:
            for media in content.values():
                examples = {"": media["example"]} if "example" in media else {
                    name: example["value"] for name, example in media["examples"].items()
                }
                for name, example in examples.items():
                    yield f"{method} {path} {place} {name}".strip(), media["schema"], example


def test_the_description_is_openapi() -> None:
    assert API["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(API).validate()


def test_every_route_is_an_operation_and_every_operation_a_route() -> None:
    routes = raw_values("BrokerService/Route.swift")
    described = {operation["operationId"]: f"{method} {path}" for method, path, operation in operations()}
    assert described == routes


def test_every_problem_code_is_in_the_description_and_the_other_way_round() -> None:
    codes = raw_values("SessionCore/API/ProblemCode.swift").values()
    assert SCHEMAS["ProblemCode"]["enum"] == list(codes)
    assert set(statuses()) == set(codes)


def test_every_code_of_the_broker_stands_with_an_operation() -> None:
    named: set[str] = set()
    for _, _, operation in operations():
        description = operation["responses"]["default"]["description"]
        codes = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", description))
        assert codes <= set(SCHEMAS["ProblemCode"]["enum"])
        named |= codes
    assert named == set(SCHEMAS["ProblemCode"]["enum"]) - FRONT_DOOR_CODES


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_an_operation_is_signed_and_goes_to_the_broker(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["security"] == [{"sigv4": []}]
    assert operation["x-amazon-apigateway-auth"] == {"type": "AWS_IAM"}
    assert operation["x-amazon-apigateway-integration"] == INTEGRATION
    named = set(re.findall(r"\{(\w+)\}", path))
    declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
    assert declared == named


def test_signatures_are_what_the_front_door_checks() -> None:
    scheme = API["components"]["securitySchemes"]["sigv4"]
    assert (scheme["type"], scheme["name"], scheme["in"]) == ("apiKey", "Authorization", "header")
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert API["security"] == [{"sigv4": []}]


def test_deployment_fills_in_one_thing_only() -> None:
    without_comments = "\n".join(line for line in TEXT.splitlines() if not line.startswith("#"))
    assert set(re.findall(r"\$\{[^}]*\}", without_comments)) == {"${BrokerInvocationUri}"}
    # API Gateway takes letters and digits only in the names of models.
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in SCHEMAS)


@pytest.mark.parametrize(("place", "schema", "example"), list(bodies()))
def test_an_example_is_what_its_schema_says(place: str, schema: Any, example: Any) -> None:
    OAS30Validator(resolved(schema), format_checker=OAS30Validator.FORMAT_CHECKER).validate(example)
    if "code" in example:
        assert statuses()[example["code"]] == example["status"], place
        words = example["code"].replace("_", " ").lower()
        assert example["title"] == words[0].upper() + words[1:]


@pytest.mark.parametrize(
    ("schema", "path", "type_name"),
    [
        ("Problem", "SessionCore/API/Problem.swift", "struct Problem:"),
        ("OpenSessionRequest", "SessionCore/API/OpenSessionRequest.swift", "struct OpenSessionRequest:"),
        ("OpenSessionReply", "SessionCore/API/OpenSessionReply.swift", "struct OpenSessionReply:"),
        ("StartedSession", "SessionCore/API/OpenSessionReply.swift", "struct StartedSession:"),
        ("ChannelCredentials", "SessionCore/API/OpenSessionReply.swift", "struct ChannelCredentials:"),
        ("EndSessionsReply", "SessionCore/API/EndSessionsReply.swift", "struct EndSessionsReply:"),
        ("Identity", "SessionCore/API/IdentityReply.swift", "struct IdentityReply:"),
        ("PortRule", "SessionCore/API/SessionRules+JSON.swift", "extension RoleMap.PortRule"),
        ("CommandRule", "SessionCore/API/SessionRules+JSON.swift", "extension RoleMap.CommandRule"),
        ("BlockReply", "SessionCore/API/BlockReplies.swift", "struct BlockReply:"),
        ("UnblockReply", "SessionCore/API/BlockReplies.swift", "struct UnblockReply:"),
        ("BlockList", "SessionCore/API/BlockReplies.swift", "struct BlockList:"),
        ("RolloutReply", "SessionCore/API/RolloutReplies.swift", "struct RolloutReply:"),
        ("RolloutTotals", "SessionCore/API/RolloutReplies.swift", "struct RolloutTotals:"),
        ("InstancesReply", "SessionCore/API/InstancesReply.swift", "struct InstancesReply:"),
        ("Node", "SessionCore/API/NodeListing.swift", "struct NodeListing:"),
        ("RolloutDocument", "SessionCore/Rollout/RolloutPlace.swift", "struct RolloutDocument:"),
        ("SweepFinding", "BrokerService/SweepFinding.swift", "struct SweepFinding:"),
        ("SweepFailure", "BrokerService/SweepReport.swift", "struct SweepFailure:"),
        ("RebuildReport", "BrokerService/RebuildSessions.swift", "struct RebuildReport:"),
        ("SweepReport", "BrokerService/SweepReport.swift", "struct SweepReport:"),
        ("Session", "SessionCore/API/SessionReplies.swift", "extension SessionHistory"),
        ("AuditAccess", "SessionCore/Audit/AuditAccess.swift", "struct AuditAccess:"),
        ("AuditDocument", "SessionCore/Audit/AuditAccess.swift", "struct AuditDocument:"),
        ("ChainedRecord", "SessionCore/API/AuditReplies.swift", "extension ChainedRecord"),
        ("ChainHead", "SessionCore/API/AuditReplies.swift", "extension ChainHead"),
    ],
)
def test_a_body_has_the_members_that_the_broker_writes(schema: str, path: str, type_name: str) -> None:
    assert set(SCHEMAS[schema]["properties"]) == members(path, type_name)
    assert SCHEMAS[schema]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("method", "path", "source", "others"),
    [
        ("get", "/v1/audit/records", "SessionCore/API/AuditReplies.swift", {"chain", "from", "read"}),
        ("get", "/v1/sessions", "SessionCore/API/SessionListRequest.swift", {"read"}),
        ("delete", "/v1/sessions", "SessionCore/API/EndSessionsRequest.swift", set()),
        ("delete", "/v1/blocks", "SessionCore/API/BlockRequest.swift", {"roleId"}),
        ("get", "/v1/rollout", "SessionCore/API/RolloutRequest.swift", set()),
        ("get", "/v1/instances", "SessionCore/API/InstancesRequest.swift", set()),
    ],
)
def test_the_query_parameters_are_those_that_the_broker_reads(
    method: str, path: str, source: str, others: set[str]
) -> None:
    parameters = {one["name"] for one in API["paths"][path][method]["parameters"]}
    enum = swift(source).split("enum Parameter", 1)[1].split("\n    }\n", 1)[0]
    cases = re.findall(r'case (\w+)(?: = "(\w+)")?$', enum, re.MULTILINE)
    assert parameters == {text or name for name, text in cases} | others


def test_the_states_of_a_session_are_the_brokers() -> None:
    enum = swift("SessionCore/Audit/SessionHistory.swift").split("enum State:", 1)[1].split("static let", 1)[0]
    assert SCHEMAS["SessionState"]["enum"] == re.findall(r"^        case (\w+)$", enum, re.MULTILINE)


def test_the_kinds_of_session_are_the_brokers() -> None:
    kinds = re.findall(r"^    case (\w+)$", swift("SessionCore/API/SessionKind.swift"), re.MULTILINE)
    assert SCHEMAS["SessionKind"]["enum"] == kinds
    for schema in ("OpenSessionRequest", "OpenSessionReply", "AuditAccess"):
        assert SCHEMAS[schema]["properties"]["kind"] == {"$ref": "#/components/schemas/SessionKind"}


def test_the_kinds_of_finding_are_the_brokers() -> None:
    assert SCHEMAS["SweepFinding"]["properties"]["kind"]["enum"] == list(
        raw_values("BrokerService/SweepFinding.swift").values()
    )


def test_every_gateway_response_is_given() -> None:
    assert set(API["x-amazon-apigateway-gateway-responses"]) == GATEWAY_RESPONSES


@pytest.mark.parametrize("name", sorted(GATEWAY_RESPONSES))
def test_a_refusal_of_the_front_door_is_a_problem(name: str) -> None:
    response = API["x-amazon-apigateway-gateway-responses"][name]
    assert set(response["responseTemplates"]) == {"application/json"}
    assert response["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    # Amazon API Gateway, "$context variables": messageString is the message in quotes, requestId is bare.
    text = response["responseTemplates"]["application/json"]
    text = text.replace("$context.error.messageString", json.dumps('says "no"')).replace("$context.requestId", "r-1")
    assert "$" not in text
    problem = json.loads(text)
    OAS30Validator(resolved(SCHEMAS["Problem"])).validate(problem)
    assert statuses()[problem["code"]] == problem["status"] == response["statusCode"]
    assert problem["requestId"] == "r-1"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "NOT_SIGNED"),
        ("INVALID_SIGNATURE", "SIGNATURE_INVALID"),
        ("EXPIRED_TOKEN", "CREDENTIALS_EXPIRED"),
        ("ACCESS_DENIED", "FRONT_DOOR_DENIED"),
        ("INTEGRATION_TIMEOUT", "INTEGRATION_TIMEOUT"),
        ("INTEGRATION_FAILURE", "INTEGRATION_FAILED"),
        ("RESOURCE_NOT_FOUND", "ROUTE_NOT_FOUND"),
    ],
)
def test_a_refusal_of_the_front_door_has_the_code_that_clients_know(name: str, code: str) -> None:
    template = API["x-amazon-apigateway-gateway-responses"][name]["responseTemplates"]["application/json"]
    assert f'"code":"{code}"' in template
