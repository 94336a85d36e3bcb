"""Every way that `ssm-broker` can end has its exit code, and a message on standard error that says what to do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import broker_process
import pytest
import session_documents
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import environment_of, run
from fake_plugins import first_on_path, plugin
from locked_store import store_lock
from node_state import offline

from system import cast, faults
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"
CONNECT = ("connect", cast.DB_1)
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}


@contextlib.contextmanager
def unrecorded(system: LocalSystem):  # noqa: ANN201 - a context manager of None
    """The audit store cannot be written to."""
    with store_lock(system) as lock:
        lock.take()
        yield


@contextlib.contextmanager
def answer_lost(system: LocalSystem):  # noqa: ANN201
    """StartSession's answer does not come."""
    system.faults.after("StartSession", faults.drop)
    yield


@dataclass(frozen=True)
class End:
    """A command and how it ends."""

    why: str
    status: int
    says: str
    arguments: tuple[str, ...] = CONNECT
    person: str = ALICE
    changes: dict[str, str | None] = field(default_factory=dict)
    during: Callable[[LocalSystem], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()

    def __str__(self) -> str:
        return f"{self.status}: {self.why}"


ENDS = [
    End("a dry run", 0, "", ("connect", cast.DB_1, "--dry-run")),
    End("whoami", 0, "", ("whoami",)),
    End("StartSession's answer lost", 1, "START_UNKNOWN", during=answer_lost),
    End("a changed document", 1, "DOCUMENT_CHANGED",
        during=lambda system: session_documents.changed(system, session_documents.DATABASE_SHELL)),
    End("expired credentials", 4, "CREDENTIALS_EXPIRED", changes={**NO_KEYS, "AWS_PROFILE": "expired"}),
    End("no credentials at all", 4, "credentials", changes={**NO_KEYS, "AWS_CONFIG_FILE": "/nonexistent",
                                                            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}),
    End("an unmapped permission set", 5, "PERMISSION_SET_NOT_MAPPED", person="bob/ReadOnly"),
    End("a look-alike role", 5, "ROLE_NOT_PROVEN", person="mallory/DatabaseAdmin"),
    End("a Windows node", 5, "NODE_NOT_LINUX", ("connect", cast.WIN_1)),
    End("a node with other tags", 5, "NODE_NOT_ALLOWED", person="alice/WebOperator"),
    End("the log, read by an engineer", 5, "AUDIT_NOT_ALLOWED", ("audit", "query")),
    End("another account's node", 6, "NODE_NOT_FOUND", ("connect", cast.BATCH_1)),
    End("a node that is offline", 7, "NODE_OFFLINE", during=offline),
    End("an audit store that cannot be written to", 9, "AUDIT_UNAVAILABLE", during=unrecorded),
    End("no node id", 64, "i-0123456789", ("connect", "i-0123456789")),
    End("a name that several nodes have", 6, "NODE_AMBIGUOUS", ("connect", "cache-1", "-o", "json")),
    End("an address that only a machine itself says it has", 6, "NODE_SELF_REPORTED", ("connect", "192.168.7.17", "-o", "json")),
    End("a name that no node has", 6, "NODE_NOT_FOUND", ("connect", "nowhere-1", "-o", "json")),
    End("no node, and nobody to choose one", 64, "NODE_MISSING", ("connect", "-o", "json")),
    End("an unknown option", 64, "--as-root", (*CONNECT, "--as-root")),
    End("no Region", 64, "--region", changes={"AWS_REGION": None, "AWS_DEFAULT_REGION": None}),
    End("no broker", 64, "SSM_BROKER_URL", changes={"SSM_BROKER_URL": None}),
    End("an over-long reason", 64, "REASON_INVALID", (*CONNECT, "--reason", "x" * 257)),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_each_end_has_its_code(system: LocalSystem, end: End) -> None:
    broker_process.forget(system)
    variables = environment_of(system, end.person, **end.changes)
    with end.during(system):
        done = run(variables, *end.arguments)
    assert done.returncode == end.status, done.stderr
    assert end.says in done.stderr
    # Results go to standard output, and a failure has none.
    assert bool(done.stdout) == (end.status == 0)
    assert system.sessions.live() == []


VERSIONS = [
    ("1.2.763.9", "1.2.764.0 is the oldest"),
    ("1.2.0.0", "built from source"),
    ("1.3.0.0", "built from source"),
    ("unknown", "does not say which version"),
]


@pytest.mark.parametrize(("version", "says"), VERSIONS)
def test_a_plugin_that_will_not_do_ends_it_with_8_before_the_broker_is_asked(
    system: LocalSystem, log: AuditLog, tmp_path: Path, version: str, says: str
) -> None:
    made = plugin(tmp_path / "bin", "exit 0", version)
    variables = first_on_path(environment_of(system, ALICE, SSM_BROKER_ALLOW_DEV_PLUGIN=None), made)
    assert_not_asked(system, log, variables, says)


def test_without_a_plugin_it_ends_with_8_before_the_broker_is_asked(
    system: LocalSystem, log: AuditLog, tmp_path: Path
) -> None:
    if os.path.exists("/usr/local/sessionmanagerplugin/bin/session-manager-plugin"):
        pytest.skip("AWS's plugin is installed on this machine, so it is found whatever the PATH says")
    variables = environment_of(system, ALICE)
    (tmp_path / "ssm-broker").symlink_to(system.commands / "ssm-broker")
    assert_not_asked(system, log, {**variables, "PATH": f"{tmp_path}:/usr/bin:/bin"}, "is not installed")


def test_a_plugin_that_does_not_even_tell_its_version_ends_it_with_8(
    system: LocalSystem, log: AuditLog, tmp_path: Path
) -> None:
    made = plugin(tmp_path / "bin", "exit 0")
    made.write_text("#!/bin/sh\nexec sleep 1000\n")
    assert_not_asked(system, log, first_on_path(environment_of(system, ALICE), made), "gave no answer")


def test_a_broker_that_does_not_answer_ends_it_with_1(system: LocalSystem) -> None:
    done = run(environment_of(system, ALICE, SSM_BROKER_URL="http://127.0.0.1:9/prod"), *CONNECT)
    assert done.returncode == 1 and "127.0.0.1" in done.stderr


def test_a_killed_broker_ends_it_with_1(system: LocalSystem, api: BrokerAPI) -> None:
    def die() -> None:
        broker_process.kill(system)
        faults.drop()

    system.faults.before("StartSession", die)
    done = run(environment_of(system, ALICE), *CONNECT)
    assert done.returncode == 1 and "INTEGRATION_FAILED" in done.stderr


def assert_not_asked(system: LocalSystem, log: AuditLog, variables: dict[str, str], says: str) -> None:
    """Exit code 8, and no record: nobody was asked for a session."""
    asked = [one for one in log.records() if one.event != "audit.read"]
    done = run(variables, *CONNECT)
    assert done.returncode == 8, done.stderr
    assert says in done.stderr
    assert [one for one in log.records() if one.event != "audit.read"] == asked
    assert system.sessions.live() == []
