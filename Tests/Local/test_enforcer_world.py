"""What the enforcer meets: the organisation, its role in every account, the calls that write documents, the drift rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_world import World, document
from botocore.exceptions import ClientError
from system import cast, enforcer_policies
from system.event_bus import DriftRule
from system.places import BROKER_ACCOUNT, ENFORCER_ROLE, MANAGEMENT_ACCOUNT, SUSPENDED_ACCOUNT
from system.principals import SessionCredentials

NAME = enforcer_policies.SESSION_NAME
OURS = "SSMBroker-Shell-New"
CONTENT = json.dumps(document())


def execution(world: World) -> SessionCredentials:
    return cast.enforcer_credentials(world.aws.credentials, world.aws.clock.now)


def member(world: World, account: str = cast.FIRST_ACCOUNT, **changes: Any) -> SessionCredentials:
    """A session of the enforcer's role in an account."""
    named = {"RoleSessionName": NAME, "SourceIdentity": NAME, "by": execution(world), **changes}
    return world.assume(RoleArn=f"arn:aws:iam::{account}:role/{ENFORCER_ROLE}", **named)


def test_accounts_are_found_in_nested_units_with_their_state(world: World) -> None:
    client = world.client("organizations", execution(world), region="us-east-1")
    found: dict[str, tuple[str, int]] = {}

    def walk(parent: str, depth: int) -> None:
        for one in client.list_accounts_for_parent(ParentId=parent)["Accounts"]:
            found[one["Id"]] = (one["State"], depth)
        for unit in client.list_organizational_units_for_parent(ParentId=parent)["OrganizationalUnits"]:
            assert client.list_parents(ChildId=unit["Id"])["Parents"][0]["Id"] == parent
            walk(unit["Id"], depth + 1)

    walk(client.list_roots()["Roots"][0]["Id"], 0)
    assert found == {
        MANAGEMENT_ACCOUNT: ("ACTIVE", 0),
        BROKER_ACCOUNT: ("ACTIVE", 1),
        SUSPENDED_ACCOUNT: ("SUSPENDED", 1),
        cast.FIRST_ACCOUNT: ("ACTIVE", 2),
        cast.SECOND_ACCOUNT: ("ACTIVE", 2),
    }
    assert client.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT_ACCOUNT


@pytest.mark.parametrize(
    "changes",
    [{"RoleSessionName": "alice.n0nce1"}, {"SourceIdentity": "alice"}, {"SourceIdentity": "alice", "RoleSessionName": "alice"}],
)
def test_the_role_is_assumed_under_the_enforcers_name_only(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        member(world, **changes)


def test_the_broker_cannot_write_documents(world: World) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        member(world, by=world.broker)
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("ssm", world.assume()).update_document(Name="SSMBroker-Shell-DatabaseAdmin", Content=CONTENT)


def test_only_session_documents_of_ours_are_written(world: World) -> None:
    client = world.client("ssm", member(world))
    client.create_document(Name=OURS, Content=CONTENT, DocumentType="Session")
    client.create_document(Name="SSM-SessionManagerRunShell", Content=CONTENT, DocumentType="Session")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.create_document(Name="Another", Content=CONTENT, DocumentType="Session")


def test_versions_are_listed_promoted_and_deleted_as_aws_does(world: World) -> None:
    client = world.client("ssm", member(world))
    client.create_document(Name=OURS, Content=CONTENT, DocumentType="Session")
    for number in range(2, 12):
        content = json.dumps(document(f"user{number}"))
        client.update_document(Name=OURS, Content=content, DocumentVersion="$LATEST")
    client.update_document_default_version(Name=OURS, DocumentVersion="9")
    client.delete_document(Name=OURS, DocumentVersion="11")
    pages = client.get_paginator("list_document_versions").paginate(Name=OURS, PaginationConfig={"PageSize": 4})
    listed = [(one["DocumentVersion"], one["IsDefaultVersion"]) for page in pages for one in page["DocumentVersions"]]
    assert listed == [(str(number), number == 9) for number in range(1, 11)]
    assert client.describe_document(Name=OURS)["Document"]["LatestVersion"] == "10"
    with pytest.raises(ClientError, match="InvalidDocumentVersion"):
        client.update_document_default_version(Name=OURS, DocumentVersion="99")
    with pytest.raises(ClientError, match="InvalidDocumentOperation"):
        client.delete_document(Name=OURS, DocumentVersion="9")


def test_documents_are_listed_by_what_their_names_begin_with(world: World) -> None:
    client = world.client("ssm", member(world))
    client.create_document(Name="SSM-SessionManagerRunShell", Content=CONTENT, DocumentType="Session")
    filters = [{"Key": "Name", "Values": ["SSMBroker-"]}, {"Key": "Owner", "Values": ["Self"]}]
    pages = client.get_paginator("list_documents").paginate(Filters=filters, PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["DocumentIdentifiers"]] == [
        "SSMBroker-Shell-DatabaseAdmin", "SSMBroker-Shell-WebOperator"]  # fmt: skip


@pytest.mark.parametrize("content", ["{", "[]", '{"schemaVersion":"2.2","mainSteps":[]}', CONTENT.replace("Standard_Stream", "Shell")])
def test_what_is_no_session_document_is_refused(world: World, content: str) -> None:
    with pytest.raises(ClientError, match="InvalidDocumentContent"):
        world.client("ssm", member(world)).create_document(Name=OURS, Content=content, DocumentType="Session")


def test_every_write_is_told_with_the_role_that_made_it(world: World) -> None:
    told: list[dict[str, Any]] = []
    rule = DriftRule(told.append)
    world.aws.trail.listeners.append(rule.hear)
    client = world.client("ssm", member(world))
    client.create_document(Name=OURS, Content=CONTENT, DocumentType="Session")
    client.get_document(Name=OURS)
    with pytest.raises(ClientError):
        client.delete_document(Name="Another")
    assert [(one["account"], one["region"], one["detail"]["eventName"]) for one in told] == [
        (cast.FIRST_ACCOUNT, cast.REGION, "CreateDocument"), (cast.FIRST_ACCOUNT, cast.REGION, "DeleteDocument")]  # fmt: skip
    issuer = told[0]["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
    assert issuer == f"arn:aws:iam::{cast.FIRST_ACCOUNT}:role/{ENFORCER_ROLE}"
    assert told[1]["detail"]["errorCode"] == "AccessDeniedException"
