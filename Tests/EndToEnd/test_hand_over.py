"""What the client hands to the plugin: six arguments, one variable, one profile, and nothing of the engineer's."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import botocore.session
import pytest
from engineer import Terminal, environment_of, run
from fake_plugins import Recording, recording_plugin
from process_tree import status
from waiting import eventually

from system import cast
from system.local_system import LocalSystem

Start = Callable[..., Terminal]
ALICE = "alice/DatabaseAdmin"


@dataclass(frozen=True)
class HandedOver:
    """A plugin that was started and waits."""

    terminal: Terminal
    recording: Recording

    @property
    def variable(self) -> str:
        return self.recording.arguments[0]

    @property
    def folder(self) -> Path:
        """The private folder."""
        return Path(self.recording.environment["AWS_CONFIG_FILE"]).parent


@pytest.fixture
def handed_over(system: LocalSystem, start: Start, tmp_path: Path) -> HandedOver:
    made, recording = recording_plugin(tmp_path)
    terminal = start(made)
    eventually(lambda: recording.is_complete, f"the plugin runs: {terminal.seen}")
    return HandedOver(terminal, recording)


def test_six_arguments_and_the_answer_in_a_variable(system: LocalSystem, handed_over: HandedOver) -> None:
    variable, region, operation, profile, request, endpoint = handed_over.recording.arguments
    assert variable.startswith("AWS_SSM_START_SESSION_RESPONSE")
    assert (region, operation, profile) == (cast.REGION, "StartSession", "ssm-broker")
    assert json.loads(request) == {"Target": cast.DB_1}
    assert endpoint.rstrip("/") == system.aws.url
    (state,) = system.sessions.live()
    response = json.loads(handed_over.recording.environment[variable])
    assert set(response) == {"SessionId", "TokenValue", "StreamUrl"}
    assert response["SessionId"] == state.session_id
    # Byte for byte what Session Manager gave: the token opens the channel with this very address.
    assert response["StreamUrl"].startswith(f"{system.sessions.gateway_url}/v1/data-channel/")
    assert "role=publish_subscribe" in response["StreamUrl"] and "cell-number=" in response["StreamUrl"]


def test_the_engineers_credentials_are_not_in_the_plugins_environment(
    system: LocalSystem, handed_over: HandedOver
) -> None:
    own = system.aws.credentials_of(ALICE)
    environment = handed_over.recording.environment
    for secret in (own.access_key, own.secret_key, own.token):
        assert not [name for name, value in environment.items() if secret in value]
    aws = {name for name in environment if name.startswith("AWS_")} - {handed_over.variable}
    assert aws <= {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION",
                   "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSMMESSAGES",
                   "AWS_EC2_METADATA_DISABLED"}  # fmt: skip
    # The variable is the plugin's alone: the client does not have it in its own environment.
    mine = Path(f"/proc/{handed_over.terminal.pid}/environ").read_bytes().decode()
    assert handed_over.variable not in mine and "TokenValue" not in mine


def test_files_hold_no_secret_and_are_private(handed_over: HandedOver) -> None:
    folder, environment = handed_over.folder, handed_over.recording.environment
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not Path(environment["AWS_SHARED_CREDENTIALS_FILE"]).exists()
    config = Path(environment["AWS_CONFIG_FILE"]).read_text()
    assert config.splitlines()[0] == "[profile ssm-broker]"
    assert config.splitlines()[1].startswith("credential_process = ")
    assert config.splitlines()[1].endswith("channel-credentials") and len(config.splitlines()) == 2
    for file in folder.iterdir():
        if file.is_file() and not file.is_symlink():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_profile_gives_the_channel_credentials_of_this_session(
    system: LocalSystem, handed_over: HandedOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in handed_over.recording.environment.items():
        if name.startswith(("AWS_", "SSM_BROKER_")) and name != handed_over.variable:
            monkeypatch.setenv(name, value)
    # As the plugin's own SDK does it: the profile named in the fourth argument, in the file that the environment names.
    found = botocore.session.Session(profile="ssm-broker").get_credentials()
    assert found is not None
    credentials = found.get_frozen_credentials()
    issued = system.aws.credentials.find(credentials.access_key)
    assert issued is not None and issued.token == credentials.token
    (state,) = system.sessions.live()
    assert state.session_id.startswith(issued.session.name + "-")
    assert issued.session.source_identity == "alice" and issued.session.policies


def test_the_plugin_starts_with_clean_signals_and_descriptors_and_without_core_files(handed_over: HandedOver) -> None:
    found = handed_over.recording.status
    assert int(found["SigBlk"], 16) == 0
    ignored = int(found["SigIgn"], 16)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        assert not ignored >> (number - 1) & 1, f"{number.name} is ignored"
    assert handed_over.recording.descriptors - {3, 10} == {0, 1, 2}
    for pid in (handed_over.recording.pid, handed_over.terminal.pid):
        limits = Path(f"/proc/{pid}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
    # In the client's own process group: a Ctrl-C of the terminal reaches it, and so does the terminal itself.
    assert os.getpgid(handed_over.recording.pid) == os.getpgid(handed_over.terminal.pid)
    assert status(handed_over.recording.pid)["PPid"] == str(handed_over.terminal.pid)


def test_the_endpoint_is_that_of_the_nodes_region_unless_told_otherwise(start: Start, tmp_path: Path) -> None:
    made, recording = recording_plugin(tmp_path)
    start(made, AWS_ENDPOINT_URL_SSM=None)
    eventually(lambda: recording.is_complete, "the plugin runs")
    assert recording.arguments[5].rstrip("/") == f"https://ssm.{cast.REGION}.amazonaws.com"


def test_channel_credentials_are_for_the_plugin_only(system: LocalSystem, handed_over: HandedOver) -> None:
    inside = {name: value for name, value in handed_over.recording.environment.items() if name != handed_over.variable}
    shown = Terminal({**environment_of(system, ALICE), **inside}, "channel-credentials")
    assert shown.wait() == 64
    assert "SecretAccessKey" not in shown.seen and "not shown on a terminal" in shown.seen
    shown.close()


    outside = run(environment_of(system, ALICE), "channel-credentials")
    assert outside.returncode == 64 and outside.stdout == ""
