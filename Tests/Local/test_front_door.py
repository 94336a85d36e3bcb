"""From a signed request to the function and back: both events, all refusals, what happens when the function fails."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from aws_world import World
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from system import cast, places
from system.front_door import RESOURCE_POLICY, FrontDoor
from system.lambda_function import LambdaFunction
from system.policy.document import parse
from system.principals import SessionCredentials
from system.routes import TABLE, Routes

FUNCTION = [sys.executable, str(Path(__file__).with_name("fake_runtime.py"))]
HTTP = urllib3.PoolManager()


class Door:
    """A front door with the echoing function behind it."""

    def __init__(self, world: World, log: Path, kind: Any = "rest", enforce: bool = False, **times: float) -> None:
        self.function = LambdaFunction(FUNCTION, {"PATH": "/usr/bin:/bin", "AWS_REGION": "eu-west-1"}, log, **times)
        policy = parse(RESOURCE_POLICY, "resource") if enforce else None
        aws = world.aws
        self.door = FrontDoor(
            self.function.invoke, Routes(TABLE), aws.credentials, aws.authorizer, aws.clock.now, kind, policy
        )
        self.service = "execute-api" if kind == "rest" else "lambda"

    def send(
        self,
        credentials: SessionCredentials | None,
        method: str = "GET",
        path: str = "/v1/identity",
        body: bytes = b"",
        tamper: Callable[[AWSRequest], None] = lambda request: None,
        service: str | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        """A request, signed when there are credentials; `*.localhost` is resolved here, as curl does."""
        url = self.door.url + path
        request = AWSRequest(method, url, {"User-Agent": "test/1", **headers}, body)
        if credentials is not None:
            keys = ReadOnlyCredentials(credentials.access_key, credentials.secret_key, credentials.token)
            SigV4Auth(keys, service or self.service, cast.REGION).add_auth(request)
        tamper(request)
        parsed = urllib3.util.parse_url(url)
        to = f"http://127.0.0.1:{parsed.port}{parsed.request_uri}"
        sent = {**dict(request.headers), "Host": parsed.netloc}
        reply = HTTP.request(method, to, headers=sent, body=request.data)
        return reply.status, json.loads(reply.data)

    def close(self) -> None:
        self.door.close()
        self.function.close()


@pytest.fixture
def make(world: World, tmp_path: Path) -> Iterator[Callable[..., Door]]:
    doors: list[Door] = []

    def made(**settings: Any) -> Door:
        doors.append(Door(world, tmp_path / "log", **settings))
        return doors[-1]

    yield made
    for door in doors:
        door.close()


def test_the_function_gets_a_rest_event_with_the_verified_caller(world: World, make: Callable[..., Door]) -> None:
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    path = "/v1/sessions/6f1c2d7e-0000-4000-8000-000000000001/credentials?a=1&a=2&b="
    status, told = make().send(alice, "POST", path, b'{"x":1}', **{"Content-Type": "application/json", "X-Odd": "a"})
    event = told["event"]
    assert status == 200
    assert event["resource"] == "/v1/sessions/{id}/credentials"
    assert event["path"] == "/v1/sessions/6f1c2d7e-0000-4000-8000-000000000001/credentials"
    assert event["pathParameters"] == {"id": "6f1c2d7e-0000-4000-8000-000000000001"}
    assert event["queryStringParameters"] == {"a": "2", "b": ""}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}
    assert (event["httpMethod"], event["body"], event["isBase64Encoded"]) == ("POST", '{"x":1}', False)
    assert event["headers"]["X-Odd"] == "a" and event["multiValueHeaders"]["X-Odd"] == ["a"]
    assert "Authorization" not in event["headers"]
    context = event["requestContext"]
    assert context["accountId"] == places.BROKER_ACCOUNT
    assert (context["apiId"], context["stage"]) == (places.API_ID, "prod")
    assert context["path"] == "/prod" + event["path"]
    identity = context["identity"]
    assert identity["userArn"] == "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice"
    assert identity["caller"] == identity["user"] == f"{alice.session.role_id}:alice"
    assert (identity["accountId"], identity["accessKey"]) == (cast.FIRST_ACCOUNT, alice.access_key)
    assert (identity["principalOrgId"], identity["sourceIp"]) == (places.ORGANIZATION, "127.0.0.1")
    assert identity["cognitoIdentityId"] is None
    assert set(told["environment"]) - {"LC_CTYPE"} == {"PATH", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API"}
    assert told["arn"] == places.FUNCTION_ARN
    assert 25_000 < told["deadline"] - time.time() * 1000 <= 30_000


def test_the_function_gets_a_function_url_event_when_the_door_is_one(world: World, make: Callable[..., Door]) -> None:
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    door = make(kind="url")
    status, told = door.send(alice, "POST", "/v1/sessions?x=1", b"{}", **{"Content-Type": "application/json"})
    event = told["event"]
    assert status == 200
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/v1/sessions", "x=1")
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["apiId"] == places.URL_ID
    assert event["requestContext"]["authorizer"]["iam"]["userArn"].endswith("/alice")
    assert (event["body"], event["isBase64Encoded"]) == ("{}", False)
    assert ".lambda-url." in door.door.url
    assert door.send(alice, service="execute-api")[1]["code"] == "SIGNATURE_INVALID"


def other_body(request: AWSRequest) -> None:
    request.data = b'{"node":"i-other"}'


def test_refusals_are_problems_with_a_code_and_never_reach_the_function(world: World, make: Callable[..., Door]) -> None:
    door = make()
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    stranger = world.broker  # a role without any right to call the API

    def problem(*arguments: Any, **members: Any) -> str:
        status, body = door.send(*arguments, **members)
        assert status == body["status"] == 403
        assert {"title", "detail", "next", "requestId"} <= set(body)
        return str(body["code"])

    assert problem(None) == "NOT_SIGNED"
    assert problem(alice, path="/v1/nothing") == "NOT_SIGNED"
    assert problem(alice, method="PATCH") == "NOT_SIGNED"
    assert problem(alice, "POST", "/v1/sessions", b'{"node":"i-1"}', tamper=other_body) == "SIGNATURE_INVALID"
    assert problem(alice, service="lambda") == "SIGNATURE_INVALID"
    assert problem(world.aws.sign_in("alice/DatabaseAdmin", timedelta(hours=-1))) == "CREDENTIALS_EXPIRED"
    assert problem(stranger) == "FRONT_DOOR_DENIED"
    world.aws.clock.advance(timedelta(minutes=10))
    assert problem(alice) == "CREDENTIALS_EXPIRED"
    world.aws.clock.advance(timedelta(minutes=-10))
    assert door.send(alice)[0] == 200


def test_a_look_alike_gets_as_far_as_the_broker_unless_the_resource_policy_is_on(
    world: World, make: Callable[..., Door]
) -> None:
    mallory, alice = (world.aws.credentials_of(who) for who in ("mallory/DatabaseAdmin", "alice/DatabaseAdmin"))
    second = world.aws.credentials_of("alice/DatabaseAdmin@444455556666")
    status, told = make().send(mallory)
    assert status == 200
    caller = told["event"]["requestContext"]["identity"]["userArn"]
    assert caller.endswith("AWSReservedSSO_DatabaseAdmin_00000000deadbeef/mallory")
    strict = make(enforce=True)
    assert strict.send(mallory)[1]["code"] == "FRONT_DOOR_DENIED"
    assert strict.send(alice)[0] == strict.send(second)[0] == 200


def test_a_failing_function_is_a_bad_gateway_and_a_dead_one_is_replaced(world: World, make: Callable[..., Door]) -> None:
    door = make()
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    first = door.send(alice)[1]["process"]
    for mode in ("error", "nonsense"):
        status, problem = door.send(alice, path=f"/v1/identity?mode={mode}")
        assert (status, problem["code"]) == (502, "INTEGRATION_FAILED")
    assert door.send(alice)[1]["process"] == first
    assert door.send(alice, path="/v1/identity?mode=die")[0] == 502
    assert door.send(alice)[1]["process"] != first


def test_a_slow_function_times_out_at_the_gateway_and_is_killed_at_its_own_limit(
    world: World, make: Callable[..., Door]
) -> None:
    door = make(gateway_seconds=0.4, function_seconds=0.8)
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    assert door.function.wait_until_ready()
    first = door.send(alice)[1]["process"]
    status, problem = door.send(alice, path="/v1/identity?mode=slow&seconds=20")
    assert (status, problem["code"]) == (504, "INTEGRATION_TIMEOUT")
    assert door.send(alice)[0] == 504  # the one instance is still busy
    assert door.function.wait_until_ready()
    while (answer := door.send(alice))[0] == 504:
        pass
    assert answer[1]["process"] != first


def test_several_instances_serve_at_once(world: World, make: Callable[..., Door]) -> None:
    door = make(instances=2)
    alice = world.aws.credentials_of("alice/DatabaseAdmin")
    assert door.function.wait_until_ready()
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(door.send, alice, path="/v1/identity?mode=slow&seconds=0.3") for _ in range(2)]
        processes = {answer.result()[1]["process"] for answer in answers}
    assert len(processes) == 2


def test_a_function_that_does_not_start_says_so_and_is_not_tried_in_a_circle(tmp_path: Path) -> None:
    log = tmp_path / "log"
    function = LambdaFunction(FUNCTION, {"PATH": "/usr/bin:/bin", "FAIL_AT_START": "1"}, log)
    try:
        assert not function.wait_until_ready()
        assert log.read_text().count("no store") == 1
    finally:
        function.close()
