"""botocore as the judge of what our AWS client writes and reads.

Usage: botocore_judge.py QUESTION < cases.json > verdicts.json

Cases and verdicts are JSON lists of the same length. Questions: sign, calls, answers, credentials, endpoints; each
function below says what its cases and verdicts hold.
"""

import base64
import datetime
import functools
import json
import os
import re
import sys
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import ClientError, EndpointVariantError
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from rest_form import members_of, path_members, rest_complaints
from wire_form import render

SESSION = botocore.session.get_session()
Case = dict[str, Any]


def sign(case: Case) -> Case:
    """Signs {method, url, headers: [[name, value]], body: hex, key, secret, token, service, region, time}.

    Gives {headers}: the signature's own headers by lower-case name.
    """
    moment = datetime.datetime.strptime(case["time"], botocore.auth.SIGV4_TIMESTAMP)
    request = AWSRequest(method=case["method"], url=case["url"], data=bytes.fromhex(case["body"]))
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    credentials = Credentials(case["key"], case["secret"], case.get("token"))
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda: moment):
        botocore.auth.SigV4Auth(credentials, case["service"], case["region"]).add_auth(request)
    names = ["authorization", "x-amz-date", "x-amz-security-token"]
    return {"headers": {name: request.headers[name] for name in names if name in request.headers}}


def operation_of(case: Case) -> OperationModel:
    """The operation that a request names: in X-Amz-Target, in Action, or by its method and path."""
    model = SESSION.get_service_model(case["service"])
    protocol = model.metadata["protocol"]
    if protocol == "json":
        prefix, name = case["headers"]["x-amz-target"].split(".")
        assert prefix == model.metadata["targetPrefix"], prefix
    elif protocol == "rest-json":
        (name,) = [name for name in model.operation_names if path_members(model.operation_model(name), case) is not None]
    else:
        name = dict(parse_qsl(case["body"], strict_parsing=True))["Action"]
    return model.operation_model(name)


def complaints(shape: Shape, value: Any, path: str) -> list[str]:
    """What the model says against a value, beyond types and required members.

    That is: lengths, patterns, choices and unknown members.
    """
    found = []
    if shape.type_name == "structure":
        for name, member in value.items():
            if name not in shape.members:
                found.append(f"{path}.{name} is unknown")
            else:
                found += complaints(shape.members[name], member, f"{path}.{name}")
    elif shape.type_name == "list":
        for number, member in enumerate(value):
            found += complaints(shape.member, member, f"{path}[{number}]")
    elif shape.type_name == "map":
        for name, member in value.items():
            found += complaints(shape.value, member, f"{path}.{name}")
    rules = shape.metadata
    size = value if shape.type_name == "integer" else len(value) if hasattr(value, "__len__") else 0
    if size < rules.get("min", size) or size > rules.get("max", size):
        found.append(f"{path} is out of range")
    if "pattern" in rules and not re.search(rules["pattern"], value):
        found.append(f"{path} does not match {rules['pattern']}")
    if "enum" in rules and value not in rules["enum"]:
        found.append(f"{path} is none of {rules['enum']}")
    return found


def from_form(shape: Shape | None, body: str) -> Case:
    """A query request's members, numbers made numbers; lists are not among what we send."""
    pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=True)
    assert len({name for name, _ in pairs}) == len(pairs), "a repeated name"
    members = {name: value for name, value in pairs if name not in ("Action", "Version")}
    for name in members:
        if shape and name in shape.members and shape.members[name].type_name == "integer":
            members[name] = int(members[name])
    return members


def with_bytes(shape: Shape | None, value: Any) -> Any:
    """The same value as botocore takes it: bytes where JSON has base64."""
    if shape is None:
        return value
    if shape.type_name == "structure":
        return {name: with_bytes(shape.members.get(name), member) for name, member in value.items()}
    if shape.type_name == "list":
        return [with_bytes(shape.member, member) for member in value]
    if shape.type_name == "map":
        return {name: with_bytes(shape.value, member) for name, member in value.items()}
    return base64.b64decode(value, validate=True) if shape.type_name == "blob" else value


def calls(case: Case) -> Case:
    """Judges a request {service, method, url, headers: {lower-case name: value}, body}.

    Gives {operation, complaints}: the model's objections, and where botocore would have sent something else.
    """
    operation = operation_of(case)
    if operation.service_model.metadata["protocol"] == "rest-json":
        members = members_of(operation, case)
        found = complaints(operation.input_shape, members, operation.name) + rest_complaints(operation, case, members)
        return {"operation": operation.name, "complaints": found}
    shape = operation.input_shape
    is_json = operation.service_model.metadata["protocol"] == "json"
    members = json.loads(case["body"]) if is_json else from_form(shape, case["body"])
    found = complaints(shape, members, operation.name) if shape else []
    report = ParamValidator().validate(members, shape) if shape else None
    if report and report.has_errors():
        found.append(report.generate_report())
    protocol = operation.service_model.metadata["protocol"]
    theirs = create_serializer(protocol, False).serialize_to_request(with_bytes(shape, members), operation)
    if case["method"] != theirs["method"] or not case["url"].endswith(theirs["url_path"]):
        found.append("method or path differ")
    for name, value in theirs["headers"].items():
        if case["headers"].get(name.lower()) != value:
            found.append(f"header {name} should be {value}")
    if is_json:
        same = json.loads(theirs["body"]) == members
    else:
        same = {name: str(value) for name, value in theirs["body"].items()} == dict(parse_qsl(case["body"]))
    if not same:
        found.append("the body differs")
    return {"operation": operation.name, "complaints": found}


def answers(case: Case) -> Case:
    """Writes the body of {service, operation, requestID, output} as the service would, and has botocore read it back.

    Gives {body, agrees}.
    """
    model = SESSION.get_service_model(case["service"])
    operation = model.operation_model(case["operation"])
    body = render(operation, case["output"], case["requestID"])
    response = {"body": body, "headers": {}, "status_code": 200}
    read = create_parser(model.metadata["protocol"]).parse(response, operation.output_shape)
    read.pop("ResponseMetadata", None)
    plain = json.loads(json.dumps(read, default=lambda moment: moment.timestamp()))
    return {"body": body.decode(), "agrees": plain == case["read"]}


def credentials(case: Case) -> Case:
    """Finds the credentials of {environment, profile}; gives {key, secret, token, error}, all but the outcome null."""
    environment = {**case["environment"], "AWS_EC2_METADATA_DISABLED": "true", "BOTO_CONFIG": "/nonexistent"}
    with mock.patch.dict(os.environ, environment, clear=True):
        try:
            found = botocore.session.Session(profile=case.get("profile")).get_credentials()
            frozen = found.get_frozen_credentials() if found else None
        except Exception as error:  # botocore's reasons have no common base
            return {"key": None, "secret": None, "token": None, "error": type(error).__name__}
    if frozen is None:
        return {"key": None, "secret": None, "token": None, "error": "none"}
    return {"key": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token or None, "error": None}


def endpoints(case: Case) -> Case:
    """Where botocore sends a call of {service, region, fips, dualStack}; gives {url, signingRegion}.

    Where its list of Regions knows no such variant, its rule set says; the list is the older of the two.
    """
    service, region, variant = case["service"], case["region"], (case["fips"], case["dualStack"])
    try:
        return _called(service, region, *variant)
    except EndpointVariantError:
        loader = SESSION.get_component("data_loader")
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        own = {"UseGlobalEndpoint": False} if service == "sts" else {}
        found = EndpointProvider(rules, loader.load_data("partitions")).resolve_endpoint(
            Region=region, UseFIPS=case["fips"], UseDualStack=case["dualStack"], **own
        )
        named = [scheme["signingRegion"] for scheme in found.properties.get("authSchemes", []) if "signingRegion" in scheme]
        return {"url": found.url + "/", "signingRegion": named[0] if named else _called(service, region)["signingRegion"]}


@functools.cache
def _called(service: str, region: str, fips: bool = False, dual_stack: bool = False) -> Case:
    """Where a client of botocore's sends its call."""
    client = SESSION.create_client(
        service, region, aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack),
    )  # fmt: skip
    seen: dict[str, str] = {}

    def answer(request: Any, **_: Any) -> AWSResponse:
        authorization = request.headers.get("Authorization")
        text = authorization.decode() if isinstance(authorization, bytes) else authorization
        # Identity Center's calls are not signed, and have paths of their own.
        url = "https://" + urlsplit(request.url).netloc + "/"
        seen.update(url=url, signingRegion=text.split("/")[2] if text else region)
        return AWSResponse(request.url, 404, {}, None)

    client.meta.events.register("before-send", answer)
    call = {
        "sts": lambda: client.get_caller_identity(),
        "iam": lambda: client.get_role(RoleName="x"),
        "ssm": lambda: client.describe_instance_information(),
        "organizations": lambda: client.describe_organization(),
        "lambda": lambda: client.invoke(FunctionName="xxx"),
        "dynamodb": lambda: client.get_item(TableName="xxx", Key={"pk": {"S": "x"}}),
        "sso": lambda: client.get_role_credentials(roleName="x", accountId="1", accessToken="t"),
        "sso-oidc": lambda: client.create_token(clientId="x", clientSecret="s", grantType="refresh_token"),
    }[service]
    try:
        call()
    except (ClientError, AttributeError, ValueError, TypeError):
        pass  # the made-up answer has no content; the request was seen
    return seen


if __name__ == "__main__":
    questions = {"sign": sign, "calls": calls, "answers": answers, "credentials": credentials, "endpoints": endpoints}
    judge = questions[sys.argv[1]]
    json.dump([judge(case) for case in json.load(sys.stdin)], sys.stdout)
