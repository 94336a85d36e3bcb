"""The stand-in plugin: the contract, and the manners a client must make up for."""

from __future__ import annotations

import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator

import pytest
from plugin_contract import STAND_IN, Connect, PluginContract, nodes
from running import Running
from session_world import (
    REGION,
    NodeUsers,
    Person,
    SessionService,
    eventually,
    plugin_command,
    response,
    run_piped,
    session_service,
    start_request,
)

__all__ = ["nodes"]


class TestStandIn(PluginContract):
    """The stand-in keeps the contract of the real one."""

    plugin = STAND_IN

    def test_it_is_let_in_where_a_signature_is_demanded(self, nodes: NodeUsers, tmp_path: pathlib.Path) -> None:
        with session_service(nodes, strict_signing=True) as service:
            person = Person(
                *plugin_command(self.plugin, service.start(start_request()), "http://127.0.0.1:9", tmp_path)
            )
            person.expect_prompt()
            person.kill()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_that_kills_it_leaves_the_terminal_taken_and_the_session_alive(
        self, service: SessionService, connect: Connect, number: signal.Signals
    ) -> None:
        person = connect(service.start(start_request()))
        person.expect_prompt()
        person.send(number)
        assert person.wait() == -number
        assert not person.local_modes & (termios.ECHO | termios.ICANON)
        eventually(lambda: [state.status for state in service.live()] == ["Disconnected"], "the service notices")

    def test_a_refused_resume_leaves_it_hanging_until_a_key_is_hit(
        self, service: SessionService, connect: Connect, resumes: list[dict[str, str]]
    ) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect_prompt()
        self.refuses_resume = True
        service.drop_connection(started.session_id)
        eventually(lambda: len(resumes) == 6, "six tries")
        person.type("x")
        person.type("y")
        person.expect("Cannot perform start session: .*broken pipe")
        assert person.wait() == 0


@pytest.fixture
def piped(nodes: NodeUsers, tmp_path: pathlib.Path) -> Iterator[Callable[[str], subprocess.CompletedProcess[str]]]:
    """Runs the stand-in with text piped in."""
    with session_service(nodes) as service:

        def run(text: str) -> subprocess.CompletedProcess[str]:
            command, environment = plugin_command(
                STAND_IN, service.start(start_request()), "http://127.0.0.1:9", tmp_path
            )
            return run_piped(command, environment, text)

        yield run


def test_a_piped_script_is_run_to_its_end(piped: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    done = piped("id -un\nstty size\nexit\n")
    assert done.returncode == 0
    assert "\ndbadmin\n" in done.stdout
    assert "100 300\n" in done.stdout, "what the real plugin reports when its output is no terminal"
    assert "Exiting session with sessionId" in done.stdout


def test_the_end_of_its_input_ends_it_and_not_the_session(
    piped: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    done = piped("echo deli''vered\n")
    assert done.returncode == 0
    assert "delivered" in done.stdout
    assert done.stdout.endswith("Cannot perform start session: EOF\n")


def run_plain(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(STAND_IN), *arguments],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )


def test_its_version_is_one_that_clients_accept() -> None:
    assert run_plain("--version").stdout == "1.2.814.0\n"


def test_it_runs_through_a_link(tmp_path: pathlib.Path) -> None:
    link = tmp_path / "session-manager-plugin"
    link.symlink_to(STAND_IN)
    assert subprocess.run([link, "--version"], capture_output=True, text=True, check=True).stdout == "1.2.814.0\n"


GOOD = json.dumps({"SessionId": "a-1", "TokenValue": "t", "StreamUrl": "ws://127.0.0.1:9/"})
WRONG = [
    ("an operation it has not", (GOOD, REGION, "ResumeSession", "", '{"Target":"i-1"}', ""), 0, "Invalid Operation"),
    ("no JSON", ("{", REGION, "StartSession", "", '{"Target":"i-1"}', ""), 0, "Cannot perform start session: "),
    (
        "a variable not set",
        ("AWS_SSM_START_SESSION_RESPONSE_1", REGION, "StartSession"),
        0,
        "Cannot perform start session: ",
    ),
    ("a response without token", ("{}", REGION, "StartSession", "", '{"Target":"i-1"}', ""), 2, ""),
    ("a request without target", (GOOD, REGION, "StartSession", "", "{}", ""), 2, ""),
    ("too few arguments", ("x", REGION), 0, "Unknown operation x"),
]


@pytest.mark.parametrize(("arguments", "status", "text"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_arguments_end_it_as_they_end_the_real_one(arguments: tuple[str, ...], status: int, text: str) -> None:
    done = run_plain(*arguments)
    assert (done.returncode, text in done.stdout) == (status, True)


def test_it_hangs_when_nobody_answers(nodes: NodeUsers, tmp_path: pathlib.Path) -> None:
    with session_service(nodes) as service:
        started = service.start(start_request())
    command, environment = plugin_command(STAND_IN, started, "http://127.0.0.1:9", tmp_path)
    assert json.loads(environment["AWS_SSM_START_SESSION_RESPONSE_7"]) == response(started)
    person = Person(command, environment)
    person.expect("Starting session with SessionId")
    with pytest.raises(AssertionError, match="no 'anything else'"):
        person.expect("anything else", seconds=0.5)
    person.type("\x03")
    assert person.wait() == -signal.SIGINT
    person.kill()


@pytest.mark.parametrize("milliseconds", range(0, 400, 25))
def test_an_early_control_c_ends_it_without_a_word(nodes: NodeUsers, tmp_path: pathlib.Path, milliseconds: int) -> None:
    with session_service(nodes) as service:
        started = service.start(start_request())
    command, environment = plugin_command(STAND_IN, started, "http://127.0.0.1:9", tmp_path)  # where nobody answers
    plugin = Running(command, environment)
    with contextlib.suppress(subprocess.TimeoutExpired):
        plugin.process.wait(milliseconds / 1000)
    plugin.process.send_signal(signal.SIGINT)
    assert plugin.end() == -signal.SIGINT
    assert bytes(plugin.shown) in (b"", f"\nStarting session with SessionId: {started.session_id}\n".encode())
    plugin.kill()


KEYBOARD_THAT_LOST_WHAT_WAS_TYPED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from system.stand_in_shell import ShellSession

class Channel:
    def send(self, payload_type, payload):
        if payload_type == 1:
            os.write(1, payload)

empty = os.pipe()
session = ShellSession(Channel(), "Standard_Stream")

def read(limit):
    os.write(1, b"reading")
    return os.read(empty[0], limit)

session._terminal.read = read
session.run()
"""


def test_control_c_is_sent_while_a_read_waits_for_what_it_dropped() -> None:
    # The terminal drops what was typed before Ctrl-C, maybe between the news of it and the read.
    packages = str(STAND_IN.parent)
    plugin = Running([sys.executable, "-c", KEYBOARD_THAT_LOST_WHAT_WAS_TYPED, packages], {"PATH": "/usr/bin:/bin"})
    plugin.write(b"something typed\n")
    plugin.expect(b"^reading$")
    plugin.process.send_signal(signal.SIGINT)
    plugin.expect(b"^reading\x03$")
    plugin.kill()
