"""`ssm-broker ssh-proxy` and `ssh-config`: a connection to a node's sshd, where the map allows it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_log import AuditLog
from client_process import ClientProcess
from engineer import environment_of, run
from waiting import eventually

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(strict_signing=True)
Client = Callable[..., ClientProcess]
ALICE = "alice/WebOperator"
GREETING = "SSH-2.0-OpenSSH_9.2p1 web-1\r\n"


def test_only_sshs_bytes_pass_and_the_connection_is_recorded(
    system: LocalSystem, client: Client, log: AuditLog
) -> None:
    one = client(ALICE, "ssh-proxy", cast.WEB_1, "22")
    one.lines(1)
    data = bytes(range(256)) * 8
    one.send(data)
    wanted = GREETING.encode() + data
    eventually(lambda: len(one.output_bytes) >= len(wanted), "the echo", seconds=20)
    one.close_input()
    assert one.wait() == 0, one.errors
    assert one.output_bytes == wanted
    assert "SessionId" not in one.errors
    assert system.sessions.live() == []
    intent = [record for record in log.records() if record.event == "session.intent"][-1]
    assert intent.content["access"]["kind"] == "ssh" and "linuxUser" not in intent.content["access"]
    assert log.events(intent.content["session"])[-1] == "session.ended"


def test_sshs_hang_up_ends_it_quietly(system: LocalSystem, client: Client) -> None:
    one = client(ALICE, "ssh-proxy", cast.WEB_1)
    one.lines(1)
    one.signal(signal.SIGHUP)
    assert one.wait() == 0
    assert "Interrupted" not in one.errors and system.sessions.live() == []


def test_ssh_itself_runs_it_from_the_printed_configuration(system: LocalSystem, tmp_path: Path) -> None:
    variables = environment_of(system, ALICE)
    printed = run(variables, "ssh-config", "--user", "admin")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.startswith("# ") and "Host i-* mi-* \"!*'*\"\n" in printed.stdout
    config = tmp_path / "config"
    config.write_text(printed.stdout)
    try:
        shown = subprocess.run(
            ["ssh", "-F", str(config), "-G", cast.WEB_1], capture_output=True, text=True, check=True, env=variables
        )
    except FileNotFoundError:
        pytest.skip("this machine has no ssh")
    assert "user admin" in shown.stdout.splitlines()
    assert any(line.startswith("proxycommand ") and line.endswith("ssh-proxy '%h' %p") for line in shown.stdout.splitlines())


def test_where_the_map_does_not_allow_it_nothing_is_printed_or_started(system: LocalSystem) -> None:
    variables = environment_of(system, "alice/DatabaseAdmin")
    for arguments in (("ssh-config",), ("ssh-proxy", cast.DB_1)):
        done = run(variables, *arguments)
        assert done.returncode == 5 and done.stdout == "" and done.stderr.startswith("ssm-broker: ")
    assert system.sessions.live() == []


def test_another_port_than_sshs_is_refused(system: LocalSystem) -> None:
    done = run(environment_of(system, ALICE), "ssh-proxy", cast.WEB_1, "2222")
    assert done.returncode == 64 and "forward" in done.stderr
