"""`ssm-broker doctor` finds each thing that can be wrong, says what to do, and ends with that failure's own exit code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import broker_process
import pytest
import session_documents
from engineer import environment_of, run
from fake_plugins import first_on_path, plugin
from node_state import offline

from system import cast
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}
ORDER = ["settings", "address", "credentials", "network", "clock", "identity", "map", "plugin", "gateway"]


def findings(done: Any) -> dict[str, dict[str, Any]]:
    return {one["check"]: one for one in json.loads(done.stdout)["findings"]}


@contextlib.contextmanager
def ahead(system: LocalSystem):  # noqa: ANN201 - a context manager of None
    """The engineer's clock is behind everybody else's."""
    system.aws.clock.advance(timedelta(minutes=7))
    try:
        yield
    finally:
        system.aws.clock.advance(-timedelta(minutes=7))


@dataclass(frozen=True)
class Trouble:
    """Something wrong, and the check that finds it."""

    check: str
    status: int
    says: str
    person: str = ALICE
    node: tuple[str, ...] = ()
    changes: dict[str, str | None] = field(default_factory=dict)
    during: Callable[[LocalSystem], contextlib.AbstractContextManager[None]] = lambda _: contextlib.nullcontext()

    def __str__(self) -> str:
        return f"{self.check}: {self.says}"


TROUBLES = [
    Trouble("settings", 64, "is not one of table", changes={"SSM_BROKER_CONFIG_FILE": "{tmp}/wrong"}),
    Trouble("address", 64, "leads to eu-west-1", changes={
        "SSM_BROKER_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/prod", "SSM_BROKER_REGION": "us-east-1"}),
    Trouble("credentials", 4, "AWS_ACCESS_KEY_ID is not set", changes={
        **NO_KEYS, "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}),
    Trouble("network", 1, "cannot be reached", changes={"SSM_BROKER_URL": "http://127.0.0.1:9/prod"}),
    Trouble("network", 1, "proxy", changes={
        "SSM_BROKER_URL": "https://broker.example.com/prod", "HTTPS_PROXY": "http://127.0.0.1:9"}),
    Trouble("clock", 1, "this machine's clock is 7 min behind", during=ahead),
    Trouble("identity", 5, "PERMISSION_SET_NOT_MAPPED", person="bob/ReadOnly"),
    Trouble("identity", 4, "Renew the credentials of profile expired", changes={**NO_KEYS, "AWS_PROFILE": "expired"}),
    Trouble("gateway", 8, "127.0.0.1:9", changes={"AWS_ENDPOINT_URL_SSMMESSAGES": "http://127.0.0.1:9"}),
    Trouble("node", 6, "It was looked for in eu-west-1 (AWS_REGION)", node=(cast.BATCH_1,)),
    Trouble("node", 5, "it may in eu-west-1", node=(cast.DB_1, "--region", "us-east-1")),
    Trouble("node", 7, "does not report", node=(cast.DB_1,), during=offline),
    Trouble("node", 6, "has the name i-nothing", node=("i-nothing",)),
    Trouble("node", 6, "2 nodes in eu-west-1 have the name cache-1", node=("cache-1",)),
    Trouble("node", 1, "DOCUMENT_CHANGED", node=(cast.DB_1,),
            during=lambda system: session_documents.changed(system, session_documents.DATABASE_SHELL)),
]  # fmt: skip


def test_where_all_is_well_it_says_so(system: LocalSystem) -> None:
    variables = environment_of(system, ALICE)
    done = run(variables, "doctor", "db-1", "--output", "json")
    assert done.returncode == 0, done.stdout
    assert list(findings(done)) == [*ORDER, "node"]
    assert {one["state"] for one in findings(done).values()} <= {"ok", "advice"}
    assert json.loads(done.stdout)["isWell"] is True
    text = run(variables, "doctor")
    assert text.returncode == 0 and text.stderr == ""
    assert [line.split()[1] for line in text.stdout.splitlines() if not line.startswith(" ")] == ORDER


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_each_trouble_is_found(system: LocalSystem, tmp_path: Path, trouble: Trouble) -> None:
    (tmp_path / "wrong").write_text("[default]\noutput = xml\n")
    changes = {name: value and value.replace("{tmp}", str(tmp_path)) for name, value in trouble.changes.items()}
    variables = environment_of(system, trouble.person, **changes)
    broker_process.forget(system)
    with trouble.during(system):
        done = run(variables, "doctor", *trouble.node, "--output", "json")
    found = findings(done)
    wrong = [name for name, one in found.items() if one["state"] == "wrong"]
    assert wrong and wrong[0] == trouble.check, done.stdout
    one = found[trouble.check]
    said = " ".join([one["says"], *one["reasons"], one.get("next", "")])
    assert trouble.says in said, said
    assert done.returncode == trouble.status == one["exitStatus"]
    assert json.loads(done.stderr)["code"] == "DOCTOR_FOUND"
    assert system.sessions.live() == []


def test_an_old_plugin_is_advised_against_and_a_missing_one_is_wrong(system: LocalSystem, tmp_path: Path) -> None:
    old = first_on_path(environment_of(system, ALICE), plugin(tmp_path / "old", "exit 0", "1.2.764.0"))
    found = findings(done := run(old, "doctor", "--output", "json"))["plugin"]
    assert done.returncode == 0 and found["state"] == "advice" and "1.2.814.0" in found["next"]
    named = environment_of(system, ALICE, SSM_BROKER_PLUGIN="/nonexistent/plugin")
    found = findings(done := run(named, "doctor", "--output", "json"))["plugin"]
    assert done.returncode == 8 and "SSM_BROKER_PLUGIN names it" in found["reasons"][0]
