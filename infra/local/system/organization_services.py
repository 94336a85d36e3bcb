"""AWS Organizations, answered by moto: nested organisational units, a suspended account, a management account of its own.

    root
      Infrastructure      the broker's account, delegated administrator
      Workloads
        Production        the first account
        Batch             the second account
      Suspended           one that was closed
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .calls import Call, Check, Operation
from .errors import AWSError
from .moto_services import forward_as, organizations, organizations_ids
from .places import (
    BROKER_ACCOUNT,
    FIRST_ACCOUNT,
    MANAGEMENT_ACCOUNT,
    ORGANIZATION,
    SECOND_ACCOUNT,
    SUSPENDED_ACCOUNT,
)
from .wire import Response

ROOT = "r-loca"
UNITS = {
    "Infrastructure": ("ou-loca-infrastr", ROOT),
    "Workloads": ("ou-loca-workload", ROOT),
    "Production": ("ou-loca-producti", "ou-loca-workload"),
    "Batch": ("ou-loca-batchwork", "ou-loca-workload"),
    "Suspended": ("ou-loca-suspende", ROOT),
}
"""Name to id and parent."""
HOMES = {
    BROKER_ACCOUNT: "Infrastructure",
    FIRST_ACCOUNT: "Production",
    SECOND_ACCOUNT: "Batch",
    SUSPENDED_ACCOUNT: "Suspended",
}


def found() -> None:
    """Founds the cast's organisation."""
    backend = organizations(MANAGEMENT_ACCOUNT)
    with organizations_ids(make_random_org_id=ORGANIZATION, make_random_root_id=ROOT):
        backend.create_organization("us-east-1", FeatureSet="ALL")
    for name, (unit, parent) in UNITS.items():
        with organizations_ids(make_random_ou_id=unit):
            backend.create_organizational_unit(Name=name, ParentId=parent)
    for account, home in HOMES.items():
        join(account, UNITS[home][0])
    backend.close_account(AccountId=SUSPENDED_ACCOUNT)


def join(account: str, unit: str) -> None:
    """Adds an account, in an organisational unit."""
    backend = organizations(MANAGEMENT_ACCOUNT)
    with organizations_ids(make_random_account_id=account):
        backend.create_account(AccountName=f"account {account}", Email=f"{account}@example.com")
    backend.move_account(AccountId=account, SourceParentId=ROOT, DestinationParentId=unit)


def has(account: str) -> bool:
    """Whether the account belongs to the organisation, whatever its state."""
    return any(one.id == account for one in organizations(MANAGEMENT_ACCOUNT).accounts)


def _perform(call: Call) -> Response:
    """Only the management account and delegated administrators may ask."""
    if call.account not in (MANAGEMENT_ACCOUNT, BROKER_ACCOUNT):
        raise AWSError("AccessDeniedException", "You don't have permissions to access this resource.")
    response = forward_as(call, MANAGEMENT_ACCOUNT)
    reply = json.loads(response.body)
    # moto writes an empty token where AWS leaves it out.
    if not reply.get("NextToken"):
        reply.pop("NextToken", None)
    return Response(200, json.dumps(reply).encode(), response.headers)


def _operation(name: str) -> Operation:
    return Operation(lambda call: [[Check(f"organizations:{name}", "*")]], _perform, reads_only=True)


OPERATIONS: Mapping[tuple[str, str], Any] = {
    ("organizations", name): _operation(name)
    for name in (
        "DescribeAccount",
        "DescribeOrganization",
        "ListAccounts",
        "ListAccountsForParent",
        "ListOrganizationalUnitsForParent",
        "ListParents",
        "ListRoots",
    )
}
