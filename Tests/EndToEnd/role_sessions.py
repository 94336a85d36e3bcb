"""The role sessions that the broker made in member accounts, and more like them, used through botocore."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from waiting import eventually
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from system import cast
from system.local_system import LocalSystem

Keys = dict[str, str]
"""AccessKeyId, SecretAccessKey and SessionToken, as STS spells them."""
_BOTOCORE = botocore.session.Session()


@dataclass(frozen=True)
class RoleSession:
    """An AssumeRole call of the broker, as the CloudTrail-like log has it."""

    name: str
    source_identity: str
    policy: dict[str, Any]

    @property
    def policy_text(self) -> str:
        return json.dumps(self.policy)

    @property
    def actions(self) -> set[str]:
        return {action for statement in self.policy["Statement"] for action in statement["Action"]}


def made(system: LocalSystem, since: int) -> list[RoleSession]:
    """The role sessions that the broker made from the trail's record number `since` on."""
    calls = [one for one in system.trail[since:] if one["eventName"] == "AssumeRole"]
    return [_read(one["requestParameters"]) for one in calls]  # type: ignore[arg-type]


def _read(asked: dict[str, Any]) -> RoleSession:
    return RoleSession(asked["roleSessionName"], asked["sourceIdentity"], json.loads(asked["policy"]))


def assume(system: LocalSystem, policy: RoleSession, name: str | None = None) -> Keys:
    """A session of the target role like the broker's: with its execution role, and with the policy that it rendered."""
    execution = cast.broker_credentials(system.aws.credentials, system.aws.clock.now)
    keys = {"AccessKeyId": execution.access_key, "SecretAccessKey": execution.secret_key,
            "SessionToken": execution.token}  # fmt: skip
    made = client(system, "sts", keys).assume_role(
        RoleArn=f"arn:aws:iam::{cast.FIRST_ACCOUNT}:role/{cast.TARGET_ROLE}",
        RoleSessionName=name or policy.name,
        SourceIdentity=policy.source_identity,
        Policy=policy.policy_text,
    )
    return made["Credentials"]


def client(system: LocalSystem, service: str, keys: Keys) -> BaseClient:
    """A botocore client that asks once."""
    return _BOTOCORE.create_client(
        service,
        region_name="us-east-1" if service == "iam" else cast.REGION,
        endpoint_url=system.aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def refusal(system: LocalSystem, keys: Keys, service: str, operation: str, **parameters: Any) -> str | None:
    """The error code of a call; ``None`` when it is allowed."""
    try:
        getattr(client(system, service, keys), operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def refused_by(system: LocalSystem) -> str:
    """Which layer of IAM decided the last call: "a session policy", or the role's own."""
    decisions = system.trail[-1]["additionalEventData"]["decisions"]  # type: ignore[index]
    assert decisions[-1]["effect"] != "allow"
    return decisions[-1]["by"]


def open_channel(stream_url: str, keys: Keys) -> int:
    """The status of a signed upgrade of a data channel: 101 when it is let in. No token is sent."""
    try:
        with connect(stream_url, additional_headers=_upgrade(stream_url, keys), compression=None, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@contextmanager
def connected(system: LocalSystem, opened: dict[str, Any]) -> Iterator[None]:
    """Within it, the data channel of a session that the broker handed out is open, its token redeemed."""
    session = opened["session"]
    headers = _upgrade(session["StreamUrl"], opened["credentials"])
    members = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "TokenValue": session["TokenValue"],
               "ClientId": str(uuid.uuid4()), "ClientVersion": "1.2.814.0"}  # fmt: skip
    with connect(
        session["StreamUrl"], additional_headers=headers, compression=None, proxy=None, ping_interval=None, close_timeout=1
    ) as channel:
        channel.send(json.dumps(members))
        eventually(lambda: _status(system, session["SessionId"]) == "Connected", "the session is connected")
        yield


def _status(system: LocalSystem, session_id: str) -> str | None:
    state = system.sessions.get(session_id)
    return None if state is None else state.status


def _upgrade(stream_url: str, keys: Keys) -> dict[str, str]:
    request = AWSRequest("GET", stream_url)
    frozen = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    SigV4Auth(frozen, "ssmmessages", cast.REGION).add_auth(request)
    return dict(request.headers.items())
