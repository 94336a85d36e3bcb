"""The system under test: the real broker, and the real client where it is used, on the stand-in for AWS.

Each module has a system of its own, as AWS's state is one to a process; `SETTINGS` in the module says how it differs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "infra" / "local", Path(__file__).resolve().parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from broker_api import BrokerAPI  # noqa: E402
from audit_log import AuditLog  # noqa: E402
from client_process import ClientProcess  # noqa: E402
from engineer import Terminal, environment_of  # noqa: E402
from fake_plugins import first_on_path  # noqa: E402
from plugins import EVERY_PLUGIN, environment_with, path_of  # noqa: E402
from system import cast  # noqa: E402
from system.local_system import LocalSystem, Settings  # noqa: E402

Connect = Callable[..., Terminal]
Start = Callable[..., Terminal]
Client = Callable[..., ClientProcess]

# A fork per sub-process inherits this: nothing that a test starts reads the settings of whoever runs it.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[LocalSystem]:
    """The module's system, in whatever state the test before left it; tests want `system`."""
    with LocalSystem(getattr(request.module, "SETTINGS", Settings())) as system:
        yield system


@pytest.fixture
def system(running: LocalSystem) -> Iterator[LocalSystem]:
    """The module's system, with no session running; a planned fault that never struck fails the test."""
    yield running
    unused = [fault for fault in running.faults.leftover() if fault.struck == 0]
    running.faults.clear()
    for state in running.sessions.live():
        running.sessions.terminate(state.session_id)
    assert unused == [], "a planned fault never struck, so the test proves less than it says"


@pytest.fixture
def api(system: LocalSystem) -> BrokerAPI:
    """The broker's API, called as people of the cast."""
    return BrokerAPI(system)


@pytest.fixture
def log(api: BrokerAPI) -> AuditLog:
    """The audit log, read through the API as the auditor."""
    return AuditLog(api)


@pytest.fixture(params=EVERY_PLUGIN)
def connect(system: LocalSystem, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connect]:
    """Starts `ssm-broker connect` at a terminal: each test runs with the stand-in plugin and with AWS's own."""
    plugin = path_of(request.param)
    started: list[Terminal] = []

    def start(person: str, node: str, *arguments: str, **changes: str | None) -> Terminal:
        folder = tmp_path / f"path{len(started)}"
        variables = environment_with(system, person, plugin, folder, **changes)
        started.append(Terminal(variables, "connect", node, *arguments))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture
def start(system: LocalSystem) -> Iterator[Start]:
    """Starts connect with a plugin of the test's own."""
    terminals: list[Terminal] = []

    def start(made: Path, **changes: str | None) -> Terminal:
        variables = environment_of(system, "alice/DatabaseAdmin", **changes)
        terminals.append(Terminal(first_on_path(variables, made), "connect", cast.DB_1))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture(params=EVERY_PLUGIN)
def client(system: LocalSystem, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """Starts any command of the client without a terminal, with the stand-in plugin and with AWS's own."""
    plugin = path_of(request.param)
    started: list[ClientProcess] = []

    def start(person: str, *arguments: str, **changes: str | None) -> ClientProcess:
        variables = environment_with(system, person, plugin, tmp_path / f"path{len(started)}", **changes)
        started.append(ClientProcess(variables, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.kill()
