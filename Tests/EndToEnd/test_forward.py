"""`ssm-broker forward`: ports of this machine that lead to a node, or to what the node reaches."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from client_process import ClientProcess
from engineer import environment_of, run
from waiting import eventually

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(strict_signing=True)
Client = Callable[..., ClientProcess]
ALICE = "alice/DatabaseAdmin"


def port_of(line: str) -> int:
    """The local port in a line that says that a forward is ready."""
    found = re.match(r"127\.0\.0\.1:(\d+) -> ", line)
    assert found, line
    return int(found[1])


def exchange(port: int, data: bytes, length: int) -> bytes:
    """Sends, and receives as many bytes as that."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        got = b""
        while len(got) < length and (more := connection.recv(65_536)):
            got += more
    return got


def test_a_port_of_the_node_is_reached_and_recorded(system: LocalSystem, client: Client, log: AuditLog) -> None:
    one = client(ALICE, "forward", cast.DB_1, "--remote-port", "5432", "--local-port", "0")
    (line,) = one.lines(1)
    assert line.endswith(f" -> {cast.DB_1}:5432")
    assert exchange(port_of(line), b"hello", 10) == b"db-1\nhello"
    assert exchange(port_of(line), b"again", 10) == b"db-1\nagain"
    intent = [record for record in log.records() if record.event == "session.intent"][-1]
    assert intent.content["access"]["port"] == 5432 and intent.content["access"]["kind"] == "port"
    one.signal(signal.SIGINT)
    assert one.wait() == 0, one.errors
    assert one.output.count("\n") == 1 and "SessionId" not in one.output + one.errors
    assert system.sessions.live() == []
    assert log.events(intent.content["session"])[-1] == "session.ended"


def test_several_are_several_sessions_and_end_together(system: LocalSystem, client: Client) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:db.internal:5432", "-L", "0:15000", "-o", "json")
    ready = {line["remotePort"]: line for line in map(json.loads, one.lines(2))}
    assert set(ready) == {5432, 15000} and len({line["id"] for line in ready.values()}) == 2
    assert ready[5432]["remoteHost"] == "db.internal" and "remoteHost" not in ready[15000]
    assert exchange(ready[5432]["localPort"], b"x", 13) == b"db.internal\nx"
    assert exchange(ready[15000]["localPort"], b"echo", 4) == b"echo"
    assert len(system.sessions.live()) == 2
    one.signal(signal.SIGTERM)
    assert one.wait() == 0, one.errors
    assert system.sessions.live() == [] and one.plugins == []


def test_much_data_both_ways(client: Client) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:15000")
    (line,) = one.lines(1)
    data = bytes(range(256)) * 400
    assert exchange(port_of(line), data, len(data)) == data
    one.signal(signal.SIGINT)
    assert one.wait() == 0


def test_a_local_port_that_is_taken_is_told_before_anything_is_asked(
    system: LocalSystem, client: Client, log: AuditLog
) -> None:
    asked = [record for record in log.records() if record.event == "session.intent"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = client(ALICE, "forward", cast.DB_1, "-L", "0:15000", "-L", f"{port}:5432")
        assert one.wait() == 1
    assert f"Port {port} of this machine is taken" in one.errors and "Next:" in one.errors
    assert [record for record in log.records() if record.event == "session.intent"] == asked


def test_when_one_is_refused_none_is_left(system: LocalSystem, client: Client, log: AuditLog) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:15000", "-L", "0:22")
    assert one.wait() == 5
    assert "PORT_NOT_ALLOWED" in one.errors and "15000-15999" in one.errors and one.output == ""
    assert system.sessions.live() == []
    started = [record for record in log.records() if record.event == "session.started"][-1]
    assert log.events(started.content["session"])[-1] == "session.ended"


def test_an_interruption_before_it_is_ready_ends_with_130(system: LocalSystem, client: Client) -> None:
    processes: list[ClientProcess] = []
    system.faults.before(
        "StartSession",
        lambda: eventually(lambda: processes, "the test knows the client")[0].signal(signal.SIGINT),
    )
    processes.append(client(ALICE, "forward", cast.DB_1, "-L", "0:15000"))
    assert processes[0].wait() == 130
    assert processes[0].output == "" and system.sessions.live() == []


def test_a_session_that_an_administrator_ends_is_told_and_the_others_go_on(
    system: LocalSystem, client: Client, api: BrokerAPI
) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:5432", "-L", "0:15000", "-o", "json")
    ready = {line["remotePort"]: line for line in map(json.loads, one.lines(2))}
    assert api.end("alice/BrokerAdmin", ready[5432]["id"]).status == 200
    eventually(lambda: "An administrator ended the session." in one.errors, f"it is told: {one.errors}", seconds=20)
    assert ready[5432]["id"] in one.errors and "go on" in one.errors
    assert exchange(ready[15000]["localPort"], b"echo", 4) == b"echo"
    one.signal(signal.SIGINT)
    assert one.wait() == 1
    assert system.sessions.live() == []


def test_a_session_that_ends_by_itself_is_told(system: LocalSystem, client: Client) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:5432")
    one.lines(1)
    (state,) = system.sessions.live()
    system.sessions.close_channel(state.session_id, "Your session timed out due to inactivity.")
    assert one.wait() == 1
    assert "has ended by itself" in one.errors and "timed out due to inactivity" in one.errors


def test_a_port_where_nobody_listens_is_told(client: Client) -> None:
    one = client(ALICE, "forward", cast.DB_1, "-L", "0:15001")
    (line,) = one.lines(1)
    assert exchange(port_of(line), b"x", 1) == b""
    eventually(lambda: "could not be made from the node" in one.errors, "it is told", seconds=20)
    one.signal(signal.SIGINT)
    assert one.wait() == 0


def test_nothing_is_left_in_temporary_folders(client: Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    # Short, so that a socket's name fits into it.
    private = Path("/tmp") / tmp_path_factory.mktemp("t").name
    private.mkdir(mode=0o700)
    try:
        one = client(ALICE, "forward", cast.DB_1, "-L", "0:15000", TMPDIR=str(private), XDG_RUNTIME_DIR=None)
        one.lines(1)
        (folder,) = private.iterdir()
        assert any(path.name.endswith("_mux.sock") for path in folder.iterdir()), "the plugin's socket is in there too"
        one.signal(signal.SIGTERM)
        assert one.wait() == 0
        assert list(private.iterdir()) == []
    finally:
        private.rmdir()


REFUSALS = [
    ((), "Nothing says which port", 64),
    (("--local-port", "1"), "--local-port and --remote-host belong", 64),
    (("-L", "1:2:3:4"), "-L", 64),
    (("--remote-port", "22"), "PORT_NOT_ALLOWED", 5),
    (("--remote-port", "5432", "--local-port", "0", "--remote-host", "evil.example"), "HOST_NOT_ALLOWED", 5),
]


@pytest.mark.parametrize(("options", "says", "status"), REFUSALS)
def test_refusals(system: LocalSystem, options: tuple[str, ...], says: str, status: int) -> None:
    done = run(environment_of(system, ALICE), "forward", cast.DB_1, *options)
    assert done.returncode == status and says in done.stderr and done.stdout == ""
    assert system.sessions.live() == []
