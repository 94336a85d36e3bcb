"""One record for each command that reads the log, and one session's story with what CloudTrail saw of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import environment_of, run

from system import cast
from system.local_system import LocalSystem

ALICE, SAM = "alice/DatabaseAdmin", "sam/SecurityAudit"


def filters(log: AuditLog) -> list[str]:
    """What readings are recorded, oldest first."""
    return [one.content["details"]["filter"] for one in log.records(event="audit.read")]


@pytest.mark.parametrize(
    ("arguments", "recorded"),
    [
        (["query", "--limit", "0"], ["everything"]),
        (["query", "--user", "alice", "--limit", "0"], ["user=alice"]),
        (["query", "--count-by", "user"], ["everything"]),
        (["heads"], ["heads"]),
        (["verify"], ["everything"]),
        (["tail", "-n", "700"], ["everything"]),
    ],
)
def test_a_command_leaves_one_record(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, arguments: list[str], recorded: list[str]
) -> None:
    # More than a page of records, of which each takes a few milliseconds.
    while len(log.records(user="alice")) < 520:
        for _ in range(130):
            assert api.open(ALICE, cast.DB_1, dryRun=True).status == 200
    before = filters(log)
    done = run(environment_of(system, SAM), "audit", *arguments)
    assert done.returncode == 0, done.stderr
    after = filters(log)
    # Those of this test's own looking stand among them.
    assert after[: len(before)] == before
    assert [one for one in after[len(before) :] if one != "event=audit.read"] == recorded


def test_a_pull_leaves_one_record_and_the_copy_is_whole(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, tmp_path: Path
) -> None:
    before = filters(log)
    copy = str(tmp_path / "copy.sqlite")
    for _ in range(2):
        done = run(environment_of(system, SAM), "audit", "pull", "--to", copy)
        assert done.returncode == 0, done.stderr
    new = [one for one in filters(log)[len(before) :] if one != "event=audit.read"]
    assert new == ["everything", "everything"]
    assert run(environment_of(system, SAM), "audit", "verify", "--local", copy).returncode == 0


def test_reading_on_without_the_record_of_a_reading_is_recorded(api: BrokerAPI, log: AuditLog) -> None:
    read = api.call(SAM, "GET", "/v1/audit/records?limit=1&user=alice").body["read"]
    before = len(filters(log))
    assert api.call(SAM, "GET", f"/v1/audit/records?limit=1&user=alice&read={read}").status == 200
    assert len(filters(log)) == before + 1  # the one of looking
    for wider in (f"user=sam&read={read}", "user=alice", f"read={read}"):
        before = len(filters(log))
        assert api.call(SAM, "GET", f"/v1/audit/records?limit=1&{wider}").status == 200
        assert len(filters(log)) == before + 2, wider
    refused = api.call(ALICE, "GET", f"/v1/audit/records?limit=1&user=alice&read={read}")
    assert refused.code == "AUDIT_NOT_ALLOWED"


def test_a_story_with_what_cloudtrail_saw(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    opened = api.open(ALICE, cast.DB_1).body
    assert api.end("alice/BrokerAdmin", opened["id"]).status == 200
    trail = tmp_path / "trail.json"
    trail.write_text(json.dumps({"Records": system.trail}))
    auditor = environment_of(system, SAM)
    done = run(auditor, "audit", "show", opened["id"], "--cloudtrail", str(trail), "--output", "json")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)["cloudtrail"]
    # The role sessions to start, to keep the channel and to end; the start; the end. All of it is in the records.
    assert [one["call"] for one in seen].count("AssumeRole") == 3
    assert [one["call"] for one in seen if one["call"] != "AssumeRole"] == ["StartSession", "TerminateSession"]
    assert [one for one in seen if not one["isRecorded"]] == []
    shown = run(auditor, "audit", "show", opened["id"], "--cloudtrail", str(trail))
    assert "CloudTrail StartSession" in shown.stdout, shown.stderr
