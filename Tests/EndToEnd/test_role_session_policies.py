"""The three role sessions of the real broker: each may do its own, and is refused the neighbour's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import broker_process
import node_state
import pytest
from broker_api import BrokerAPI
from role_sessions import Keys, RoleSession, assume, client, made, open_channel, refusal, refused_by
from session_documents import DATABASE_SHELL, WEB_SHELL

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(strict_signing=True)
DENIED = "AccessDeniedException"


class Opened:
    """alice's session on db-1, with the role sessions that were made for it, and her other one on web-1."""

    def __init__(self, system: LocalSystem, api: BrokerAPI) -> None:
        broker_process.forget(system)
        begun = len(system.trail)
        self.answer: dict[str, Any] = api.open("alice/DatabaseAdmin", cast.DB_1).body
        inspect, *others = made(system, begun)
        self.inspect = inspect
        self.start: RoleSession = next(one for one in others if "ssm:StartSession" in one.actions)
        self.channel: RoleSession = next(one for one in others if "ssmmessages:OpenDataChannel" in one.actions)
        self.neighbour: dict[str, Any] = api.open("alice/WebOperator", cast.WEB_1).body

    @property
    def neighbours_name(self) -> str:
        """The RoleSessionName of the other session."""
        return self.neighbour["session"]["SessionId"].rpartition("-")[0]


@pytest.fixture
def opened(system: LocalSystem, api: BrokerAPI) -> Iterator[Opened]:
    yield Opened(system, api)


def test_each_names_the_engineer_or_the_broker(system: LocalSystem, opened: Opened) -> None:
    session_id = opened.answer["session"]["SessionId"]
    assert (opened.inspect.name, opened.inspect.source_identity) == ("ssm-broker", "ssm-broker")
    for one in (opened.start, opened.channel):
        assert one.name.startswith("alice.") and one.source_identity == "alice"
        assert session_id.startswith(one.name + "-")
    call = next(one for one in system.aws.trail.named("StartSession")
                if one["responseElements"]["sessionId"] == session_id)  # fmt: skip
    identity = call["userIdentity"]
    assert identity["arn"].endswith(f"/{opened.start.name}")
    assert identity["sessionContext"]["sourceIdentity"] == "alice"
    assert identity["principalId"].endswith(f":{opened.start.name}")
    # Each session has a name of its own, so one intent is one CloudTrail record.
    assert opened.neighbours_name != opened.start.name


def test_inspect_looks_and_changes_nothing(system: LocalSystem, opened: Opened) -> None:
    keys = assume(system, opened.inspect)
    role = cast.reserved_name("DatabaseAdmin", cast.SUFFIXES[cast.FIRST_ACCOUNT])
    assert refusal(system, keys, "iam", "get_role", RoleName=role) is None
    assert refusal(system, keys, "iam", "get_role", RoleName="SSMBrokerTarget") is None
    assert refusal(system, keys, "ssm", "get_document", Name=DATABASE_SHELL) is None
    assert refusal(system, keys, "ssm", "describe_sessions", State="Active") is None
    look_alike = cast.reserved_name("DatabaseAdmin", cast.LOOK_ALIKE_SUFFIX)
    assert refusal(system, keys, "iam", "get_role", RoleName=look_alike) == "AccessDenied"
    session = opened.answer["session"]["SessionId"]
    for operation, parameters in {
        "start_session": {"Target": cast.DB_1, "DocumentName": DATABASE_SHELL},
        "terminate_session": {"SessionId": session},
        "resume_session": {"SessionId": session},
        "get_document": {"Name": "AWS-RunShellScript"},
    }.items():
        assert refusal(system, keys, "ssm", operation, **parameters) == DENIED, operation
    assert open_channel(opened.answer["session"]["StreamUrl"], keys) == 403


def test_inspect_is_refused_by_its_session_policy_and_not_only_by_the_role(
    system: LocalSystem, opened: Opened
) -> None:
    # Under the session's own name the role itself would allow its end.
    keys = assume(system, opened.inspect, name=opened.start.name)
    session = opened.answer["session"]["SessionId"]
    assert refusal(system, keys, "ssm", "terminate_session", SessionId=session) == DENIED
    assert refused_by(system) == "a session policy"
    assert refusal(system, keys, "ssm", "start_session", Target=cast.DB_1, DocumentName=DATABASE_SHELL) == DENIED
    assert refused_by(system) == "a session policy"


def test_start_starts_its_node_with_its_document_and_nothing_else(system: LocalSystem, opened: Opened) -> None:
    keys = assume(system, opened.start)
    assert refusal(system, keys, "ssm", "start_session", Target=cast.DB_1, DocumentName=DATABASE_SHELL) is None
    for why, asked in {
        "the neighbour's node": {"Target": cast.WEB_1, "DocumentName": DATABASE_SHELL},
        "another account's node": {"Target": cast.BATCH_1, "DocumentName": DATABASE_SHELL},
        "the neighbour's document": {"Target": cast.DB_1, "DocumentName": WEB_SHELL},
        "a document of AWS": {"Target": cast.DB_1, "DocumentName": "AWS-StartInteractiveCommand"},
        "the default document": {"Target": cast.DB_1},
    }.items():
        assert refusal(system, keys, "ssm", "start_session", **asked) == DENIED, why
    for session in (opened.answer, opened.neighbour):
        for operation in ("terminate_session", "resume_session"):
            assert refusal(system, keys, "ssm", operation, SessionId=session["session"]["SessionId"]) == DENIED
        assert open_channel(session["session"]["StreamUrl"], keys) == 403
    assert refusal(system, keys, "ssm", "get_document", Name=DATABASE_SHELL) == DENIED
    assert refusal(system, keys, "iam", "get_role", RoleName="AWSReservedSSO_x") == "AccessDenied"


@pytest.mark.parametrize("neighbour", ["node", "document"])
def test_start_is_refused_the_neighbours_by_its_session_policy(
    system: LocalSystem, opened: Opened, neighbour: str
) -> None:
    keys = assume(system, opened.start)
    asked = {"Target": cast.WEB_1, "DocumentName": DATABASE_SHELL} if neighbour == "node" else {
        "Target": cast.DB_1, "DocumentName": WEB_SHELL}  # fmt: skip
    assert refusal(system, keys, "ssm", "start_session", **asked) == DENIED
    assert refused_by(system) == "a session policy"


def test_start_holds_to_the_maps_tags(system: LocalSystem, opened: Opened) -> None:
    with node_state.changed(system, tags={"SsmBroker": "enabled", "Role": "batch"}):
        keys = assume(system, opened.start)
        asked = {"Target": cast.DB_1, "DocumentName": DATABASE_SHELL}
        assert refusal(system, keys, "ssm", "start_session", **asked) == DENIED


def test_the_channel_credentials_handed_out_are_for_their_session_only(system: LocalSystem, opened: Opened) -> None:
    keys: Keys = opened.answer["credentials"]
    own, other = opened.answer["session"], opened.neighbour["session"]
    assert open_channel(own["StreamUrl"], keys) == 101
    assert client(system, "ssm", keys).resume_session(SessionId=own["SessionId"])["TokenValue"]
    assert open_channel(other["StreamUrl"], keys) == 403
    for operation in ("resume_session", "terminate_session"):
        assert refusal(system, keys, "ssm", operation, SessionId=other["SessionId"]) == DENIED
    for operation, parameters in {
        "start_session": {"Target": cast.DB_1, "DocumentName": DATABASE_SHELL},
        "describe_sessions": {"State": "Active"},
        "get_document": {"Name": DATABASE_SHELL},
        "describe_instance_information": {},
    }.items():
        assert refusal(system, keys, "ssm", operation, **parameters) == DENIED, operation
    assert len(system.sessions.live()) == 2
    assert refusal(system, keys, "ssm", "terminate_session", SessionId=own["SessionId"]) is None
    assert [one.session_id for one in system.sessions.live()] == [other["SessionId"]]


def test_the_channel_is_refused_the_neighbours_by_its_session_policy(system: LocalSystem, opened: Opened) -> None:
    # Under the neighbour's name the role itself would allow it all.
    keys = assume(system, opened.channel, name=opened.neighbours_name)
    other = opened.neighbour["session"]
    for operation in ("resume_session", "terminate_session"):
        assert refusal(system, keys, "ssm", operation, SessionId=other["SessionId"]) == DENIED
        assert refused_by(system) == "a session policy"
    assert open_channel(other["StreamUrl"], keys) == 403
    assert refused_by(system) == "a session policy"


def test_renewed_credentials_are_narrowed_in_the_same_way(
    system: LocalSystem, api: BrokerAPI, opened: Opened
) -> None:
    begun = len(system.trail)
    keys = api.renew("alice/DatabaseAdmin", opened.answer["id"]).body
    (renewed,) = made(system, begun)
    assert renewed == opened.channel
    assert open_channel(opened.answer["session"]["StreamUrl"], keys) == 101
    assert open_channel(opened.neighbour["session"]["StreamUrl"], keys) == 403


def test_an_end_names_who_ends_and_reaches_that_session_only(
    system: LocalSystem, api: BrokerAPI, opened: Opened
) -> None:
    begun = len(system.trail)
    assert api.end("alice/BrokerAdmin", opened.answer["id"]).status == 200
    ending = next(one for one in made(system, begun) if one.name == opened.start.name)
    assert ending.actions == {"ssm:TerminateSession"}
    keys = assume(system, ending, name=opened.neighbours_name)
    other = opened.neighbour["session"]["SessionId"]
    assert refusal(system, keys, "ssm", "terminate_session", SessionId=other) == DENIED
    assert refused_by(system) == "a session policy"


def test_the_engineers_own_credentials_open_nothing(system: LocalSystem, opened: Opened) -> None:
    own = system.aws.credentials_of("alice/DatabaseAdmin")
    keys = {"AccessKeyId": own.access_key, "SecretAccessKey": own.secret_key, "SessionToken": own.token}
    asked = {"Target": cast.DB_1, "DocumentName": DATABASE_SHELL}
    assert refusal(system, keys, "ssm", "start_session", **asked) == DENIED
    assert open_channel(opened.answer["session"]["StreamUrl"], keys) == 403
