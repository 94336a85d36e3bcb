"""`ssm-broker connect --direct`: a shell without the broker, where IAM lets the engineer, and nowhere else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from audit_log import AuditLog
from engineer import Terminal, environment_of, run
from node_state import offline
from conftest import ROOT
from test_reconcile import reconcile, written

from system import cast, moto_services
from system.linux_users import DBADMIN
from system.local_system import LocalSystem, Settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Settings(strict_signing=True)
Connect = Callable[..., Terminal]
ALICE, GRACE = "alice/DatabaseAdmin", "grace/BreakGlass"
DOCUMENT = "SSMBroker-Shell-DatabaseAdmin"
NO_BROKER = {"SSM_BROKER_URL": None, "SSM_BROKER_REGION": None}


@contextlib.contextmanager
def native(system: LocalSystem) -> Iterator[None]:
    """DatabaseAdmin has the rights of `infra/native` too."""
    policy = (ROOT / "infra" / "native" / "database-admin.json").read_text().replace("${PARTITION}", "aws")
    backend = moto_services.iam(cast.FIRST_ACCOUNT)
    role = cast.reserved_name("DatabaseAdmin", cast.SUFFIXES[cast.FIRST_ACCOUNT])
    backend.put_role_policy(role, "native", policy)
    try:
        yield
    finally:
        backend.delete_role_policy(role, "native")


def shell_of_dbadmin(system: LocalSystem, terminal: Terminal) -> str:
    """Sees that the shell is dbadmin's and ends it; Systems Manager's id of the session."""
    terminal.expect("broker does not record this session")
    terminal.prompt()
    (state,) = system.sessions.live()
    assert state.document_name == DOCUMENT
    terminal.type("id -un; echo do''ne\n")
    said = terminal.expect(r"(\w+)\s+done")
    assert said[1] == DBADMIN.name or system.user_switch.identity == "none"
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before
    assert system.sessions.live() == []
    return state.session_id


def test_a_permission_set_with_native_rights_gets_its_own_document(system: LocalSystem, connect: Connect) -> None:
    with native(system):
        session = shell_of_dbadmin(system, connect(ALICE, cast.DB_1, "--direct", "--reason", "broker down", **NO_BROKER))
    assert session.startswith("alice-")


def test_break_glass_names_a_document_and_is_found_as_a_class_of_its_own(
    system: LocalSystem, connect: Connect, log: AuditLog, tmp_path: Path
) -> None:
    begun = len(system.trail)
    session = shell_of_dbadmin(system, connect(GRACE, cast.DB_1, "--direct", "--document", DOCUMENT, **NO_BROKER))
    calls = [one for one in system.trail[begun:] if session in json.dumps(one)]
    assert {one["eventName"] for one in calls} >= {"StartSession", "OpenDataChannel", "TerminateSession"}
    assert {one["userIdentity"]["arn"].rpartition("/")[2] for one in calls} == {"grace"}  # type: ignore[index]
    done, result = reconcile(system, written(system, tmp_path / "trail"))
    assert done.returncode == 1
    kinds = {one["kind"] for one in result["findings"] if one.get("sessionId") == session}
    assert kinds == {"break-glass"}


def test_a_broken_connection_is_resumed_with_the_engineers_own_rights(system: LocalSystem, connect: Connect) -> None:
    terminal = connect(GRACE, cast.DB_1, "--direct", "--document", DOCUMENT, **NO_BROKER)
    terminal.prompt()
    (state,) = system.sessions.live()
    system.sessions.drop_connection(state.session_id)
    terminal.type("echo still he''re\n")
    terminal.expect("still here")
    terminal.type("exit\n")
    assert terminal.wait() == 0


@pytest.mark.parametrize(
    ("why", "person", "options", "status", "code"),
    [
        ("a permission set that may only call the broker", ALICE, (), 5, "ACCESS_DENIED"),
        ("break-glass with a document that is none of the broker's", GRACE, ("--document", "SSM-SessionManagerRunShell"), 5,
         "ACCESS_DENIED"),
        ("break-glass without a document of its own", GRACE, (), 1, "DOCUMENT_MISSING"),
        ("a ticket, which AWS does not keep", GRACE, ("--ticket", "OPS-17"), 64, "OPTIONS_CONFLICT"),
    ],
)  # fmt: skip
def test_it_is_refused(
    system: LocalSystem, why: str, person: str, options: tuple[str, ...], status: int, code: str
) -> None:
    done = run(environment_of(system, person, **NO_BROKER), "connect", cast.DB_1, "--direct", "-o", "json", *options)
    assert done.returncode == status, why + done.stderr
    said = json.loads(done.stderr)
    assert (said["code"], said["exitStatus"], done.stdout) == (code, status, "") and said["next"]
    assert system.sessions.live() == []


def test_a_node_that_is_offline_is_refused(system: LocalSystem) -> None:
    with offline(system):
        done = run(environment_of(system, GRACE), "connect", cast.DB_1, "--direct", "--document", DOCUMENT)
    assert done.returncode == 7 and "not connected to Session Manager" in done.stderr


def test_an_expired_sign_in_is_refused(system: LocalSystem) -> None:
    keys = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}
    variables = environment_of(system, ALICE, AWS_PROFILE="expired", **keys)
    done = run(variables, "connect", cast.DB_1, "--direct")
    assert done.returncode == 4 and "aws sso login" in done.stderr


def test_a_dry_run_fills_the_document_in_and_starts_nothing(system: LocalSystem) -> None:
    done = run(environment_of(system, ALICE, **NO_BROKER), "connect", cast.DB_1, "--direct", "--dry-run", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "account": cast.FIRST_ACCOUNT, "document": DOCUMENT, "permissionSet": "DatabaseAdmin", "user": "alice",
    }  # fmt: skip
    assert system.sessions.live() == []
