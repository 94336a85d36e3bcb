"""Everything together but the broker's own logic: people, documents, the channel, the real session service."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from aws_world import allow, channel_policy, policy, start_policy, target_role
from botocore.config import Config
from fake_client import BATCH, SHELL, render
from session_world import Person, eventually, plugin_command
from system import cast, documents, places
from system.contracts import StartedSession
from system.local_system import LocalSystem, Settings, StartupProblem
from system.principals import SessionCredentials

RUNTIME = str(Path(__file__).with_name("fake_runtime.py"))
PLUGIN = Path(__file__).resolve().parents[2] / "infra" / "local" / "session-manager-plugin"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    rendered = tmp_path_factory.mktemp("rendered")
    render(rendered)
    settings = Settings(rendered=rendered, broker_command=[RUNTIME], strict_signing=True)
    with LocalSystem(settings) as up:
        yield up


def client(system: LocalSystem, service: str, credentials: SessionCredentials):  # noqa: ANN201
    return botocore.session.Session().create_client(
        service,
        region_name=cast.REGION,
        endpoint_url=system.aws.url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(retries={"total_max_attempts": 1}),
    )


def assume(system: LocalSystem, narrowed: dict[str, object]) -> SessionCredentials:
    broker = cast.broker_credentials(system.aws.credentials, system.aws.clock.now)
    reply = client(system, "sts", broker).assume_role(
        RoleArn=target_role(), RoleSessionName="alice.n0nce1", SourceIdentity="alice", Policy=json.dumps(narrowed)
    )
    found = system.aws.credentials.find(reply["Credentials"]["AccessKeyId"])
    assert found is not None
    return found


def test_a_signed_channel_reaches_a_shell_as_the_documents_user_and_only_once(
    system: LocalSystem, tmp_path: Path
) -> None:
    ssm = client(system, "ssm", assume(system, start_policy(cast.DB_1, SHELL)))
    reply = ssm.start_session(Target=cast.DB_1, DocumentName=SHELL)
    started = StartedSession(reply["SessionId"], reply["TokenValue"], reply["StreamUrl"])
    assert len(reply["TokenValue"]) > 100

    def plugin(credentials: SessionCredentials) -> Person:
        command, variables = plugin_command(PLUGIN, started, system.aws.url, tmp_path)
        (tmp_path / "credentials.json").write_text(json.dumps({
            "Version": 1, "AccessKeyId": credentials.access_key, "SecretAccessKey": credentials.secret_key,
            "SessionToken": credentials.token,
        }))  # fmt: skip
        return Person(command, variables)

    engineer = plugin(system.aws.credentials_of("alice/DatabaseAdmin"))
    # Her own credentials open no channel; the plugin, as the real one does, hangs when it is refused.
    eventually(lambda: system.aws.trail.named("OpenDataChannel"), "the channel is asked for")
    engineer.kill()
    person = plugin(assume(system, channel_policy()))
    person.expect(r"\$ ")
    person.type("id -un; hostname\n")
    person.expect(r"dbadmin\s+db-1")
    person.type("exit\n")
    assert person.wait() == 0
    person.kill()
    opened = system.aws.trail.named("OpenDataChannel")
    assert [one.get("errorCode") for one in opened][-1] is None
    assert opened[0]["errorCode"] == "AccessDeniedException"
    assert system.sessions.live() == []
    assert reply["TokenValue"] not in (system.broker_log.parent / "cloudtrail.jsonl").read_text()


def test_documents_are_where_the_map_admits_their_role_and_made_for_the_place(system: LocalSystem) -> None:
    assert system.rendered.places(SHELL, cast.REGION) == [(cast.FIRST_ACCOUNT, cast.REGION)]
    assert system.rendered.places(BATCH, cast.REGION) == [(cast.SECOND_ACCOUNT, cast.REGION)]
    inspect = policy(allow("ssm:GetDocument", "*"))
    ssm = client(system, "ssm", assume(system, inspect))
    content = ssm.get_document(Name=SHELL)["Content"]
    assert content == system.rendered.content(SHELL, cast.FIRST_ACCOUNT, cast.REGION)
    assert "for 111122223333 in eu-west-1" in content
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.get_document(Name=BATCH)
    tampered = content.replace("dbadmin", "root")
    assert documents.put(cast.FIRST_ACCOUNT, cast.REGION, SHELL, tampered) == "2"
    assert ssm.get_document(Name=SHELL)["Content"] == tampered
    documents.delete(cast.FIRST_ACCOUNT, cast.REGION, SHELL)
    assert documents.put(cast.FIRST_ACCOUNT, cast.REGION, SHELL, content) == "1"


def test_the_broker_gets_its_contract_and_nothing_of_ours(system: LocalSystem) -> None:
    variables = system._broker_environment()
    assert {name for name in variables if not name.startswith(("AWS_", "SSM_BROKER_"))} == {"PATH"}
    assert variables["SSM_BROKER_FRONT_DOOR"] == f"rest:{places.API_ID}"
    assert variables["SSM_BROKER_ALLOWED_ACCOUNTS"] == "111122223333,444455556666"
    assert variables["SSM_BROKER_STORE"].startswith("sqlite:/")


def test_everybody_has_a_profile_and_files_are_private(system: LocalSystem) -> None:
    variables = system.environment_for("sam/SecurityAudit")
    secrets = Path(variables["AWS_SHARED_CREDENTIALS_FILE"])
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(system.directory.stat().st_mode) == 0o700
    session = botocore.session.Session()
    session.set_config_variable("config_file", variables["AWS_CONFIG_FILE"])
    session.set_config_variable("credentials_file", variables["AWS_SHARED_CREDENTIALS_FILE"])
    assert {"alice-DatabaseAdmin", "sam-SecurityAudit", "mallory-DatabaseAdmin", "alice-DatabaseAdmin-444455556666",
            "expired"} <= set(session.available_profiles)  # fmt: skip
    assert variables["AWS_ACCESS_KEY_ID"] == system.aws.credentials_of("sam/SecurityAudit").access_key
    assert variables["PATH"].split(os.pathsep)[0] == str(system.commands)
    assert (system.commands / "session-manager-plugin").resolve() == PLUGIN


def test_the_broker_can_be_restarted(system: LocalSystem) -> None:
    def process() -> int:
        return int(json.loads(json.loads(system.broker.invoke({}))["body"])["process"])

    before = process()
    assert process() == before
    system.restart_broker()
    assert process() != before


def test_two_systems_in_one_process_are_refused(system: LocalSystem, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="up already"):
        LocalSystem(Settings(rendered=system.rendered.directory, broker_command=[RUNTIME]))


def test_what_is_missing_is_named_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSM_BROKER_CLIENT_PATH", str(tmp_path / "none"))
    with pytest.raises(StartupProblem, match="ssm-broker is not built(.|\n)*next: infra/local/build"):
        LocalSystem()
