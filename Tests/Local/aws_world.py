"""The stand-in with a session service that only keeps books, and botocore clients for whoever is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from system import cast, documents
from system.contracts import SessionGone, SessionState, StartedSession, StartRequest
from system.principals import SessionCredentials
from system.surroundings import Surroundings

_BOTOCORE = botocore.session.Session()
"""One for all clients: it reads each service's model once."""

SHELL = "SSMBroker-Shell-DatabaseAdmin"
NEIGHBOUR_SHELL = "SSMBroker-Shell-WebOperator"


def document(user: str = "dbadmin", **members: Any) -> dict[str, Any]:
    """A shell document."""
    inputs = {"runAsEnabled": True, "runAsDefaultUser": user, "idleSessionTimeout": "20"}
    return {"schemaVersion": "1.0", "description": "shell", "sessionType": "Standard_Stream", "inputs": inputs, **members}


class BookkeepingSessions:
    """Keeps sessions and runs none."""

    def __init__(self) -> None:
        self.started: list[StartRequest] = []
        self.states: dict[str, SessionState] = {}

    def start(self, request: StartRequest) -> StartedSession:
        self.started.append(request)
        session_id = f"{request.role_session_name}-{len(self.started):026d}"
        self.states[session_id] = SessionState(
            session_id=session_id,
            account=request.account,
            region=request.region,
            target=request.target,
            status="Connected",
            start_date=datetime.now(UTC),
            document_name=request.document_name,
            owner=request.owner_arn,
            user_id=request.user_id,
            reason=request.reason,
        )
        return StartedSession(session_id, f"token-of-{session_id}", f"ws://127.0.0.1:1/v1/data-channel/{session_id}?role=x")

    def resume(self, session_id: str) -> StartedSession:
        if not self.states[session_id].is_active:
            raise SessionGone(session_id)
        return StartedSession(session_id, "another-token", "ws://127.0.0.1:1/")

    def terminate(self, session_id: str) -> None:
        self.states[session_id] = replace(self.states[session_id], status="Terminated")

    def describe(self, account: str, region: str, state: Literal["Active", "History"]) -> list[SessionState]:
        return [
            one
            for one in self.states.values()
            if (one.account, one.region) == (account, region) and one.is_active == (state == "Active")
        ]

    def get(self, session_id: str) -> SessionState | None:
        return self.states.get(session_id)

    def live(self) -> list[SessionState]:
        return [one for one in self.states.values() if one.is_active]

    def close(self) -> None:
        self.states.clear()


class World:
    """The cast's AWS, with two documents in each member account."""

    def __init__(self, strict_signing: bool = False) -> None:
        self.sessions = BookkeepingSessions()

        def keep(authorize: Any) -> BookkeepingSessions:
            self.authorize_channel = authorize
            return self.sessions

        self.aws = Surroundings(keep, strict_signing=strict_signing)
        for account in cast.MEMBER_ACCOUNTS:
            documents.put(account, cast.REGION, SHELL, json.dumps(document()))
            documents.put(account, cast.REGION, NEIGHBOUR_SHELL, json.dumps(document("webops")))
        self.broker = cast.broker_credentials(self.aws.credentials, self.aws.clock.now)

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.aws.close()

    def client(
        self, service: str, credentials: SessionCredentials, region: str = cast.REGION, judged_here: bool = True
    ) -> BaseClient:
        """A botocore client; without `judged_here` it sends what it is given, unvalidated."""
        return _BOTOCORE.create_client(
            service,
            region_name="us-east-1" if service == "iam" else region,
            endpoint_url=self.aws.url,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=judged_here, read_timeout=5),
        )

    def assume(self, policy: dict[str, Any] | None = None, **members: Any) -> SessionCredentials:
        """A session of the target role in the first account, by the broker, in alice's name unless said otherwise."""
        parameters = {
            "RoleArn": target_role(),
            "RoleSessionName": "alice.n0nce1",
            "SourceIdentity": "alice",
            **({"Policy": json.dumps(policy)} if policy is not None else {}),
            **members,
        }
        by = parameters.pop("by", self.broker)
        reply = self.client("sts", by).assume_role(**parameters)
        minted = self.aws.credentials.find(reply["Credentials"]["AccessKeyId"])
        assert minted is not None
        return minted


def target_role(account: str = cast.FIRST_ACCOUNT) -> str:
    """The ARN of the broker's role in a member account."""
    return f"arn:aws:iam::{account}:role/{cast.TARGET_ROLE}"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | list[str], resources: str | Iterable[str], **conditions: Any) -> dict[str, Any]:
    """A statement that allows."""
    resource = resources if isinstance(resources, str) else list(resources)
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **({"Condition": conditions} if conditions else {})}


def start_policy(node: str = cast.DB_1, name: str = SHELL, role: str = "db") -> dict[str, Any]:
    """The broker's "start" session: one node by id and tags, one document, nothing else."""
    ssm = f"arn:aws:ssm:{cast.REGION}:{cast.FIRST_ACCOUNT}"
    return policy(
        allow(
            "ssm:StartSession",
            f"arn:aws:ec2:{cast.REGION}:{cast.FIRST_ACCOUNT}:instance/{node}",
            StringEquals={"ssm:resourceTag/Role": [role]},
        ),
        allow("ssm:StartSession", f"{ssm}:document/{name}"),
    )


def channel_policy(session_name: str = "alice.n0nce1") -> dict[str, Any]:
    """The broker's "channel" session: what keeps one session going and ends it."""
    return policy(
        allow(
            ["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
            f"arn:aws:ssm:{cast.REGION}:{cast.FIRST_ACCOUNT}:session/{session_name}-*",
        )
    )


def inspect_policy() -> dict[str, Any]:
    """The broker's "inspect" session: it looks, and starts or changes nothing."""
    return policy(
        allow(
            ["ssm:DescribeInstanceInformation", "ssm:DescribeSessions", "ssm:GetConnectionStatus"],
            "*",
        ),
        allow(
            ["ssm:GetDocument", "ssm:DescribeDocument"],
            f"arn:aws:ssm:*:{cast.FIRST_ACCOUNT}:document/{SHELL}",
        ),
        allow("iam:GetRole", f"arn:aws:iam::{cast.FIRST_ACCOUNT}:role/aws-reserved/sso.amazonaws.com*"),
    )
