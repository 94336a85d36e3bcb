"""The auditors' commands: on the broker, on a copy without one, and against what was kept elsewhere."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from broker_api import BrokerAPI
from engineer import Terminal, environment_of, run

from system import cast
from system.local_system import LocalSystem

ALICE, WEB, SAM = "alice/DatabaseAdmin", "alice/WebOperator", "sam/SecurityAudit"
README = Path(__file__).parents[2] / "infra/broker/README.md"
FORMULA = "=HYPERLINK(1)"


def said(variables: Mapping[str, str], *arguments: str, status: int = 0) -> str:
    """The client's standard output, of a command that must end with that status; its messages where it fails."""
    done = run(variables, *arguments)
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout if status == 0 else done.stderr


@pytest.fixture
def sam(system: LocalSystem) -> dict[str, str]:
    """The auditor's environment."""
    return environment_of(system, SAM)


@pytest.fixture
def nobody(system: LocalSystem) -> dict[str, str]:
    """An environment without broker or credentials: whatever works in it works offline."""
    names = ["SSM_BROKER_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"]
    return environment_of(system, SAM, **dict.fromkeys(names))


@pytest.fixture
def session(api: BrokerAPI) -> dict[str, str]:
    """A session from request to end, a refusal, and a session with a reason that a spreadsheet would compute."""
    opened = api.open(ALICE, cast.DB_1, reason="disk full").body
    api.end(ALICE, opened["id"])
    assert api.open("bob/ReadOnly", cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    api.end(WEB, api.open(WEB, cast.WEB_1, reason=FORMULA).body["id"])
    return {"id": opened["id"], "ssm": opened["session"]["SessionId"]}


@pytest.fixture
def copy(sam: dict[str, str], session: dict[str, str], tmp_path: Path) -> Path:
    """A copy of the log as it stands after the session."""
    assert session
    path = tmp_path / "audit.sqlite"
    said(sam, "audit", "pull", "--to", str(path))
    return path


def verifier(copy: Path) -> subprocess.CompletedProcess[str]:
    """Runs the script that the README shows."""
    script = README.read_text().split("```python\n")[1].split("```")[0]
    assert len(script.splitlines()) == 10
    return subprocess.run([sys.executable, "-c", script, str(copy)], capture_output=True, text=True, check=False)


def test_a_copy_goes_on_and_is_verified_without_our_code(sam: dict[str, str], api: BrokerAPI, copy: Path) -> None:
    before = sqlite3.connect(copy).execute("SELECT count(*) FROM audit").fetchone()[0]
    assert api.open("bob/ReadOnly", cast.DB_1).code
    done = json.loads(said(sam, "audit", "pull", "--to", str(copy), "-o", "json"))
    assert done["new"] > 0 and done["records"] == before + done["new"]
    checked = verifier(copy)
    assert checked.returncode == 0, checked.stderr
    heads = sqlite3.connect(copy).execute("SELECT chain, hash FROM head").fetchall()
    assert [f"head {value.hex()}" in checked.stdout for _, value in heads] == [True] * len(heads)


def test_the_readme_script_finds_a_changed_byte_and_a_cut_end(copy: Path) -> None:
    for edit, word in [
        ("UPDATE audit SET bytes = CAST(replace(CAST(bytes AS TEXT), 'bob', 'eve') AS BLOB)", "changed"),
        ("DELETE FROM audit WHERE seq > 1", "ends at record 1"),
    ]:
        edited = copy.with_name("edited.sqlite")
        edited.write_bytes(copy.read_bytes())
        with sqlite3.connect(edited) as database:
            without_triggers(database)
            database.execute(edit)
        found = verifier(edited)
        assert found.returncode == 1 and word in found.stderr


def test_everything_reads_a_copy_without_a_broker(
    nobody: dict[str, str], session: dict[str, str], copy: Path
) -> None:
    local = ("--local", str(copy))
    rows = list(csv.DictReader(io.StringIO(said(nobody, "audit", "query", "--limit", "0", "-o", "csv", *local))))
    assert {row["user"] for row in rows} >= {"alice", "bob"}
    assert "'" + FORMULA in {row["reason"] for row in rows}
    lines = said(nobody, "audit", "query", "--since", "today", "--limit", "0", "-o", "ndjson", *local).splitlines()
    texts = [json.loads(line) for line in lines]
    assert len(texts) == len(rows)
    # The record as an object is the canonical text again: an export alone can be verified too.
    for one in texts:
        text = json.dumps(one["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        place = b"\x01" + one["chain"].to_bytes(4, "big") + one["sequence"].to_bytes(8, "big")
        assert hashlib.sha256(place + bytes.fromhex(one["previous"]) + text).hexdigest() == one["hash"]
    counted = json.loads(said(nobody, "audit", "query", "--count-by", "user", "-o", "json", *local))
    assert counted["total"] == len(rows)
    for name in (session["id"], session["ssm"]):
        story = json.loads(said(nobody, "audit", "show", name, "-o", "json", *local))
        events = [one["record"]["event"] for one in story["records"]]
        assert events == ["session.intent", "session.started", "session.ended"]
        assert max(map(len, said(nobody, "audit", "show", name, *local).splitlines())) <= 80
    assert "intact" in said(nobody, "audit", "verify", *local)
    viewed = sqlite3.connect(copy).execute("SELECT DISTINCT linux_user FROM record WHERE user = 'alice'").fetchall()
    assert ("dbadmin",) in viewed


def test_the_broker_filters_counts_and_shows_as_a_copy_does(
    sam: dict[str, str], nobody: dict[str, str], session: dict[str, str], copy: Path
) -> None:
    for filters in (["--linux-user", "webops"], ["--event", "session.denied"], ["--session", session["id"]],
                    ["--account", cast.FIRST_ACCOUNT, "--region", "eu-west-1", "--code", "GRANTED"]):  # fmt: skip
        there, here = (
            json.loads(said(who, "audit", "query", "--limit", "0", "-o", "json", *filters, *more))["records"]
            for who, more in ((sam, []), (nobody, ["--local", str(copy)]))
        )
        assert there == here and there
    for name in (session["id"], session["ssm"]):
        assert "session.ended" in said(sam, "audit", "show", name)


@pytest.mark.usefixtures("session")
def test_the_brokers_own_file_is_read_beside_it(system: LocalSystem, nobody: dict[str, str]) -> None:
    store = system.store.removeprefix("sqlite:")
    anchors = ("--anchors", str(system.broker_log))
    report = json.loads(said(nobody, "audit", "verify", "--local", store, "-o", "json", *anchors))
    assert report["isIntact"] is True and report["isAnchored"] is True and report["unanchoredRecords"] == 0
    assert "session.started" in said(nobody, "audit", "query", "--local", store)


def test_a_tail_shows_what_comes_and_ends_well(system: LocalSystem, api: BrokerAPI) -> None:
    terminal = Terminal(environment_of(system, SAM), "audit", "tail", "-f", "--event", "session.denied")
    try:
        terminal.expect("EVENT")
        assert api.open("bob/ReadOnly", cast.WEB_1).code
        terminal.expect(f"bob .*{cast.WEB_1}.*session.denied")
        terminal.type("\x03")
        assert terminal.wait() == 0
    finally:
        terminal.close()


# Last in the module: the log stays rewritten.
def test_a_rewrite_that_fits_together_is_found_in_the_heads_in_the_log_and_by_the_next_pull(
    system: LocalSystem, sam: dict[str, str], copy: Path, tmp_path: Path
) -> None:
    heads = tmp_path / "heads.jsonl"
    heads.write_text(said(sam, "audit", "heads"))
    logged, packed = str(system.broker_log), tmp_path / "broker.log.gz"
    packed.write_bytes(gzip.compress(system.broker_log.read_bytes()))
    for anchors in (str(heads), logged, str(packed)):
        assert "intact" in said(sam, "audit", "verify", "--anchors", anchors)
    chain = rewrite(Path(system.store.removeprefix("sqlite:")))
    assert "intact" in said(sam, "audit", "verify")
    for anchors in (str(heads), logged, str(packed)):
        found = said(sam, "audit", "verify", "--anchors", anchors, status=1)
        assert f"chain {chain}, record" in found and "rewritten" in found
    assert f"chain {chain}, record" in said(sam, "audit", "pull", "--to", str(copy), status=1)
    assert verifier(copy).returncode == 0


def rewrite(store: Path) -> int:
    """Makes bob's refusal somebody else's, with every later hash of the chain made to fit; returns the chain."""
    with sqlite3.connect(store) as database:
        chain, start = database.execute(
            "SELECT chain, seq FROM audit WHERE user = 'bob' ORDER BY seq LIMIT 1"
        ).fetchone()
        without_triggers(database)
        rows = database.execute("SELECT seq, previous, bytes FROM audit WHERE chain = ? AND seq >= ? ORDER BY seq",
                                (chain, start)).fetchall()  # fmt: skip
        link = rows[0][1]
        for sequence, _, text in rows:
            if sequence == start:
                text = text.replace(b'"bob"', b'"eve"')
            place = b"\x01" + chain.to_bytes(4, "big") + sequence.to_bytes(8, "big")
            previous, link = link, hashlib.sha256(place + link + text).digest()
            database.execute("UPDATE audit SET previous = ?, hash = ?, bytes = ? WHERE chain = ? AND seq = ?",
                             (previous, link, text, chain, sequence))  # fmt: skip
        database.execute("UPDATE head SET hash = ? WHERE chain = ?", (link, chain))
    return chain


def without_triggers(database: sqlite3.Connection) -> None:
    """Takes away what keeps the tables append-only, as whoever owns the file can."""
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
