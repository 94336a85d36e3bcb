"""AssumeRole: both sides must allow, names stay with the session, malformed session policies are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aws_world import World, allow, policy, start_policy, target_role
from botocore.exceptions import ClientError
from system import cast, places, roles


def refusal(world: World, **members: Any) -> tuple[str, str]:
    """Code and message of an AssumeRole that must fail."""
    with pytest.raises(ClientError) as refused:
        world.assume(**members)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_session_has_the_names_it_was_given(world: World) -> None:
    sts = world.client("sts", world.broker)
    reply = sts.assume_role(
        RoleArn=target_role(), RoleSessionName="alice.n0nce1", SourceIdentity="alice", Policy=json.dumps(start_policy())
    )
    assert reply["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.n0nce1"
    assert reply["SourceIdentity"] == "alice"
    assert 0 < reply["PackedPolicySize"] <= 100
    assert reply["Credentials"]["AccessKeyId"].startswith("ASIA")
    keys = world.aws.credentials.find(reply["Credentials"]["AccessKeyId"])
    assert keys is not None
    identity = world.client("sts", keys).get_caller_identity()
    assert identity["Arn"] == reply["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == reply["AssumedRoleUser"]["AssumedRoleId"]


@dataclass(frozen=True)
class Denied:
    """An AssumeRole that one side or the other does not allow."""

    why: str
    members: dict[str, Any]
    drop: tuple[str, ...] = field(default=())


DENIED = [
    Denied("no source identity", {"SourceIdentity": None}),
    Denied("a session name without a nonce", {"RoleSessionName": "alice"}),
    Denied("a role that does not exist", {"RoleArn": "arn:aws:iam::111122223333:role/ssm-broker/Other"}),
    Denied("the right name under another path", {"RoleArn": "arn:aws:iam::111122223333:role/SSMBrokerTarget"}),
    Denied("an account outside", {"RoleArn": "arn:aws:iam::222233334444:role/ssm-broker/SSMBrokerTarget"}),
    Denied("session tags, which neither side allows", {"Tags": [{"Key": "SSMSessionRunAs", "Value": "root"}]}),
]


@pytest.mark.parametrize("denied", DENIED, ids=lambda one: one.why)
def test_what_trust_or_identity_policy_does_not_allow_is_denied(world: World, denied: Denied) -> None:
    members = {"RoleArn": target_role(), "RoleSessionName": "alice.n0nce1", "SourceIdentity": "alice", **denied.members}
    given = {name: value for name, value in members.items() if value is not None}
    with pytest.raises(ClientError) as refused:
        world.client("sts", world.broker).assume_role(**given)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert world.aws.trail.named("AssumeRole")[-1]["errorCode"] == "AccessDeniedException"


def test_an_engineer_cannot_take_the_brokers_role(world: World) -> None:
    code, message = refusal(world, by=world.aws.credentials_of("alice/DatabaseAdmin"))
    assert code == "AccessDenied"
    assert "AWSReservedSSO_DatabaseAdmin_0123456789abcdef/alice is not authorized to perform: sts:AssumeRole" in message


def test_both_sides_must_allow_a_source_identity(world: World) -> None:
    everything = policy(allow("*", "*"))
    root = f"arn:aws:iam::{places.BROKER_ACCOUNT}:root"
    trust = policy({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"})
    role = roles.create(cast.FIRST_ACCOUNT, "/ssm-broker/", "NoNames", trust, everything)
    by = world.broker
    assert refusal(world, RoleArn=role.arn)[0] == "AccessDenied"  # the broker may enter SSMBrokerTarget only
    roles.create(places.BROKER_ACCOUNT, "/", "Anything", trust, everything)
    anything = cast._session(f"arn:aws:iam::{places.BROKER_ACCOUNT}:role/Anything", "x", world.aws.credentials,
                             world.aws.clock.now, timedelta(hours=1))  # fmt: skip
    code, message = refusal(world, by=anything, RoleArn=role.arn)
    assert (code, "sts:SetSourceIdentity" in message) == ("AccessDenied", True)
    without = world.client("sts", anything).assume_role(RoleArn=role.arn, RoleSessionName="x1")
    assert "SourceIdentity" not in without
    assert by is world.broker


def test_a_source_identity_outlives_chaining_and_cannot_be_changed(world: World) -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": target_role()},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
        }
    )
    further = roles.create(cast.FIRST_ACCOUNT, "/", "Further", trust, policy(allow("ssm:DescribeSessions", "*")))
    alice = world.assume()
    sts = world.client("sts", alice)
    with pytest.raises(ClientError):
        sts.assume_role(RoleArn=further.arn, RoleSessionName="x1", SourceIdentity="somebody")
    reply = sts.assume_role(RoleArn=further.arn, RoleSessionName="x1")
    assert reply["SourceIdentity"] == "alice"
    keys = world.aws.credentials.find(reply["Credentials"]["AccessKeyId"])
    assert keys is not None
    world.client("ssm", keys).describe_sessions(State="Active")
    (record,) = world.aws.trail.named("DescribeSessions")
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "alice"
    assert record["userIdentity"]["arn"].endswith("assumed-role/Further/x1")


MALFORMED = [
    "{}",
    "not json",
    '{"Version":"2012-10-17"}',
    '{"Version":"2012-10-17","Statement":[]}',
    '{"Version":"2013-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"StartSession","Resource":"*"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"i-0"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Extra":1}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"aws:userid":"x"}}}]}',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}',
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_session_policy_is_refused(world: World, text: str) -> None:
    assert refusal(world, Policy=text)[0] == "MalformedPolicyDocument"


def test_a_condition_key_that_cannot_be_judged_is_a_loud_failure(world: World) -> None:
    unknown = policy(allow("*", "*", StringEquals={"ssm:NoSuchKey": "x"}))
    code, message = refusal(world, policy=unknown)
    assert (code, "ssm:NoSuchKey" in message) == ("InternalFailure", True)


def test_limits_are_those_of_sts(world: World) -> None:
    long = policy({"Sid": "x" * 2048, **allow("*", "*")})
    for members in (
        {"policy": long},
        {"DurationSeconds": 3601},
        {"DurationSeconds": 43200},
        {"SourceIdentity": "aws:alice"},
        {"RoleSessionName": "alice smith.n"},
    ):
        assert refusal(world, **members)[0] == "ValidationError"
    assert world.assume(DurationSeconds=900).expiration - world.aws.clock.now() <= timedelta(seconds=900)


def test_session_tags_count_towards_the_packed_size(world: World) -> None:
    tags = [{"Key": f"k{number}", "Value": "v" * 256} for number in range(9)]
    assert refusal(world, Tags=tags)[0] == "PackedPolicyTooLarge"


def test_credentials_end_with_their_session(world: World) -> None:
    ssm = world.client("ssm", world.assume(DurationSeconds=900))
    ssm.describe_sessions(State="Active")
    short = world.aws.credentials.mint(world.broker.session, timedelta(seconds=-1))
    with pytest.raises(ClientError) as refused:
        world.client("ssm", short).describe_sessions(State="Active")
    assert refused.value.response["Error"]["Code"] == "ExpiredTokenException"
    with pytest.raises(ClientError) as refused:
        world.client("sts", short).get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "ExpiredToken"
