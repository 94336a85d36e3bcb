"""The events a broker understands, in AWS's shape.

Sources: API Gateway Developer Guide, "Input format of a Lambda function for proxy integration" (REST, payload 1.0);
Lambda Developer Guide, "Function URL request payload" (payload 2.0). The identity is the verified caller's.
"""

from __future__ import annotations

import base64
import json
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from .cast import organization_of
from .places import API_ID, BROKER_ACCOUNT, REGION, STAGE, URL_ID
from .principals import SessionCredentials
from .routes import Route
from .wire import Request, Response


class MalformedReply(ValueError):
    """The function's reply is not a proxy response: API Gateway answers 502."""


def rest_event(
    request: Request,
    path: str,
    route: Route,
    parameters: dict[str, str],
    caller: SessionCredentials,
    request_id: str,
    now: datetime,
) -> dict[str, Any]:
    """A REST API's Lambda proxy event. `path` is the request's without the stage."""
    # "Important notes": the Authorization header is dropped when the method uses AWS_IAM.
    headers = [(name, value) for name, value in request.headers if name.lower() != "authorization"]
    headers += [("X-Amzn-Trace-Id", trace_id(request_id)), ("X-Forwarded-For", request.source_ip),
                ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https")]  # fmt: skip
    query = parse_qsl(request.query, keep_blank_values=True)
    session = caller.session
    domain = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
    return {
        "resource": route.resource,
        "path": unquote(path),
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _collected(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _collected(query) or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "r3s0rc",
            "resourcePath": route.resource,
            "httpMethod": request.method,
            "extendedRequestId": base64.b64encode(uuid.UUID(request_id).bytes[:11]).decode(),
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "path": f"/{STAGE}{unquote(path)}",
            "accountId": BROKER_ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": STAGE,
            "domainPrefix": API_ID,
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "requestId": request_id,
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": session.account,
                "cognitoIdentityId": None,
                "caller": session.user_id,
                "sourceIp": request.source_ip,
                "principalOrgId": organization_of(session.account),
                "accessKey": caller.access_key,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": session.arn,
                "userAgent": request.header("User-Agent"),
                "user": session.user_id,
            },
            "domainName": domain,
            "deploymentId": "d3pl0y",
            "apiId": API_ID,
        },
        "body": request.body.decode("utf-8", "replace") if request.body else None,
        "isBase64Encoded": False,
    }


def url_event(request: Request, caller: SessionCredentials, request_id: str, now: datetime) -> dict[str, Any]:
    """A Function URL's event."""
    session = caller.session
    headers = _collected([(name.lower(), value) for name, value in request.headers if name.lower() != "authorization"])
    query = _collected(parse_qsl(request.query, keep_blank_values=True))
    content_type = request.header("Content-Type") or ""
    is_text = content_type.startswith("text/") or "json" in content_type or not request.body
    body = request.body.decode("utf-8", "replace") if is_text else base64.b64encode(request.body).decode()
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        "requestContext": {
            "accountId": BROKER_ACCOUNT,
            "apiId": URL_ID,
            "authentication": None,
            "authorizer": {
                "iam": {
                    "accessKey": caller.access_key,
                    "accountId": session.account,
                    "callerId": session.user_id,
                    "cognitoIdentity": None,
                    "principalOrgId": organization_of(session.account),
                    "userArn": session.arn,
                    "userId": session.user_id,
                }
            },
            "domainName": f"{URL_ID}.lambda-url.{REGION}.on.aws",
            "domainPrefix": URL_ID,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.header("User-Agent"),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": not is_text,
    }
    if query:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in query.items()}
    if request.body:
        event["body"] = body
    return event


def scheduled_event(rule_arn: str, now: datetime) -> dict[str, Any]:
    """What a rule's schedule sends. Source: EventBridge User Guide, "Creating a rule that runs on a schedule"."""
    _, _, _, region, account, _ = rule_arn.split(":")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }


def proxy_response(payload: bytes) -> Response:
    """The HTTP response that a function's reply stands for. Raises :class:`MalformedReply`."""
    try:
        reply = json.loads(payload)
        status = reply["statusCode"]
        body = reply.get("body") or ""
        headers = {**(reply.get("headers") or {})}
        for name, values in (reply.get("multiValueHeaders") or {}).items():
            headers[name] = ",".join(values)
        content = base64.b64decode(body) if reply.get("isBase64Encoded") else body.encode()
        if not isinstance(status, int) or not all(isinstance(value, str) for value in headers.values()):
            raise MalformedReply("statusCode or a header has the wrong type")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedReply(f"not a proxy response: {error}") from error
    return Response(status, content, headers)


def trace_id(request_id: str) -> str:
    """An X-Ray trace header made of the request's id."""
    digits = request_id.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:]}"


def _collected(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(name, []).append(value)
    return collected
