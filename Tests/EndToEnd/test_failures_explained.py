"""What an engineer meets when something is wrong: each failure says what happened, why, and the next command."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from engineer import environment_of, run
from fake_plugins import first_on_path, plugin

from system import cast
from system.local_system import LocalSystem
from system.places import REGION

ALICE = "alice/DatabaseAdmin"
CONNECT = ("connect", cast.DB_1)
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}


@contextlib.contextmanager
def behind(system: LocalSystem):  # noqa: ANN201 - a context manager of None
    """The engineer's clock is behind everybody else's."""
    system.aws.clock.advance(timedelta(minutes=7))
    try:
        yield
    finally:
        system.aws.clock.advance(-timedelta(minutes=7))


@dataclass(frozen=True)
class Failure:
    """A command and all that its failure must say."""

    why: str
    status: int
    says: tuple[str, ...]
    arguments: tuple[str, ...] = CONNECT
    person: str = ALICE
    changes: dict[str, str | None] = field(default_factory=dict)
    during: Callable[[LocalSystem], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()

    def __str__(self) -> str:
        return self.why


FAILURES = [
    Failure("a Region that the map keeps from the permission set", 5,
            ("REGION_NOT_ALLOWED", "it may in eu-west-1", "as dbadmin", "Give the node's Region with --region"),
            (*CONNECT, "--region", "eu-west-2")),
    Failure("a node of another account", 6, ("NODE_NOT_FOUND", f"{REGION} (AWS_REGION)", "Account 111122223333"),
            ("connect", cast.BATCH_1)),
    Failure("a node that the map keeps from the permission set", 5,
            ("NODE_NOT_ALLOWED", "may: shell as webops on nodes with Role=web", "Ask #platform for more"),
            person="alice/WebOperator", changes={"SSM_BROKER_CONTACT": "#platform"}),
    Failure("a permission set that the map does not have", 5, ("ReadOnly", "administrator of the role map"),
            person="bob/ReadOnly"),
    Failure("a clock that is behind, at the broker", 1, ("this machine's clock is 7 min behind", "timedatectl"),
            during=behind),
    Failure("a clock that is behind, at AWS", 1, ("this machine's clock is 7 min behind", "timedatectl"),
            (*CONNECT, "--direct"), during=behind),
    Failure("a Region that is not the broker's", 64, ("BROKER_REGION_WRONG", "SSM_BROKER_REGION says us-east-1"),
            ("whoami", "--output", "json"), changes={"SSM_BROKER_REGION": "us-east-1"}),
    Failure("a Region that contradicts the broker's address", 64, ("says us-east-1", "leads to eu-west-1"),
            ("whoami",), changes={"SSM_BROKER_REGION": "us-east-1",
                                  "SSM_BROKER_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/prod"}),
    Failure("an address without its stage", 64, ("leads to no route", "Check SSM_BROKER_URL"),
            ("whoami",), changes={"SSM_BROKER_URL": "{url}/elsewhere"}),
    Failure("a broker that nobody is", 1, ("cannot be reached", "Check the network, VPN and HTTPS_PROXY"),
            changes={"SSM_BROKER_URL": "http://127.0.0.1:9/prod"}),
    Failure("AWS in the clear", 64, ("AWS_ENDPOINT_URL_SSM begins with http://", "in the clear"),
            (*CONNECT, "--direct"), changes={"AWS_ENDPOINT_URL_SSM": "http://ssm.example.com"}),
]  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_it_says_what_happened_why_and_what_next(system: LocalSystem, failure: Failure) -> None:
    changes = {name: value and value.replace("{url}", system.url) for name, value in failure.changes.items()}
    with failure.during(system):
        done = run(environment_of(system, failure.person, **changes), *failure.arguments)
    assert done.returncode == failure.status, done.stderr
    for words in failure.says:
        assert words in done.stderr, done.stderr
    assert "Next: " in done.stderr or '"next":' in done.stderr
    assert system.sessions.live() == []


def test_an_ended_sign_in_names_the_command_with_its_profile(system: LocalSystem, tmp_path: Path) -> None:
    # The keys in the credentials file have ended; the profile says that they come from IAM Identity Center.
    config = tmp_path / "config"
    config.write_text(
        "[profile ops]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = DatabaseAdmin\n"
        "[profile chained]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = ops\n"
        "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
    )
    for profile in ("ops", "chained"):
        changes = {**NO_KEYS, "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
                   "HOME": str(tmp_path)}  # fmt: skip
        done = run(environment_of(system, ALICE, **changes), "whoami", "--profile", profile)
        assert done.returncode == 4
        assert "Next: aws sso login --profile ops" in done.stderr


def test_expired_keys_of_the_environment_are_named(system: LocalSystem) -> None:
    done = run(environment_of(system, ALICE, AWS_SESSION_TOKEN="x" * 240), "whoami")
    assert done.returncode == 4
    assert "The keys come from the environment" in done.stderr and "AWS_ACCESS_KEY_ID" in done.stderr


def test_an_old_plugin_says_which_is_the_oldest(system: LocalSystem, tmp_path: Path) -> None:
    made = plugin(tmp_path / "bin", "exit 0", "1.2.707.0")
    done = run(first_on_path(environment_of(system, ALICE), made), *CONNECT)
    assert done.returncode == 8
    assert "1.2.764.0 is the oldest that works" in done.stderr and "Next: Install it" in done.stderr
