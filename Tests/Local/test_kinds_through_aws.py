"""The rendered documents of every kind, from StartSession by the API to the cast's nodes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_world import channel_policy, start_policy
from botocore.exceptions import ClientError
from connections import connected, exchange, opened_port, receive
from kinds_contract import begun, exited
from plugin_contract import STAND_IN
from running import Running
from session_world import ROOT, plugin_command
from system import cast, documents
from system.contracts import StartedSession
from system.local_system import LocalSystem
from test_local_system import assume, client, system

__all__ = ["system"]

COMMAND, PORT, SSH = "SSMBroker-Command-DatabaseAdmin", "SSMBroker-Port-DatabaseAdmin", "SSMBroker-SSH-WebOperator"

Start = Callable[..., tuple[StartedSession, Running]]


@pytest.fixture(scope="module", autouse=True)
def in_place(system: LocalSystem) -> None:
    """The documents as the map renders them; none of these names an account or a Region."""
    for name in (COMMAND, PORT, SSH):
        content = (ROOT / "session-documents" / f"{name}.json").read_text()
        documents.put(cast.FIRST_ACCOUNT, cast.REGION, name, content)


@pytest.fixture
def start(system: LocalSystem, tmp_path: Path) -> Iterator[Start]:
    """``start(node, document, **parameters)``: a session, and the plugin with the channel's own rights."""
    running: list[Running] = []

    def start(node: str, name: str, **parameters: str) -> tuple[StartedSession, Running]:
        rights = start_policy(node, name, "web" if node == cast.WEB_1 else "db")
        reply = client(system, "ssm", assume(system, rights)).start_session(
            Target=node, DocumentName=name, Parameters={key: [value] for key, value in parameters.items()}
        )
        started = StartedSession(reply["SessionId"], reply["TokenValue"], reply["StreamUrl"])
        command, variables = plugin_command(STAND_IN, started, system.aws.url, tmp_path)
        channel = assume(system, channel_policy())
        (tmp_path / "credentials.json").write_text(json.dumps({
            "Version": 1, "AccessKeyId": channel.access_key, "SecretAccessKey": channel.secret_key,
            "SessionToken": channel.token,
        }))  # fmt: skip
        running.append(Running(command, variables))
        return started, running[-1]

    yield start
    for one in running:
        one.kill()


def test_a_command_runs_on_the_node_as_the_documents_user(start: Start) -> None:
    started, plugin = start(cast.DB_1, COMMAND, command="sh -c 'id -un; hostname; exit 42'")
    assert plugin.end() == 0
    assert bytes(plugin.shown).startswith(begun(started, "stdout::dbadmin\n"))
    # The second line has a mark as well, unless both came to the agent as one.
    said = bytes(plugin.shown).replace(b"stdout::", b"")
    assert said == begun(started, "dbadmin\ndb-1\nEXIT_CODE: 42") + exited(started)


@pytest.mark.parametrize(
    ("node", "host", "greeting"),
    [
        (cast.DB_1, "localhost", b"db-1\n"),
        (cast.DB_1, "db.internal", b"db.internal\n"),
        (cast.WEB_1, "db.internal", b"db.internal\n"),
    ],
)
def test_a_port_of_the_node_or_of_another_machine_is_reached(
    start: Start, node: str, host: str, greeting: bytes
) -> None:
    _, plugin = start(node, PORT, portNumber="5432", host=host)
    with connected(opened_port(plugin)) as connection:
        assert receive(connection, len(greeting)) == greeting
        assert exchange(connection, b"select 1") == b"select 1"


def test_ssh_reaches_the_nodes_port_22(start: Start) -> None:
    started, plugin = start(cast.WEB_1, SSH)
    plugin.expect(b"SSH-2.0-OpenSSH_9.2p1 web-1\r\n")
    assert plugin.shown.startswith(begun(started, "SSH-2.0"))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        (PORT, {"portNumber": "22", "host": "localhost"}, 'Parameter "portNumber" has value "[22]" not matching'),
        (PORT, {"portNumber": "5432", "host": "evil"}, 'Parameter "host" has value "[evil]" not matching'),
        (PORT, {"portNumber": "5432"}, 'Parameter "host" is required'),
        (COMMAND, {}, 'Parameter "command" is required'),
        (SSH, {"portNumber": "23"}, 'Parameter "portNumber" is not defined'),
    ],
)
def test_what_a_document_does_not_allow_starts_nothing(
    system: LocalSystem, start: Start, name: str, given: dict[str, str], words: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        start(cast.WEB_1, name, **given)
    assert refusal.value.response["Error"]["Code"] == "InvalidParameters"
    assert words in refusal.value.response["Error"]["Message"]
    assert system.aws.trail.named("StartSession")[-1]["errorCode"] == "InvalidParameters"
