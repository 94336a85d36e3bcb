"""Who is there: accounts, nodes, people and roles. Always the same, so that examples and tests can name them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import cast_policies as policies
from . import enforcer_policies, moto_services, organization_services, roles
from .nodes import Node, Nodes
from .places import (
    BROKER_ACCOUNT,
    BROKER_ROLE_ARN,
    ENFORCER_EXECUTION_ARN,
    ENFORCER_ROLE,
    FIRST_ACCOUNT,
    MANAGEMENT_ACCOUNT,
    MEMBER_ACCOUNTS,
    ORGANIZATION,
    REGION,
    REGIONS,
    SECOND_ACCOUNT,
    SUSPENDED_ACCOUNT,
    TARGET_ROLE,
)
from .principals import CredentialStore, RoleSession, SessionCredentials

WEB_1, DB_1, BATCH_1, WIN_1 = (
    "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2", "i-0ccccccccccccccc3", "i-0ddddddddddddddd4",
)  # fmt: skip
CACHE_1, OTHER_CACHE_1 = "i-0eeeeeeeeeeeeeee5", "i-0fffffffffffffff6"
"""Two nodes of one name."""
EDGE_1 = "mi-0aaaaaaaaaaaaaaa7"
"""A machine outside EC2."""

RESERVED_PATHS = {
    FIRST_ACCOUNT: "/aws-reserved/sso.amazonaws.com/eu-west-1/",
    SECOND_ACCOUNT: "/aws-reserved/sso.amazonaws.com/",
}
"""With and without the Region element: AWS leaves it out when Identity Center is in us-east-1."""
SUFFIXES = {FIRST_ACCOUNT: "0123456789abcdef", SECOND_ACCOUNT: "fedcba9876543210"}
LOOK_ALIKE_SUFFIX = "00000000deadbeef"

BREAK_GLASS = "BreakGlass"
PERMISSION_SETS = (
    "DatabaseAdmin", "WebOperator", "BatchOperator", "BrokerAdmin", "SecurityAudit", "ReadOnly", BREAK_GLASS,
)  # fmt: skip
ASSIGNMENTS = {
    "alice": ("DatabaseAdmin", "WebOperator", "BatchOperator", "BrokerAdmin"),
    "sam": ("SecurityAudit",),
    "bob": ("ReadOnly",),
    "grace": (BREAK_GLASS,),
    "mallory": ("DatabaseAdmin",),
}
"""Who may sign in with what, in every member account; mallory's role is hers, in the first account, at path ``/``."""
LOOK_ALIKE = "mallory"


class NoSuchPerson(LookupError):
    """Nobody of the cast is of that name, permission set and account."""


@dataclass(frozen=True)
class Person:
    """Somebody signed in: ``alice/DatabaseAdmin`` or ``alice/DatabaseAdmin@444455556666``."""

    user: str
    permission_set: str
    account: str = FIRST_ACCOUNT

    @classmethod
    def parse(cls, text: str) -> Person:
        """Reads USER/PERMISSION-SET[@ACCOUNT]. Raises :class:`NoSuchPerson` with who there is."""
        name, _, account = text.partition("@")
        user, _, permission_set = name.partition("/")
        person = cls(user, permission_set, account or FIRST_ACCOUNT)
        if person not in everyone():
            known = ", ".join(str(one) for one in everyone())
            raise NoSuchPerson(f"'{text}' is not of the cast; these are: {known}")
        return person

    def __str__(self) -> str:
        suffix = "" if self.account == FIRST_ACCOUNT else f"@{self.account}"
        return f"{self.user}/{self.permission_set}{suffix}"

    @property
    def profile(self) -> str:
        """The AWS profile's name: ``alice-DatabaseAdmin``, the account after it when it is not the first."""
        suffix = "" if self.account == FIRST_ACCOUNT else f"-{self.account}"
        return f"{self.user}-{self.permission_set}{suffix}"

    @property
    def role_arn(self) -> str:
        """The role behind the sign-in."""
        if self.user == LOOK_ALIKE:
            return f"arn:aws:iam::{self.account}:role/{reserved_name(self.permission_set, LOOK_ALIKE_SUFFIX)}"
        path = RESERVED_PATHS[self.account]
        return f"arn:aws:iam::{self.account}:role{path}{reserved_name(self.permission_set, SUFFIXES[self.account])}"


def everyone() -> list[Person]:
    """Every person, permission set and account that goes together."""
    return [
        Person(user, permission_set, account)
        for user, held in ASSIGNMENTS.items()
        for permission_set in held
        for account in MEMBER_ACCOUNTS
        if user != LOOK_ALIKE or account == FIRST_ACCOUNT
    ]


def reserved_name(permission_set: str, suffix: str) -> str:
    """The role name that Identity Center gives a permission set."""
    return f"AWSReservedSSO_{permission_set}_{suffix}"


def organization_of(account: str) -> str | None:
    """The organisation of an account; outsiders have none."""
    return ORGANIZATION if organization_services.has(account) else None


def enter(nodes: Nodes) -> None:
    """Puts everybody on the stage: roles into moto's IAM, nodes into `nodes`."""
    everywhere = (*MEMBER_ACCOUNTS, BROKER_ACCOUNT, MANAGEMENT_ACCOUNT, SUSPENDED_ACCOUNT)
    moto_services.begin(everywhere, REGIONS)
    organization_services.found()
    for node in _nodes():
        nodes.put(node)
    roles.create(BROKER_ACCOUNT, "/ssm-broker/", "BrokerExecution", policies.lambda_trust(), policies.broker_policy())
    roles.create(
        BROKER_ACCOUNT, "/ssm-broker/", "EnforcerExecution", policies.lambda_trust(), enforcer_policies.execution_policy()
    )
    for account in everywhere:
        enter_enforcer_role(account)
    for account in MEMBER_ACCOUNTS:
        path, name = TARGET_ROLE.split("/")
        roles.create(account, f"/{path}/", name, policies.target_trust(), policies.target_policy(account))
        for permission_set in PERMISSION_SETS:
            name = reserved_name(permission_set, SUFFIXES[account])
            rights = policies.break_glass_policy() if permission_set == BREAK_GLASS else policies.engineer_policy()
            roles.create(account, RESERVED_PATHS[account], name, policies.sign_in_trust(account), rights)
    name = reserved_name("DatabaseAdmin", LOOK_ALIKE_SUFFIX)
    roles.create(FIRST_ACCOUNT, "/", name, policies.sign_in_trust(FIRST_ACCOUNT), policies.engineer_policy())


def enter_enforcer_role(account: str) -> None:
    """What the member stack brings an account: the role by which the enforcer gets in."""
    path, name = ENFORCER_ROLE.split("/")
    roles.create(account, f"/{path}/", name, enforcer_policies.member_trust(), enforcer_policies.member_policy(account))


def join(account: str, unit: str) -> None:
    """Adds an account to the organisation, in a unit, with what the member stack brings."""
    moto_services.open_account(account, REGIONS)
    organization_services.join(account, unit)
    enter_enforcer_role(account)


def sign_in(
    person: Person, credentials: CredentialStore, now: Callable[[], datetime], lifetime: timedelta = timedelta(hours=1)
) -> SessionCredentials:
    """What Identity Center hands a person who signs in; a negative lifetime makes expired credentials."""
    return _session(person.role_arn, person.user, credentials, now, lifetime)


def broker_credentials(credentials: CredentialStore, now: Callable[[], datetime]) -> SessionCredentials:
    """The execution role's session. Lambda renews it; here one lasts as long as anybody keeps the system up."""
    return _session(BROKER_ROLE_ARN, "ssm-broker", credentials, now, timedelta(days=30))


def enforcer_credentials(credentials: CredentialStore, now: Callable[[], datetime]) -> SessionCredentials:
    """The same of the enforcer's execution role."""
    return _session(ENFORCER_EXECUTION_ARN, "ssm-broker-enforcer", credentials, now, timedelta(days=30))


def _session(
    role_arn: str, name: str, credentials: CredentialStore, now: Callable[[], datetime], lifetime: timedelta
) -> SessionCredentials:
    role = roles.find(role_arn)
    if role is None:
        raise NoSuchPerson(f"{role_arn} does not exist")
    session = RoleSession(role.account, role.name, role.arn, role.id, name, issued_at=now())
    return credentials.mint(session, lifetime)


def _nodes() -> list[Node]:
    def node(node_id: str, account: str, name: str, role: str, address: str, **members: Any) -> Node:
        tags = {"Name": name, "Role": role, "SsmBroker": "enabled"}
        return Node(node_id, account, REGION, tags, ip_address=address, **members)

    return [
        node(WEB_1, FIRST_ACCOUNT, "web-1", "web", "10.1.0.11"),
        node(DB_1, FIRST_ACCOUNT, "db-1", "db", "10.1.0.12"),
        node(WIN_1, FIRST_ACCOUNT, "win-1", "web", "10.1.0.14", platform="Windows",
             platform_name="Microsoft Windows Server 2022 Datacenter", platform_version="10.0.20348"),
        node(CACHE_1, FIRST_ACCOUNT, "cache-1", "db", "10.1.0.15"),
        node(OTHER_CACHE_1, FIRST_ACCOUNT, "cache-1", "db", "10.1.0.16"),
        node(EDGE_1, FIRST_ACCOUNT, "edge-1", "web", "192.168.7.17", platform_name="Ubuntu", platform_version="24.04"),
        node(BATCH_1, SECOND_ACCOUNT, "batch-1", "batch", "10.2.0.13"),
    ]  # fmt: skip
