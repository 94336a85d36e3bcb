"""The broker's three kinds of role session, each narrowed by its session policy, against everything next to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aws_world import (
    NEIGHBOUR_SHELL,
    SHELL,
    World,
    allow,
    channel_policy,
    inspect_policy,
    policy,
    start_policy,
    target_role,
)
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError
from system import cast
from system.contracts import ChannelRefused, ChannelRequest
from system.moto_services import iam
from system.principals import SessionCredentials


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a call that must be refused."""
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return refusal.value.response["Error"]["Code"]


def test_the_start_session_starts_its_node_with_its_document(world: World) -> None:
    ssm = world.client("ssm", world.assume(start_policy()))
    reply = ssm.start_session(Target=cast.DB_1, DocumentName=SHELL, Reason="INC-7")
    assert reply["SessionId"].startswith("alice.n0nce1-")
    (started,) = world.sessions.started
    assert (started.target, started.document_name, started.reason) == (cast.DB_1, SHELL, "INC-7")
    assert started.owner_arn == "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.n0nce1"
    assert started.document["inputs"]["runAsDefaultUser"] == "dbadmin"
    assert started.run_as_tag is None


def test_a_user_tag_on_the_role_goes_with_every_session_that_it_starts(world: World) -> None:
    iam(cast.FIRST_ACCOUNT).tag_role("SSMBrokerTarget", [{"Key": "SSMSessionRunAs", "Value": "webops"}])
    world.client("ssm", world.assume(start_policy())).start_session(Target=cast.DB_1, DocumentName=SHELL)
    assert [started.run_as_tag for started in world.sessions.started] == ["webops"]


@dataclass(frozen=True)
class Refused:
    """A call next to what a session policy allows."""

    why: str
    operation: str
    parameters: dict[str, Any]


BEYOND_START = [
    Refused("the neighbour's node", "start_session", {"Target": cast.WEB_1, "DocumentName": SHELL}),
    Refused("a node that does not exist", "start_session", {"Target": "i-0123456789abcdef0", "DocumentName": SHELL}),
    Refused("another account's node", "start_session", {"Target": cast.BATCH_1, "DocumentName": SHELL}),
    Refused("the neighbour's document", "start_session", {"Target": cast.DB_1, "DocumentName": NEIGHBOUR_SHELL}),
    Refused("AWS's own document", "start_session", {"Target": cast.DB_1, "DocumentName": "AWS-StartSSHSession"}),
    Refused("the default document", "start_session", {"Target": cast.DB_1}),
    Refused("a look around", "describe_instance_information", {}),
    Refused("reading even its own document", "get_document", {"Name": SHELL}),
    Refused("ending even its own session", "terminate_session", {"SessionId": "alice.n0nce1-" + "0" * 25 + "1"}),
]


@pytest.mark.parametrize("refused", BEYOND_START, ids=lambda one: one.why)
def test_the_start_session_does_nothing_else(world: World, refused: Refused) -> None:
    credentials = world.assume(start_policy())
    world.client("ssm", credentials).start_session(Target=cast.DB_1, DocumentName=SHELL)
    call = getattr(world.client("ssm", credentials), refused.operation)
    assert code(call, **refused.parameters) == "AccessDeniedException"
    assert len(world.sessions.started) == 1


def test_the_start_session_is_bound_by_the_nodes_tags(world: World) -> None:
    node = world.aws.nodes.find(cast.FIRST_ACCOUNT, cast.REGION, cast.DB_1)
    assert node is not None
    ssm = world.client("ssm", world.assume(start_policy()))
    world.aws.nodes.change(node, tags={**node.tags, "Role": "web"})
    assert code(ssm.start_session, Target=cast.DB_1, DocumentName=SHELL) == "AccessDeniedException"
    world.aws.nodes.change(node, tags={**node.tags, "SsmBroker": "disabled"})
    assert code(ssm.start_session, Target=cast.DB_1, DocumentName=SHELL) == "AccessDeniedException"


BEYOND_INSPECT = [
    Refused("starting", "start_session", {"Target": cast.DB_1, "DocumentName": SHELL}),
    Refused("the neighbour's document", "get_document", {"Name": NEIGHBOUR_SHELL}),
    Refused("the neighbour's document, described", "describe_document", {"Name": NEIGHBOUR_SHELL}),
    Refused("ending a session", "terminate_session", {"SessionId": "alice.n0nce1-1"}),
    Refused("resuming a session", "resume_session", {"SessionId": "alice.n0nce1-1"}),
]


@pytest.mark.parametrize("refused", BEYOND_INSPECT, ids=lambda one: one.why)
def test_the_inspect_session_changes_nothing(world: World, refused: Refused) -> None:
    credentials = world.assume(inspect_policy(), RoleSessionName="ssm-broker", SourceIdentity="ssm-broker")
    call = getattr(world.client("ssm", credentials), refused.operation)
    assert code(call, **refused.parameters) == "AccessDeniedException"


def test_the_inspect_session_sees_nodes_documents_and_sessions_of_its_account(world: World) -> None:
    inspect = world.assume(inspect_policy(), RoleSessionName="ssm-broker", SourceIdentity="ssm-broker")
    ssm = world.client("ssm", inspect)
    listed = ssm.describe_instance_information()["InstanceInformationList"]
    assert [(one["InstanceId"], one["PlatformType"]) for one in listed] == [
        (cast.WEB_1, "Linux"), (cast.DB_1, "Linux"), (cast.WIN_1, "Windows"), (cast.CACHE_1, "Linux"),
        (cast.OTHER_CACHE_1, "Linux"), (cast.EDGE_1, "Linux"),
    ]  # fmt: skip
    there = [{"Key": "InstanceIds", "Values": [cast.BATCH_1]}]
    assert ssm.describe_instance_information(Filters=there)["InstanceInformationList"] == []
    assert ssm.get_connection_status(Target=cast.DB_1)["Status"] == "connected"
    assert ssm.get_connection_status(Target=cast.BATCH_1)["Status"] == "notconnected"
    assert json.loads(ssm.get_document(Name=SHELL)["Content"])["inputs"]["runAsDefaultUser"] == "dbadmin"
    described = ssm.describe_document(Name=SHELL)["Document"]
    assert (described["DefaultVersion"], described["LatestVersion"], len(described["Hash"])) == ("1", "1", 64)
    world.client("ssm", world.assume(start_policy())).start_session(Target=cast.DB_1, DocumentName=SHELL)
    (session,) = ssm.describe_sessions(State="Active")["Sessions"]
    assert session["Owner"].endswith("assumed-role/SSMBrokerTarget/alice.n0nce1")
    assert ssm.describe_sessions(State="History")["Sessions"] == []


def test_a_role_is_proven_by_its_path_and_a_look_alike_is_not(world: World) -> None:
    iam = world.client("iam", world.assume(inspect_policy()))
    role = iam.get_role(RoleName="AWSReservedSSO_DatabaseAdmin_0123456789abcdef")["Role"]
    assert role["Path"] == "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    assert role["RoleId"] == world.aws.credentials_of("alice/DatabaseAdmin").session.role_id
    assert code(iam.get_role, RoleName="AWSReservedSSO_DatabaseAdmin_00000000deadbeef") == "AccessDenied"
    assert code(iam.get_role, RoleName="NoSuchRole") == "AccessDenied"
    second = world.client("iam", world.assume(RoleArn=target_role(cast.SECOND_ACCOUNT)))
    reserved = second.get_role(RoleName="AWSReservedSSO_DatabaseAdmin_fedcba9876543210")["Role"]
    assert reserved["Path"] == "/aws-reserved/sso.amazonaws.com/"


def test_the_channel_session_resumes_and_ends_its_own_and_no_other(world: World) -> None:
    mine = start(world, "alice.n0nce1")
    neighbours = start(world, "bob.n0nce2")
    channel = world.client("ssm", world.assume(channel_policy()))
    assert code(channel.resume_session, SessionId=neighbours) == "AccessDeniedException"
    assert code(channel.terminate_session, SessionId=neighbours) == "AccessDeniedException"
    assert code(channel.start_session, Target=cast.DB_1, DocumentName=SHELL) == "AccessDeniedException"
    assert code(channel.describe_sessions, State="Active") == "AccessDeniedException"
    assert channel.resume_session(SessionId=mine)["TokenValue"] == "another-token"
    assert channel.terminate_session(SessionId=mine)["SessionId"] == mine
    assert code(channel.resume_session, SessionId=mine) == "DoesNotExistException"
    assert [state.session_id for state in world.sessions.live()] == [neighbours]


def test_a_session_belongs_to_the_session_name_that_started_it(world: World) -> None:
    # The session policy allows the id; the role's own policy asks for the starter's aws:userid.
    mine = start(world, "alice.n0nce1")
    impostor = world.client("ssm", world.assume(channel_policy(), RoleSessionName="mallory.n0nce1"))
    assert code(impostor.terminate_session, SessionId=mine) == "AccessDeniedException"


def test_a_session_name_that_starts_like_anothers_gives_nothing(world: World) -> None:
    theirs = start(world, "alice.n0nce1-b")
    channel = world.client("ssm", world.assume(channel_policy()))
    assert code(channel.terminate_session, SessionId=theirs) == "AccessDeniedException"


def test_a_data_channel_opens_for_its_own_session_only(world: World) -> None:
    mine, neighbours = start(world, "alice.n0nce1"), start(world, "bob.n0nce2")
    channel = world.assume(channel_policy())
    world.authorize_channel(upgrade(mine, channel))
    world.authorize_channel(upgrade(mine, channel, presigned=True))
    for request in (
        upgrade(neighbours, channel),
        upgrade("alice.n0nce1-nosuchsession", channel),
        upgrade(mine, world.assume(start_policy())),
        upgrade(mine, world.aws.credentials_of("alice/DatabaseAdmin")),
        upgrade(mine, channel, service="ssm"),
        upgrade(mine, channel, secret="wrong"),
        upgrade(mine, channel, region="eu-central-1"),
    ):
        with pytest.raises(ChannelRefused):
            world.authorize_channel(request)
    recorded = [record.get("errorCode") for record in world.aws.trail.named("OpenDataChannel")]
    assert recorded[:3] == [None, None, "AccessDeniedException"]


def test_an_unsigned_data_channel_opens_unless_signing_is_strict(world: World) -> None:
    request = ChannelRequest("GET", "/v1/data-channel/x", "role=publish_subscribe", (("Host", "127.0.0.1:1"),), "x")
    world.authorize_channel(request)
    world.aws.close()
    with World(strict_signing=True) as strict, pytest.raises(ChannelRefused):
        strict.authorize_channel(request)


def test_no_session_policy_widens_what_the_role_may_do(world: World) -> None:
    ssm = world.client("ssm", world.assume(policy(allow("*", "*"))))
    assert code(ssm.start_session, Target=cast.DB_1, DocumentName="AWS-StartSSHSession") == "AccessDeniedException"
    assert code(ssm.send_command, DocumentName="AWS-RunShellScript", InstanceIds=[cast.DB_1]) == "InternalFailure"


def start(world: World, session_name: str) -> str:
    """A session on db-1, started under this name."""
    credentials = world.assume(start_policy(), RoleSessionName=session_name, SourceIdentity=session_name.split(".")[0])
    reply = world.client("ssm", credentials).start_session(Target=cast.DB_1, DocumentName=SHELL)
    return str(reply["SessionId"])


def upgrade(
    session_id: str,
    credentials: SessionCredentials,
    service: str = "ssmmessages",
    region: str = cast.REGION,
    secret: str | None = None,
    presigned: bool = False,
) -> ChannelRequest:
    """A signed GET that opens a data channel, as the plugin sends it."""
    path = f"/v1/data-channel/{session_id}"
    request = AWSRequest("GET", f"http://127.0.0.1:9{path}?role=publish_subscribe&cell-number=AAEA%3D")
    keys = ReadOnlyCredentials(credentials.access_key, secret or credentials.secret_key, credentials.token)
    signer = SigV4QueryAuth(keys, service, region, expires=60) if presigned else SigV4Auth(keys, service, region)
    signer.add_auth(request)
    headers = (("Host", "127.0.0.1:9"), ("Upgrade", "websocket"), *request.headers.items())
    return ChannelRequest("GET", path, request.url.partition("?")[2], headers, session_id)
