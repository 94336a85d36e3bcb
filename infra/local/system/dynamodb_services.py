"""DynamoDB's calls about items, answered by moto; and the broker's tables.

moto forgets ClientRequestToken, so a transaction that is sent twice is done twice here: what must not happen twice has
to be kept from it by conditions. It judges no table policy either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from .calls import Call, Check, Operation
from .moto_services import RESPONSES, forward

DESCRIPTION = Path(__file__).resolve().parents[2] / "broker" / "dynamodb-tables.json"
_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def table_arn(call: Call, name: str) -> str:
    """The ARN of a table of the caller's own account."""
    return f"arn:aws:dynamodb:{call.region}:{call.account}:table/{name}"


def _get(call: Call) -> list[list[Check]]:
    return [[Check("dynamodb:GetItem", table_arn(call, call.parameters["TableName"]))]]


def _batch_get(call: Call) -> list[list[Check]]:
    return [[Check("dynamodb:BatchGetItem", table_arn(call, name)) for name in sorted(call.parameters["RequestItems"])]]


def _query(call: Call) -> list[list[Check]]:
    index = call.parameters.get("IndexName")
    arn = table_arn(call, call.parameters["TableName"])
    return [[Check("dynamodb:Query", f"{arn}/index/{index}" if index else arn)]]


def _transact(call: Call) -> list[list[Check]]:
    # IAM judges each write by its own action. Source: DynamoDB Developer Guide, "Using IAM with DynamoDB transactions".
    # Whether each carries its own leading key or those of all is not said; here its own. What reads say of keys nothing asks yet.
    return [[
        Check(f"dynamodb:{_ACTIONS[kind]}", table_arn(call, write["TableName"]), {
            "dynamodb:EnclosingOperation": "TransactWriteItems",
            "dynamodb:LeadingKeys": _leading_keys(write),
        })
        for item in call.parameters["TransactItems"]
        for kind, write in item.items()
    ]]  # fmt: skip


def _leading_keys(write: Mapping[str, Any]) -> Sequence[str] | None:
    """The value of the partition key, which is ``pk`` in each of the broker's tables."""
    value = (write.get("Item") or write.get("Key") or {}).get("pk")
    return None if value is None else [*value.values()]


OPERATIONS = {
    ("dynamodb", "GetItem"): Operation(_get, forward, reads_only=True, is_data_event=True),
    ("dynamodb", "BatchGetItem"): Operation(_batch_get, forward, reads_only=True, is_data_event=True),
    ("dynamodb", "Query"): Operation(_query, forward, reads_only=True, is_data_event=True),
    ("dynamodb", "TransactWriteItems"): Operation(_transact, forward, is_data_event=True),
}


def description(name: str) -> Sequence[dict[str, Any]]:
    """CreateTable's input for each of the broker's tables."""
    return json.loads(DESCRIPTION.read_text(encoding="utf-8").replace("${name}", name))


def create_tables(name: str, account: str, region: str) -> None:
    """Makes the broker's tables, as the deployment does before the broker starts."""
    host = f"dynamodb.{region}.amazonaws.com"
    for table in description(name):
        headers = HeadersDict({
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "DynamoDB_20120810.CreateTable",
            "x-moto-account-id": account,
            "host": host,
        })  # fmt: skip
        request = AWSPreparedRequest("POST", f"https://{host}/", headers, json.dumps(table).encode(), False)
        status, _, body = RESPONSES["dynamodb"].dispatch(request, request.url, request.headers)
        if int(status) != 200:
            raise RuntimeError(f"{table['TableName']} cannot be made: {body!r}")
