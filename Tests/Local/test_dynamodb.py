"""The stand-in's DynamoDB: what the broker's role may do with its tables, and what moto is trusted with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aws_world import World
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from system import cast, dynamodb_services

NAME = "ssm-broker"


@pytest.fixture
def dynamodb() -> Iterator[BaseClient]:
    """DynamoDB as the broker's execution role meets it, with the tables made."""
    with World() as world:
        dynamodb_services.create_tables(NAME, cast.BROKER_ACCOUNT, cast.REGION)
        yield world.client("dynamodb", world.broker)


@pytest.fixture
def as_enforcer() -> Iterator[BaseClient]:
    """The same tables as the enforcer's execution role meets them."""
    with World() as world:
        dynamodb_services.create_tables(NAME, cast.BROKER_ACCOUNT, cast.REGION)
        yield world.client("dynamodb", cast.enforcer_credentials(world.aws.credentials, world.aws.clock.now))


def put(table: str, key: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A put in a transaction."""
    return {"Put": {"TableName": f"{NAME}-{table}", "Item": key, **members}}


AUDIT_KEY = {"pk": {"S": "CHAIN#0"}, "sk": {"S": "00000000000000000000"}}
HEAD_KEY = {"pk": {"S": "CHAIN#0"}}


def update(table: str, key: dict[str, Any]) -> dict[str, Any]:
    """An update in a transaction."""
    return {"Update": {"TableName": f"{NAME}-{table}", "Key": key, "UpdateExpression": "SET seq = :n",
                       "ExpressionAttributeValues": {":n": {"N": "0"}}}}  # fmt: skip


def test_the_broker_may_append_move_heads_and_read(dynamodb: BaseClient) -> None:
    dynamodb.transact_write_items(TransactItems=[put("audit", AUDIT_KEY), update("heads", HEAD_KEY)])
    keys = {f"{NAME}-audit": {"Keys": [AUDIT_KEY]}, f"{NAME}-heads": {"Keys": [HEAD_KEY]}}
    assert len(dynamodb.batch_get_item(RequestItems=keys)["Responses"]) == 2
    found = dynamodb.query(TableName=f"{NAME}-audit", KeyConditionExpression="pk = :pk",
                           ExpressionAttributeValues={":pk": {"S": "CHAIN#0"}})  # fmt: skip
    assert found["Count"] == 1


REFUSED = [
    ("an update of the audit table", [update("audit", AUDIT_KEY)]),
    ("a deletion from the audit table", [{"Delete": {"TableName": f"{NAME}-audit", "Key": AUDIT_KEY}}]),
    ("a head that is put whole", [put("heads", HEAD_KEY)]),
    ("a deletion of live state", [{"Delete": {"TableName": f"{NAME}-sessions", "Key": HEAD_KEY}}]),
    ("a table of somebody else", [{"Put": {"TableName": "payroll", "Item": HEAD_KEY}}]),
    ("a refused write among allowed ones", [put("sessions", HEAD_KEY), update("audit", AUDIT_KEY)]),
]


@pytest.mark.parametrize("writes", [one[1] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_the_broker_may_not(dynamodb: BaseClient, writes: list[dict[str, Any]]) -> None:
    with pytest.raises(ClientError) as refusal:
        dynamodb.transact_write_items(TransactItems=writes)
    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"


RECORD_KEY = {"pk": {"S": "RECORD#1"}, "sk": {"S": "-"}}


def test_the_enforcer_may_append_and_keep_places(as_enforcer: BaseClient) -> None:
    writes = [put("audit", AUDIT_KEY), put("audit", RECORD_KEY), update("heads", HEAD_KEY)]
    as_enforcer.transact_write_items(TransactItems=writes)
    as_enforcer.transact_write_items(TransactItems=[put("sessions", {"pk": {"S": "PLACE#111122223333/eu-west-1"}})])
    found = as_enforcer.get_item(TableName=f"{NAME}-heads", Key=HEAD_KEY)
    assert found["Item"]["seq"] == {"N": "0"}


REFUSED_TO_THE_ENFORCER = [
    ("the pointer to the role map", [update("heads", {"pk": {"S": "MAP"}})]),
    ("the pointer beside a head", [update("heads", HEAD_KEY), update("heads", {"pk": {"S": "MAP"}})]),
    ("a version of the role map", [put("audit", {"pk": {"S": "MAP"}, "sk": {"S": "0000000001"}})]),
    ("a session's outcome", [put("audit", {"pk": {"S": "OUTCOME#1"}, "sk": {"S": "-"}})]),
    ("a block", [put("sessions", {"pk": {"S": "BLOCK#1"}})]),
    ("a block that it empties", [update("sessions", {"pk": {"S": "BLOCK#1"}})]),
    ("a session", [put("sessions", {"pk": {"S": "SESSION#1"}})]),
    ("an owner's count", [update("sessions", {"pk": {"S": "OWNER#1"}})]),
]


@pytest.mark.parametrize("writes", [one[1] for one in REFUSED_TO_THE_ENFORCER], ids=[one[0] for one in REFUSED_TO_THE_ENFORCER])
def test_the_enforcer_may_not_write(as_enforcer: BaseClient, writes: list[dict[str, Any]]) -> None:
    with pytest.raises(ClientError) as refusal:
        as_enforcer.transact_write_items(TransactItems=writes)
    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_cancelled_transaction_says_which_write_was_in_the_way(dynamodb: BaseClient) -> None:
    dynamodb.transact_write_items(TransactItems=[put("audit", AUDIT_KEY)])
    is_new = {"ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(ClientError) as refusal:
        dynamodb.transact_write_items(TransactItems=[update("heads", HEAD_KEY), put("audit", AUDIT_KEY, **is_new)])
    assert [one["Code"] for one in refusal.value.response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert "Item" not in dynamodb.get_item(TableName=f"{NAME}-heads", Key=HEAD_KEY)
