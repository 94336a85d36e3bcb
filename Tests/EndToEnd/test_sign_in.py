"""Every way of being signed in: the client signs with the keys that botocore finds by the same files and variables."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.credentials
import botocore.session
import botocore.tokens
import pexpect
import pytest
from sign_in_world import SignInWorld

from system.local_system import built

CLIENT = str(built("ssm-broker", "SSM_BROKER_CLIENT_PATH"))
KEYS = "aws_access_key_id = AKIASTATIC\naws_secret_access_key = s\n"
ROLE = "role_arn = arn:aws:iam::111122223333:role/Deploy\n"
SSO = "sso_account_id = 111122223333\nsso_role_name = DatabaseAdmin\n"
CORP = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
LEGACY = "sso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"
SESSION_PROFILE = f"[profile ops]\nsso_session = corp\n{SSO}{CORP}"
PRINTS = (
    'credential_process = printf \'{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s","SessionToken":"p"}\'\n'
)


def hours(number: float) -> str:
    """That many hours from now, as the AWS CLI writes it."""
    return (datetime.now(UTC) + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign_in(ends: float, **more: Any) -> dict[str, Any]:
    """A token cache's content; its times are hours from when it is written."""
    return {"accessToken": "SIGNED-IN", "expiresAt": ends, "region": "eu-west-1", **more}


def renewable(ends: float, registration: float = 100) -> dict[str, Any]:
    return sign_in(ends, clientId="c", clientSecret="cs", refreshToken="REFRESH", registrationExpiresAt=registration)


def written(token: dict[str, Any]) -> str:
    return json.dumps({name: hours(value) if name.endswith("At") and not isinstance(value, str) else value
                       for name, value in token.items()})  # fmt: skip


@dataclass
class Way:
    """Files and variables; `{url}` and `{home}` in them are filled in."""

    why: str
    config: str | None = None
    credentials: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    profile: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the name or start URL whose SHA-1 names the file."""
    finds: bool = True


WAYS = [
    Way("a role with a source profile", f"[profile ops]\n{ROLE}source_profile = base\n[profile base]\n{KEYS}", profile="ops"),
    Way("a role by AWS_PROFILE", f"[profile ops]\n{ROLE}source_profile = base\n[profile base]\n{KEYS}",
        environment={"AWS_PROFILE": "ops"}),
    Way("a role whose source is in the credentials file", f"[profile ops]\n{ROLE}source_profile = base\n",
        f"[base]\n{KEYS}", profile="ops"),
    Way("a role that is its own source", f"[profile ops]\n{ROLE}source_profile = ops\n{KEYS}", profile="ops"),
    Way("a role's own source without keys", f"[profile ops]\n{ROLE}source_profile = ops\n", profile="ops", finds=False),
    Way("roles in a chain", f"[profile ops]\n{ROLE}source_profile = middle\n[profile middle]\n"
        f"role_arn = arn:aws:iam::111122223333:role/Middle\nsource_profile = base\n[profile base]\n{KEYS}", profile="ops"),
    Way("roles in a circle", f"[profile ops]\n{ROLE}source_profile = other\n[profile other]\n{ROLE}source_profile = ops\n",
        profile="ops", finds=False),
    Way("a source with keys and a role gives its keys", f"[profile ops]\n{ROLE}source_profile = base\n"
        f"[profile base]\n{KEYS}role_arn = arn:aws:iam::1:role/Other\nsource_profile = x\n", profile="ops"),
    Way("a role's name, id and length", f"[profile ops]\n{ROLE}source_profile = base\nrole_session_name = alice\n"
        f"external_id = e1\nduration_seconds = 1800\n[profile base]\n{KEYS}", profile="ops"),
    Way("a length that is no number", f"[profile ops]\n{ROLE}source_profile = base\nduration_seconds = long\n"
        f"[profile base]\n{KEYS}", profile="ops"),
    Way("a source profile that is not there", f"[profile ops]\n{ROLE}source_profile = gone\n", profile="ops", finds=False),
    Way("a role without a source", f"[profile ops]\n{ROLE}", profile="ops", finds=False),
    Way("a role with two sources", f"[profile ops]\n{ROLE}source_profile = base\ncredential_source = Environment\n"
        f"[profile base]\n{KEYS}", profile="ops", finds=False),
    Way("a role that may not be assumed", f"[profile ops]\nrole_arn = arn:aws:iam::1:role/Forbidden\nsource_profile = base\n"
        f"[profile base]\n{KEYS}", profile="ops", finds=False),
    Way("a role from a process", f"[profile ops]\n{ROLE}source_profile = base\n[profile base]\n{PRINTS}", profile="ops"),
    Way("a role from the environment", f"[profile ops]\n{ROLE}credential_source = Environment\n", profile="ops",
        environment={"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}),
    Way("a role from an empty environment", f"[profile ops]\n{ROLE}credential_source = Environment\n", profile="ops",
        finds=False),
    Way("a role from a container", f"[profile ops]\n{ROLE}credential_source = EcsContainer\n", profile="ops",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}),
    Way("a role from instance metadata", f"[profile ops]\n{ROLE}credential_source = Ec2InstanceMetadata\n", profile="ops",
        environment={"AWS_EC2_METADATA_DISABLED": "false"}),
    Way("a role from nowhere", f"[profile ops]\n{ROLE}credential_source = Elsewhere\n", profile="ops", finds=False),
    Way("the environment's keys before a role", f"[default]\n{ROLE}source_profile = base\n[profile base]\n{KEYS}",
        environment={"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "et"}),
    Way("a web identity in the environment", environment={
        "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Pod",
        "AWS_ROLE_SESSION_NAME": "pod"}, files={"token": "web-token"}),
    Way("a web identity in a profile", f"[profile ops]\n{ROLE}web_identity_token_file = {{home}}/token\n", profile="ops",
        files={"token": "web-token"}),
    Way("the environment's web identity before a profile's keys", f"[default]\n{KEYS}", environment={
        "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Pod"},
        files={"token": "web-token"}),
    Way("a named profile's keys before the environment's web identity", f"[profile ops]\n{KEYS}", profile="ops", environment={
        "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Pod"},
        files={"token": "web-token"}),
    Way("a web identity without a role", environment={"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"},
        files={"token": "web-token"}, finds=False),
    Way("a web identity without a token", f"[profile ops]\n{ROLE}web_identity_token_file = {{home}}/gone\n", profile="ops",
        finds=False),
    Way("a role with a web identity for its source", f"[profile ops]\n{ROLE}source_profile = web\n[profile web]\n"
        "role_arn = arn:aws:iam::1:role/Web\nweb_identity_token_file = {home}/token\n", profile="ops",
        files={"token": "web-token"}),
    Way("an sso-session", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(5)}),
    Way("an sso-session by AWS_PROFILE", SESSION_PROFILE, environment={"AWS_PROFILE": "ops"}, tokens={"corp": sign_in(5)}),
    Way("a sign-in about to end that can be renewed", SESSION_PROFILE, profile="ops", tokens={"corp": renewable(0.1)}),
    Way("a sign-in that has ended and can be renewed", SESSION_PROFILE, profile="ops", tokens={"corp": renewable(-1)}),
    Way("a sign-in about to end that cannot be renewed", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(0.1)}),
    Way("a sign-in that has ended", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(-1)}, finds=False),
    Way("a registration that has ended", SESSION_PROFILE, profile="ops", tokens={"corp": renewable(-1, -1)}, finds=False),
    Way("nobody signed in", SESSION_PROFILE, profile="ops", finds=False),
    Way("a file that holds no sign-in", SESSION_PROFILE, profile="ops", tokens={"corp": {"accessToken": "SIGNED-IN"}}, finds=False),
    Way("the older form", f"[profile ops]\n{SSO}{LEGACY}", profile="ops",
        tokens={"https://corp.awsapps.com/start": sign_in(5)}),
    Way("the older form's older time", f"[profile ops]\n{SSO}{LEGACY}", profile="ops",
        tokens={"https://corp.awsapps.com/start": sign_in(5) | {"expiresAt": hours(5).replace("Z", "UTC")}}),
    Way("the older form is never renewed", f"[profile ops]\n{SSO}{LEGACY}", profile="ops",
        tokens={"https://corp.awsapps.com/start": renewable(-1)}, finds=False),
    Way("Identity Center before keys", f"{SESSION_PROFILE}[profile keys]\n", f"[ops]\n{KEYS}", profile="ops",
        tokens={"corp": sign_in(5)}),
    Way("an sso-session that is not there", f"[profile ops]\nsso_session = gone\n{SSO}", profile="ops", finds=False),
    Way("a profile that lacks the account", f"[profile ops]\nsso_session = corp\nsso_role_name = x\n{CORP}", profile="ops",
        tokens={"corp": sign_in(5)}, finds=False),
    Way("a profile and its sso-session differ", f"[profile ops]\nsso_session = corp\nsso_region = us-east-1\n{SSO}{CORP}",
        profile="ops", tokens={"corp": sign_in(5)}, finds=False),
    Way("a role with Identity Center for its source",
        f"[profile ops]\n{ROLE}source_profile = signed-in\n[profile signed-in]\nsso_session = corp\n{SSO}{CORP}",
        profile="ops", tokens={"corp": sign_in(5)}),
    Way("a container", environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}),
    Way("a container with a token", environment={
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "ct"}),
    Way("a container with a token in a file", environment={
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "ct",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"}, files={"token": "from-file"}),
    Way("a container's agent elsewhere without TLS",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://203.0.113.9/container"}, finds=False),
    Way("a profile's keys before a container", f"[default]\n{KEYS}",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}),
    Way("a container before instance metadata", environment={
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_EC2_METADATA_DISABLED": "false"}),
    Way("instance metadata", environment={"AWS_EC2_METADATA_DISABLED": "false"}),
    Way("instance metadata turned off", finds=False),
    Way("a profile that is not there is nobody else", environment={
        "AWS_PROFILE": "gone", "AWS_EC2_METADATA_DISABLED": "false"}, finds=False),
]  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[SignInWorld]:
    with SignInWorld().up() as world:
        yield world


@pytest.fixture(autouse=True)
def fresh(world: SignInWorld) -> None:
    world.asked.clear()
    world.signed.clear()
    world.answers.clear()


class Home:
    """A home folder with a way's files in it, and the variables that go with it."""

    def __init__(self, folder: Path, way: Way, world: SignInWorld) -> None:
        self.way = way
        self.folder = folder
        aws = folder / ".aws"
        cache = aws / "sso" / "cache"
        cache.mkdir(parents=True)
        for path, text in ((aws / "config", way.config), (aws / "credentials", way.credentials)):
            if text is not None:
                path.write_text(text.replace("{home}", str(folder)))
        for name, text in way.files.items():
            (folder / name).write_text(text)
        self.tokens = {key: cache / f"{hashlib.sha1(key.encode()).hexdigest()}.json" for key in ("corp", *way.tokens)}
        for key, token in way.tokens.items():
            self.tokens[key].write_text(written(token))
        fixed = {
            "HOME": str(folder), "PATH": "/usr/bin:/bin", "AWS_ENDPOINT_URL": world.url, "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{world.url}/",
            "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        own = {name: value.format(url=world.url, home=folder) for name, value in way.environment.items()}
        self.environment = fixed | own

    def client(
        self, world: SignInWorld, *more: str, preparation: Callable[[], None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        profile = ["--profile", self.way.profile] if self.way.profile else []
        broker = {"SSM_BROKER_URL": f"{world.url}/prod", "SSM_BROKER_REGION": "eu-west-1"}
        return subprocess.run(
            [CLIENT, "whoami", *profile, *more], env=self.environment | broker, capture_output=True,
            text=True, timeout=60, stdin=subprocess.DEVNULL, check=False, preexec_fn=preparation,
        )  # fmt: skip

    def botocore(self, monkeypatch: pytest.MonkeyPatch) -> tuple[str | None, str | None] | None:
        """Access key and session token; nothing when botocore finds none, for whatever reason."""
        for name in os.environ:
            monkeypatch.delenv(name)
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        cache = str(self.folder / ".aws" / "sso" / "cache")
        monkeypatch.setattr(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache)
        monkeypatch.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache)
        try:
            found = botocore.session.Session(profile=self.way.profile).get_credentials()
            frozen = found.get_frozen_credentials() if found else None
        except Exception:  # Whatever is wrong: the point is that botocore does not sign.
            return None
        return (frozen.access_key, frozen.token) if frozen else None


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.why)
def test_the_client_signs_with_the_keys_that_botocore_finds(
    way: Way, world: SignInWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (Home(tmp_path / who, way, world) for who in ("ours", "theirs"))
    done = ours.client(world)
    asked = list(world.asked)
    world.asked.clear()
    expected = theirs.botocore(monkeypatch)
    assert world.signed == ([expected] if expected else []), done.stderr
    assert (expected is not None) == way.finds
    # What is asked is asked of the same places in the same order, so nobody learns more from us than from the AWS CLI.
    if expected:
        assert [who for who, _ in asked] == [who for who, _ in world.asked]
    else:
        assert done.returncode == 4, done.stderr


def test_a_renewed_sign_in_is_kept_as_botocore_keeps_it(
    world: SignInWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way("renewed", SESSION_PROFILE, profile="ops", tokens={"corp": renewable(-1) | {"startUrl": "https://corp.awsapps.com/start"}})
    ours, theirs = (Home(tmp_path / who, way, world) for who in ("ours", "theirs"))
    before = ours.tokens["corp"].stat().st_ino
    assert ours.client(world).returncode == 0
    assert theirs.botocore(monkeypatch) is not None
    written, expected = (json.loads(home.tokens["corp"].read_text()) for home in (ours, theirs))
    ends = [datetime.fromisoformat(token.pop("expiresAt")) for token in (written, expected)]
    assert abs(ends[0] - ends[1]) < timedelta(minutes=1)
    assert written == expected
    status = ours.tokens["corp"].stat()
    assert status.st_mode & 0o777 == 0o600 and status.st_ino != before, "replaced by rename, for the owner alone"
    assert [path.name for path in ours.tokens["corp"].parent.iterdir()] == [ours.tokens["corp"].name]
    # The next command needs no renewal.
    world.asked.clear()
    assert ours.client(world).returncode == 0
    assert [who for who, _ in world.asked] == ["sso"]


def test_a_sign_in_that_cannot_be_kept_is_good_for_this_command(world: SignInWorld, tmp_path: Path) -> None:
    home = Home(tmp_path / "h", Way("", SESSION_PROFILE, profile="ops", tokens={"corp": renewable(-1)}), world)
    text = home.tokens["corp"].read_text()
    def no_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    assert home.client(world, preparation=no_files).returncode == 0
    assert home.tokens["corp"].read_text() == text
    assert [path.name for path in home.tokens["corp"].parent.iterdir()] == [home.tokens["corp"].name]


FAILURES = [
    ("an ended sign-in", Way("", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(-1)}), {},
     "the sign-in ended at", "aws sso login --profile ops"),
    ("nobody signed in", Way("", SESSION_PROFILE, profile="ops"), {}, "there is no sign-in yet", "aws sso login --profile ops"),
    ("a sign-in that is not accepted", Way("", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(5)}),
     {"/federation/credentials": (401, "UnauthorizedException")}, "does not accept the sign-in", "aws sso login --profile ops"),
    ("a permission set not held", Way("", SESSION_PROFILE, profile="ops", tokens={"corp": sign_in(5)}),
     {"/federation/credentials": (403, "ForbiddenException")}, "you do not hold permission set DatabaseAdmin in account 111122223333",
     "aws configure sso --profile ops"),
    ("an incomplete profile", Way("", f"[profile ops]\n{SSO}", profile="ops"), {}, "lacks sso_start_url, sso_region",
     "aws configure sso --profile ops"),
    ("no such profile", Way("", f"[profile ops]\n{KEYS}", profile="gone"), {}, "profile gone: neither", "aws configure list-profiles"),
    ("a role refused", Way("", f"[profile ops]\nrole_arn = arn:aws:iam::1:role/Forbidden\nsource_profile = b\n[profile b]\n{KEYS}",
     profile="ops"), {}, "AccessDenied: you may not", None),
    ("an MFA device and no terminal", Way("", f"[profile ops]\n{ROLE}source_profile = b\nmfa_serial = arn:aws:iam::1:mfa/a\n"
     f"[profile b]\n{KEYS}", profile="ops"), {}, "MFA device arn:aws:iam::1:mfa/a",
     'eval "$(aws configure export-credentials --profile ops --format env)"'),
]  # fmt: skip


@pytest.mark.parametrize(("why", "way", "answers", "says", "fix"), FAILURES, ids=[failure[0] for failure in FAILURES])
def test_a_failed_sign_in_says_why_and_which_command_mends_it(
    why: str, way: Way, answers: dict[str, tuple[int, str]], says: str, fix: str | None, world: SignInWorld, tmp_path: Path
) -> None:
    world.answers.update(answers)
    home = Home(tmp_path / "h", way, world)
    done = home.client(world, "-o", "json")
    assert done.returncode == 4
    failure = json.loads(done.stderr.splitlines()[-1])
    assert failure["code"] == "CREDENTIALS_MISSING" and any(says in reason for reason in failure["reasons"]), failure
    if fix is not None:
        assert failure["next"] == fix
    assert "SIGNED-IN" not in done.stderr and world.signed == []


def test_when_nothing_is_there_every_place_has_its_reason(world: SignInWorld, tmp_path: Path) -> None:
    done = Home(tmp_path / "h", Way(""), world).client(world)
    assert done.returncode == 4
    for place in ("environment variables", "credentials: ", "credential_process", "config: ", "container", "EC2 instance metadata"):
        assert place in done.stderr, done.stderr


def test_an_mfa_code_is_asked_for_at_the_terminal_and_not_shown(world: SignInWorld, tmp_path: Path) -> None:
    device = "arn:aws:iam::111122223333:mfa/alice"
    way = Way("", f"[profile ops]\n{ROLE}source_profile = b\nmfa_serial = {device}\n[profile b]\n{KEYS}", profile="ops")
    home = Home(tmp_path / "h", way, world)
    broker = {"SSM_BROKER_URL": f"{world.url}/prod", "SSM_BROKER_REGION": "eu-west-1"}
    terminal = pexpect.spawn(CLIENT, ["whoami", "--profile", "ops"], env=home.environment | broker,
                             timeout=30, encoding="utf-8")  # fmt: skip
    terminal.expect_exact(f"MFA code for {device}: ")
    terminal.waitnoecho()
    terminal.sendline("123456")
    terminal.expect_exact("dbadmin")
    shown = terminal.before
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0 and "123456" not in shown
    assert [(asked["SerialNumber"], asked["TokenCode"]) for _, asked in world.asked] == [(device, "123456")]


def test_no_mfa_code_is_asked_for_when_asking_is_forbidden(world: SignInWorld, tmp_path: Path) -> None:
    way = Way("", f"[profile ops]\n{ROLE}source_profile = b\nmfa_serial = arn:aws:iam::1:mfa/a\n[profile b]\n{KEYS}", profile="ops")
    home = Home(tmp_path / "h", way, world)
    broker = {"SSM_BROKER_URL": f"{world.url}/prod", "SSM_BROKER_REGION": "eu-west-1"}
    for arguments, more in ((["--no-input"], {}), ([], {"SSM_BROKER_NO_INPUT": "1"})):
        terminal = pexpect.spawn(CLIENT, ["whoami", "--profile", "ops", *arguments], env=home.environment | broker | more,
                                 timeout=30, encoding="utf-8", dimensions=(24, 200))  # fmt: skip
        terminal.expect(pexpect.EOF)
        said = terminal.before
        terminal.close()
        assert terminal.exitstatus == 4 and "MFA code for" not in said
        assert "nobody may be asked for it" in said and "export-credentials --profile ops" in said
    assert world.asked == []
