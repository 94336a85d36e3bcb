"""DynamoDB alone, for tests of the store: the same endpoint as in the whole system, with signature, model and IAM.

First line out: {"url", "region", "accessKeyId", "secretAccessKey", "sessionToken"} of the broker's execution role. Each
line in is a name: its tables are made, and the line comes back. Ends with its standard input.
"""

from __future__ import annotations

import json
import sys

from . import cast, dynamodb_services, roles
from .authorize import Authorizer
from .aws import AWS
from .clock import Clock
from .cloudtrail import CloudTrail
from .faults import Faults
from .nodes import Nodes
from .principals import CredentialStore


def main(_: list[str]) -> int:
    """Serves until nobody listens."""
    clock, credentials = Clock(), CredentialStore()
    cast.enter(Nodes())
    authorizer = Authorizer(roles.identity_policies, cast.organization_of, clock.now)
    aws = AWS(dynamodb_services.OPERATIONS, credentials, authorizer, CloudTrail(), Faults(), clock.now)
    session = cast.broker_credentials(credentials, clock.now)
    _say(json.dumps({
        "url": aws.url,
        "region": cast.REGION,
        "accessKeyId": session.access_key,
        "secretAccessKey": session.secret_key,
        "sessionToken": session.token,
    }))  # fmt: skip
    for line in sys.stdin:
        name = line.strip()
        dynamodb_services.create_tables(name, cast.BROKER_ACCOUNT, cast.REGION)
        _say(name)
    aws.close()
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
