"""`infra/local/run` as a command: what COMMAND sees, its exit status, and that nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

HERE = Path(__file__).resolve().parent
RUN = HERE.parents[1] / "infra" / "local" / "run"
DEADLINE = 20


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment with fakes for the binaries, and a temporary directory of its own to look for leftovers in."""
    return {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "BROKER_LAMBDA_PATH": str(HERE / "fake_runtime.py"),
        "ENFORCER_LAMBDA_PATH": str(HERE / "fake_runtime.py"),
        "SSM_BROKER_CLIENT_PATH": str(HERE / "fake_client.py"),
        "AWS_PROFILE": "somebody-real",
        "AWS_SECRET_ACCESS_KEY": "a-real-secret",
    }


def eventually(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"not in {DEADLINE} s: {what}"
        time.sleep(0.02)


def left_behind(directory: Path) -> list[str]:
    """Processes that have this test's temporary directory in their command line or environment, and files in it."""
    found = [str(path) for path in directory.iterdir()]
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if str(directory).encode() in text and (process / "stat").read_text().split()[2] != "Z":
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def run(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(RUN), *arguments], env=variables, capture_output=True, text=True, timeout=DEADLINE,
                          stdin=subprocess.DEVNULL, check=False)  # fmt: skip


def test_the_command_is_the_person_and_its_status_is_returned(variables: dict[str, str], tmp_path: Path) -> None:
    done = run(variables, "--as", "alice/WebOperator", "--", "sh", "-c", "env; ssm-broker whoami; exit 7")
    assert done.returncode == 7, done.stderr
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert seen["SSM_BROKER_URL"].startswith("http://127.0.0.1:") and seen["SSM_BROKER_URL"].endswith("/prod")
    assert seen["SSM_BROKER_REGION"] == seen["AWS_REGION"] == "eu-west-1"
    assert seen["SSM_BROKER_ALLOW_DEV_PLUGIN"] == "1"
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert "AWS_PROFILE" not in seen and seen["AWS_SECRET_ACCESS_KEY"] != "a-real-secret"
    assert f"this is ssm-broker of {seen['SSM_BROKER_URL']}" in done.stdout
    assert left_behind(tmp_path) == []


def test_a_command_killed_by_a_signal_or_missing_is_told_as_a_shell_does(variables: dict[str, str]) -> None:
    assert run(variables, "--", "sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL
    missing = run(variables, "--", "no-such-command")
    assert (missing.returncode, "no-such-command: No such file" in missing.stderr) == (127, True)


def test_what_a_command_leaves_running_is_stopped(variables: dict[str, str], tmp_path: Path) -> None:
    done = run(variables, "--", "sh", "-c", "nohup sleep 1000 >/dev/null 2>&1 & echo started")
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_run_stops_everything(variables: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    script = "trap '' INT; echo up; while :; do sleep 0.1; done" if number == signal.SIGKILL else "echo up; exec sleep 1000"
    running = subprocess.Popen([str(RUN), "--", "sh", "-c", script], env=variables, stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, text=True)  # fmt: skip
    assert running.stdout is not None and running.stdout.readline() == "up\n"
    running.send_signal(number)
    status = running.wait(DEADLINE)
    assert status == (-signal.SIGKILL if number == signal.SIGKILL else 128 + number)
    eventually(lambda: left_behind(tmp_path) == [], f"everything is gone: {left_behind(tmp_path)}")
    running.stdout.close()


def test_without_a_command_it_stays_up_and_prints_what_to_export(variables: dict[str, str], tmp_path: Path) -> None:
    running = subprocess.Popen([str(RUN), "--as", "sam/SecurityAudit"], env=variables, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)  # fmt: skip
    assert running.stdout is not None and running.stderr is not None
    told = []
    while not (told and "up." in told[-1]):
        told.append(running.stderr.readline())
        assert told[-1], f"it ended: {told}"
    running.send_signal(signal.SIGINT)
    assert running.wait(DEADLINE) == 128 + signal.SIGINT
    exported = running.stdout.read()
    assert re.search(r"^export SSM_BROKER_URL='?http://127", exported, re.MULTILINE)
    assert left_behind(tmp_path) == []
    running.stdout.close()
    running.stderr.close()


def test_ctrl_c_is_the_commands_business_and_it_owns_the_terminal(variables: dict[str, str], tmp_path: Path) -> None:
    script = 'trap "echo interrupted" INT; echo ready; read -r line; echo "got $line"; exit 3'
    terminal = pexpect.spawn(str(RUN), ["--", "bash", "-c", script], env=variables, timeout=DEADLINE, encoding="utf-8")
    terminal.expect("ready")
    terminal.sendintr()
    terminal.expect("interrupted")
    terminal.sendline("typed")
    terminal.expect("got typed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 3
    assert left_behind(tmp_path) == []


def test_what_ctrl_z_stops_is_stopped_with_it_and_goes_on_with_it(variables: dict[str, str], tmp_path: Path) -> None:
    # A shell with job control, whose word for a stopped job is the one thing waited for.
    terminal = pexpect.spawn("bash", ["--norc", "-i"], env={**variables, "PS1": "$ "}, timeout=DEADLINE, encoding="utf-8")
    terminal.sendline(f"{RUN} -- bash -c 'echo rea''dy; read -r line; echo got $line; exit 3'")
    terminal.expect("ready")
    terminal.sendcontrol("z")
    terminal.expect("Stopped")
    terminal.sendline("fg")
    terminal.expect("bash -c")
    terminal.sendline("typed")
    terminal.expect("got typed")
    terminal.sendline("echo status $?")
    terminal.expect("status 3")
    terminal.sendline("exit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert left_behind(tmp_path) == []


def test_a_command_that_passes_ctrl_z_on_is_not_stopped(variables: dict[str, str], tmp_path: Path) -> None:
    script = 'trap "echo passed on" TSTP; echo ready; read -r line; echo "got $line"; exit 3'
    terminal = pexpect.spawn(str(RUN), ["--", "bash", "-c", script], env=variables, timeout=DEADLINE, encoding="utf-8")
    terminal.expect("ready")
    terminal.sendcontrol("z")
    terminal.expect("passed on")
    terminal.sendline("typed")
    terminal.expect("got typed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 3
    assert left_behind(tmp_path) == []


def test_what_keeps_it_from_starting_is_one_clear_error(variables: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(variables, "--port", port, "--", "true")
    assert done.returncode == 1
    assert done.stderr.startswith(f"infra/local/run: port {port} on 127.0.0.1 cannot be used: Address already in use\nnext: ")
    done = run({**variables, "BROKER_LAMBDA_PATH": str(tmp_path / "none")}, "--", "true")
    assert done.returncode == 1
    assert "broker-lambda is not built" in done.stderr and "next: infra/local/build" in done.stderr
    broken = tmp_path / "broker"
    broken.write_text("#!/bin/sh\necho the store is on fire >&2; exit 1\n")
    broken.chmod(0o700)
    done = run({**variables, "BROKER_LAMBDA_PATH": str(broken)}, "--", "true")
    assert (done.returncode, "the broker does not start:\nthe store is on fire" in done.stderr) == (1, True)
    broken.unlink()
    done = run(variables, "--as", "nobody/Admin", "--", "true")
    assert (done.returncode, "alice/DatabaseAdmin" in done.stderr) == (1, True)
    assert run(variables, "--store", "mysql:x", "--", "true").returncode == 64
    assert run(variables, "--plugin", "/no/such", "--", "true").returncode == 64
    done = run(variables, "--port", "99999", "--", "true")
    assert (done.returncode, "infra/local/run: --port 99999: needs 0 to 65535\n" in done.stderr) == (64, True)
    done = run(variables, "--logs", "/proc/logs", "--", "true")
    assert (done.returncode, "infra/local/run: --logs /proc/logs: " in done.stderr) == (64, True)
    assert left_behind(tmp_path) == []


def test_it_can_be_started_through_a_link(variables: dict[str, str], tmp_path: Path) -> None:
    link = tmp_path / "run"
    link.symlink_to(RUN)
    done = subprocess.run([str(link), "--", "sh", "-c", "exit 7"], env=variables, capture_output=True, text=True,
                          timeout=DEADLINE, stdin=subprocess.DEVNULL, check=False)  # fmt: skip
    assert done.returncode == 7, done.stderr
    link.unlink()
    assert left_behind(tmp_path) == []
