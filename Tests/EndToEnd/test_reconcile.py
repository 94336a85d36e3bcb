"""`audit reconcile` on what the system itself recorded: sessions through the broker agree, and one around it is found."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from broker_api import BrokerAPI
from engineer import environment_of, run
from reconciling import SAM, reconcile, written

from system import cast
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"


def test_sessions_through_the_broker_agree(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    opened = api.open(ALICE, cast.DB_1)
    assert opened.status == 200, opened.text
    assert run(environment_of(system, ALICE), "connect", cast.DB_1, "--dry-run").returncode == 0
    done, result = reconcile(system, written(system, tmp_path))
    assert (done.returncode, result["findings"]) == (0, []), done.stderr
    assert result["matched"] == 1


def test_a_session_around_the_broker_is_found(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    assert api.open(ALICE, cast.DB_1).status == 200
    start = next(event for event in system.trail if event["eventName"] == "StartSession")
    around = json.loads(json.dumps(start))
    around["userIdentity"]["arn"] = f"arn:aws:sts::{cast.FIRST_ACCOUNT}:assumed-role/Admin/dana"
    around["responseElements"]["sessionId"] = "dana-0123456789abcdef0"
    around |= {"eventID": "around", "requestID": "another"}
    done, result = reconcile(system, written(system, tmp_path, around))
    assert done.returncode == 1
    assert [(one["kind"], one["eventId"]) for one in result["findings"]] == [("started-around-broker", "around")]


def test_a_session_that_the_trail_lacks_is_found(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    opened = api.open(ALICE, cast.DB_1)
    assert opened.status == 200
    trail = written(system, tmp_path)
    lost = opened.body["id"]
    session = opened.body["session"]["SessionId"]
    for file in trail.rglob("*.gz"):
        event = json.loads(gzip.decompress(file.read_bytes()))["Records"][0]
        if (event.get("responseElements") or {}).get("sessionId") == session and event["eventName"] == "StartSession":
            file.unlink()
    done, result = reconcile(system, trail)
    assert done.returncode == 1
    assert [(one["kind"], one["session"]) for one in result["findings"]] == [("missing-in-cloudtrail", lost)]


def test_a_pulled_copy_serves_as_well_as_the_broker(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    assert api.open(ALICE, cast.DB_1).status == 200
    trail = written(system, tmp_path)
    copy = tmp_path / "audit.sqlite"
    pulled = run(environment_of(system, SAM), "audit", "pull", "--to", str(copy))
    assert pulled.returncode == 0, pulled.stderr
    done, result = reconcile(system, trail, "--local", str(copy))
    assert (done.returncode, result["findings"]) == (0, []), done.stderr
    page = tmp_path / "report.html"
    written_page = run(environment_of(system, SAM), "audit", "report", "--local", str(copy), "--html", str(page))
    assert written_page.returncode == 0 and "DatabaseAdmin" in page.read_text(), written_page.stderr
