"""`ssm-broker exec`: one command as the mapped user, with its own output, errors and exit status."""

from __future__ import annotations

import hashlib
import signal
import subprocess
from collections.abc import Callable

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from client_process import ClientProcess
from engineer import client_path, environment_of, run

from system import cast
from system.linux_users import DBADMIN
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(strict_signing=True)
Client = Callable[..., ClientProcess]
ALICE = "alice/DatabaseAdmin"


def test_it_runs_as_the_mapped_user_and_is_recorded(system: LocalSystem, client: Client, log: AuditLog) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--reason", "look", "--", "id", "-un")
    assert one.wait() == 0, one.errors
    if system.user_switch.identity == "none":
        pytest.skip(f"this machine allows no switch of the user: {system.user_switch.reason}")
    assert one.output == f"{DBADMIN.name}\n" and one.errors == ""
    intent = [record for record in log.records() if record.event == "session.intent"][-1]
    assert intent.content["access"]["command"] == "id -un" and intent.content["access"]["kind"] == "command"
    assert log.events(intent.content["session"])[-1] == "session.ended"
    assert system.sessions.live() == []


STATUSES = [
    (("true",), 0),
    (("false",), 1),
    (("sh", "-c", "exit 7"), 7),
    (("sh", "-c", "exit 255"), 255),
    (("sh", "-c", "kill -9 $$"), 255),
    (("nosuch-program",), 127),
    (("/etc/passwd",), 126),
]


@pytest.mark.parametrize(("command", "status"), STATUSES, ids=lambda value: str(value))
def test_its_exit_status_is_the_commands(client: Client, command: tuple[str, ...], status: int) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", *command)
    assert one.wait() == status, one.errors
    assert one.output == ""


def test_output_and_errors_are_two(client: Client) -> None:
    script = "echo one; echo two >&2; printf three; printf 'four\\n' >&2; echo EXIT_CODE: 0; exit 3"
    one = client(ALICE, "exec", cast.DB_1, "--", "sh", "-c", script.replace("; ", "; sleep 0.1; "))
    assert one.wait() == 3
    assert one.output == "one\nthreeEXIT_CODE: 0\n"
    assert one.errors == "two\nfour\n"


def test_every_byte_of_much_output_arrives_in_order(client: Client) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", "seq", "1", "50000")
    assert one.wait(60) == 0, one.errors
    wanted = "".join(f"{number}\n" for number in range(1, 50_001)).encode()
    assert hashlib.sha256(one.output_bytes).digest() == hashlib.sha256(wanted).digest()


def test_the_command_gets_the_very_words(client: Client) -> None:
    words = ["a", "b c", "it's", '"', "\\", "*", "$HOME", "", "#x", "{{.Names}}", "{ssm:x}", "~", "a;b", "grüß"]
    one = client(ALICE, "exec", cast.DB_1, "--", "printf", "%s|", *words)
    assert one.wait() == 0, one.errors
    assert one.output == "".join(f"{word}|" for word in words)


def test_the_command_finds_its_input_empty(client: Client) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", "wc", "-c")
    one.send(b"nobody reads this\n")
    assert one.wait() == 0
    assert one.output.strip() == "0"


def test_an_interruption_reaches_the_command_and_ends_with_130(system: LocalSystem, client: Client) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", "sh", "-c", "trap 'echo caught; exit 0' INT; echo ready; while :; do sleep 0.1; done")
    one.lines(1)
    one.signal(signal.SIGINT)
    assert one.wait() == 130
    assert one.output == "ready\ncaught\n"
    assert system.sessions.live() == []


@pytest.mark.parametrize("numbers", [(signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT, signal.SIGINT)], ids=str)
def test_a_request_to_end_leaves_the_command_and_ends_the_session(
    system: LocalSystem, client: Client, numbers: tuple[signal.Signals, ...]
) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", "sh", "-c", "trap 'echo no' INT; echo ready; while :; do sleep 0.1; done")
    one.lines(1)
    for count, number in enumerate(numbers, start=1):
        one.signal(number)
        if count < len(numbers):
            one.lines(2)
    assert one.wait() == 130
    assert system.sessions.live() == [] and one.plugins == []


def test_whoever_reads_no_more_ends_it(system: LocalSystem) -> None:
    variables = environment_of(system, ALICE)
    pipeline = f"{client_path(variables)} exec {cast.DB_1} -- yes | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", pipeline], env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (141, "y\n", "")
    assert system.sessions.live() == []


def test_an_administrators_end_is_told_and_is_no_success(
    system: LocalSystem, client: Client, api: BrokerAPI, log: AuditLog
) -> None:
    one = client(ALICE, "exec", cast.DB_1, "--", "sh", "-c", "echo ready; sleep 60")
    one.lines(1)
    started = [record for record in log.records() if record.event == "session.started"][-1]
    assert api.end("alice/BrokerAdmin", started.content["session"]).status == 200
    assert one.wait() == 1
    assert "An administrator ended the session." in one.errors and started.content["session"] in one.errors


REFUSALS = [
    (("exec", cast.DB_1), "Nothing says what to run", 64),
    (("exec", cast.DB_1, "--", "a\nb"), "line break", 64),
    (("exec", cast.WEB_1, "--", "id"), "KIND_NOT_ALLOWED", 5),
]


@pytest.mark.parametrize(("arguments", "says", "status"), REFUSALS)
def test_refusals_have_codes_of_their_own(
    system: LocalSystem, arguments: tuple[str, ...], says: str, status: int
) -> None:
    person = "alice/WebOperator" if cast.WEB_1 in arguments else ALICE
    done = run(environment_of(system, person), *arguments)
    assert done.returncode == status and says in done.stderr and done.stdout == ""
    assert done.stderr.startswith("ssm-broker: ")
    assert system.sessions.live() == []


def test_a_dry_run_starts_nothing(system: LocalSystem) -> None:
    done = run(environment_of(system, ALICE), "exec", cast.DB_1, "--dry-run", "-o", "json", "--", "df", "-h")
    assert done.returncode == 0 and '"dryRun":true' in done.stdout
    assert system.sessions.live() == []
