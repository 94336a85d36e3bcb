"""What the client shows without opening anything: who you are, what you may do, and the audit log."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import environment_of, run

from system import cast
from system.local_system import LocalSystem

ALICE, WEB, SAM = "alice/DatabaseAdmin", "alice/WebOperator", "sam/SecurityAudit"


def said(system: LocalSystem, person: str, *arguments: str) -> str:
    """The client's standard output, of a command that must be done."""
    done = run(environment_of(system, person), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(system: LocalSystem, *filters: str) -> list[dict]:
    """The records of `audit query` as JSON."""
    return json.loads(said(system, SAM, "audit", "query", "--output", "json", *filters))["records"]


def test_whoami_differs_as_the_map_says(system: LocalSystem) -> None:
    database, web = (json.loads(said(system, who, "whoami", "--output", "json")) for who in (ALICE, WEB))
    assert (database["user"], database["permissionSet"], database["linuxUser"]) == ("alice", "DatabaseAdmin", "dbadmin")
    assert (web["user"], web["permissionSet"], web["linuxUser"]) == ("alice", "WebOperator", "webops")
    table = said(system, ALICE, "whoami")
    for word in ("alice", "DatabaseAdmin", cast.FIRST_ACCOUNT, "dbadmin"):
        assert word in table
    # By profile, the same answer as by environment.
    as_web = json.loads(said(system, ALICE, "whoami", "--output", "json", "--profile", "alice-WebOperator"))
    assert as_web == web


def test_a_profile_may_take_its_credentials_from_a_process(system: LocalSystem, tmp_path: Path) -> None:
    own = system.aws.credentials_of(WEB)
    keys = {"AccessKeyId": own.access_key, "SecretAccessKey": own.secret_key, "SessionToken": own.token}
    printed = {"Version": 1, **keys}
    (tmp_path / "printed").write_text(json.dumps(printed))
    (tmp_path / "config").write_text(f"[profile web]\ncredential_process = cat '{tmp_path}/printed'\n")
    no_keys = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}
    variables = environment_of(system, ALICE, AWS_CONFIG_FILE=str(tmp_path / "config"),
                               AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_PROFILE="web", **no_keys)  # fmt: skip
    done = run(variables, "whoami", "--output", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["linuxUser"] == "webops"


def test_a_dry_run_shows_the_decision_and_starts_nothing(system: LocalSystem, log: AuditLog) -> None:
    marker = len(system.trail)
    decision = json.loads(said(system, ALICE, "connect", cast.DB_1, "--dry-run", "--output", "json"))
    assert (decision["linuxUser"], decision["node"], decision["dryRun"]) == ("dbadmin", cast.DB_1, True)
    assert "dbadmin" in said(system, ALICE, "connect", cast.DB_1, "--dry-run", "--reason", "just looking")
    assert "StartSession" not in [one["eventName"] for one in system.trail[marker:]]
    checked = [one for one in log.records() if one.event == "session.checked"][-1]
    assert checked.content["access"]["reason"] == "just looking"
    assert checked.content["request"]["client"].startswith("ssm-broker/")


@pytest.fixture
def some_records(system: LocalSystem, api: BrokerAPI) -> None:
    """A session, a refusal and a session of another permission set."""
    api.end(ALICE, api.open(ALICE, cast.DB_1, reason="disk full", ticket="OPS-17").body["id"])
    assert api.open("bob/ReadOnly", cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    api.end(WEB, api.open(WEB, cast.WEB_1).body["id"])


@pytest.mark.usefixtures("some_records")
def test_the_query_filters_and_is_newest_first(system: LocalSystem) -> None:
    everything = [one["record"] for one in shown(system)]
    times = [one["time"] for one in everything]
    assert times == sorted(times, reverse=True)
    assert {one["caller"]["user"] for one in (each["record"] for each in shown(system, "--user", "bob"))} == {"bob"}
    by_set = [one["record"] for one in shown(system, "--permission-set", "WebOperator")]
    assert by_set and {one["caller"]["permissionSet"] for one in by_set} == {"WebOperator"}
    by_node = [one["record"] for one in shown(system, "--node", cast.WEB_1)]
    assert by_node and {one["access"]["node"] for one in by_node} == {cast.WEB_1}
    assert len(shown(system, "--limit", "2")) == 2
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert shown(system, "--since", tomorrow) == []
    assert shown(system, "--until", "1d") == []
    assert shown(system, "--since", "1h", "--user", "alice")


@pytest.mark.usefixtures("some_records")
def test_the_table_tells_it_in_a_line_each(system: LocalSystem) -> None:
    heading, *lines = said(system, SAM, "audit", "query").splitlines()
    for word in ("TIME", "USER", "PERMISSION SET", "NODE", "EVENT"):
        assert word in heading
    text = "\n".join(lines)
    assert "session.started as dbadmin" in text and "session.denied PERMISSION_SET_NOT_MAPPED" in text
    assert "session.started as webops" in text


@pytest.mark.usefixtures("some_records")
def test_verify_agrees_with_a_verification_of_its_own(system: LocalSystem, log: AuditLog) -> None:
    report = json.loads(said(system, SAM, "audit", "verify", "--output", "json"))
    assert report["isIntact"] is True and report["isAnchored"] is False
    assert len(log.verify()) > report["records"]  # the reading of these was recorded since
    assert "intact" in said(system, SAM, "audit", "verify")


# Last in the module: the log stays broken.
@pytest.mark.usefixtures("some_records")
def test_verify_names_a_record_that_was_changed_behind_the_brokers_back(system: LocalSystem, log: AuditLog) -> None:
    changed = next(one for one in log.records(user="alice") if one.event == "session.started")
    forged = changed.text.replace('"linuxUser":"dbadmin"', '"linuxUser":"notmyid"')
    assert forged != changed.text
    update = "UPDATE audit SET bytes = ? WHERE hash = ?", (forged.encode(), bytes.fromhex(changed.hash))
    with sqlite3.connect(system.store.removeprefix("sqlite:")) as database:
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            database.execute(*update)
        database.execute("DROP TRIGGER audit_keeps")
        database.execute(*update)
    done = run(environment_of(system, SAM), "audit", "verify")
    assert done.returncode == 1 and done.stdout == ""
    assert f"chain {changed.chain}, record {changed.sequence}" in done.stderr
    with pytest.raises(AssertionError, match=f"record {changed.sequence} of chain {changed.chain}"):
        log.verify()
