"""What tests of the enforcer look at: documents in the accounts, who wrote them, and others who write them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from system import cast, roles
from system.event_bus import DOCUMENT_WRITES
from system.local_system import LocalSystem
from system.moto_services import iam, ssm
from system.places import ENFORCER_ROLE
from system.principals import RoleSession

_BOTOCORE = botocore.session.Session()
DATABASE_SHELL = "SSMBroker-Shell-DatabaseAdmin"
PREFERENCES = "SSM-SessionManagerRunShell"


def names(account: str, region: str = cast.REGION) -> list[str]:
    """The broker's documents in a place."""
    return sorted(name for name in ssm(account, region)._documents if name.startswith("SSMBroker-"))


def content(account: str, name: str, region: str = cast.REGION) -> dict[str, Any]:
    """The latest version's text. Fails when it is not the default version too."""
    kept = ssm(account, region)._documents[name]
    assert kept.latest_version == kept.default_version, f"{name}: latest is not default"
    return json.loads(kept.get_latest_version().content)


def run_as(account: str, name: str = DATABASE_SHELL, region: str = cast.REGION) -> str | None:
    """The Linux user of a document that is in order."""
    return content(account, name, region)["inputs"].get("runAsDefaultUser")


def writes(system: LocalSystem, since: int = 0) -> list[tuple[str, str, str]]:
    """Account, Region and call of every write to a document by the enforcer, from the trail's record `since` on."""
    return [
        (one["recipientAccountId"], one["awsRegion"], one["eventName"])
        for one in system.trail[since:]
        if one["eventName"] in DOCUMENT_WRITES and issuer(one).endswith(f":role/{ENFORCER_ROLE}")
    ]


def issuer(record: dict[str, Any]) -> str:
    """The role behind a call."""
    return record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]


class Outsider:
    """A role in a member account that may write documents: a pipeline, or somebody who should not."""

    def __init__(self, system: LocalSystem, name: str, account: str = cast.FIRST_ACCOUNT) -> None:
        arn = f"arn:aws:iam::{account}:role/{name}"
        role = roles.find(arn) or roles.create(account, "/", name, _trust(account), _everything())
        session = RoleSession(account, name, role.arn, role.id, "pipeline", issued_at=system.aws.clock.now())
        self._credentials = system.aws.credentials.mint(session, timedelta(hours=1))
        self._system = system

    def ssm(self, region: str = cast.REGION) -> BaseClient:
        """A client of the account's Systems Manager."""
        keys = self._credentials
        return _BOTOCORE.create_client(
            "ssm",
            region_name=region,
            endpoint_url=self._system.aws.url,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token,
            config=Config(retries={"total_max_attempts": 1}),
        )


def _trust(account: str) -> dict[str, Any]:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def _everything() -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}


@contextlib.contextmanager
def without_role(arn: str) -> Iterator[None]:
    """An account whose role is gone."""
    account = arn.split(":")[4]
    kept = iam(account).roles
    (key,) = [key for key, role in kept.items() if role.arn == arn]
    role = kept.pop(key)
    try:
        yield
    finally:
        kept[key] = role


def put_away(accounts: Iterable[str], region: str = cast.REGION) -> None:
    """The places as they are before the enforcer has ever been there."""
    for account in accounts:
        ssm(account, region)._documents.clear()
