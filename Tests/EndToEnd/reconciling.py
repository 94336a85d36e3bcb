"""The system's own trail as CloudTrail's files, and the auditor who compares them with the log."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from engineer import environment_of, run

from system.local_system import LocalSystem

SAM = "sam/SecurityAudit"


def reconcile(system: LocalSystem, trail: Path, *arguments: str) -> tuple[CompletedProcess[str], dict[str, Any]]:
    """The command as the auditor runs it, and what it printed."""
    auditor = environment_of(system, SAM)
    done = run(auditor, "audit", "reconcile", "--cloudtrail", str(trail), "--output", "json", *arguments)
    return done, json.loads(done.stdout)


def written(system: LocalSystem, folder: Path, *more: dict[str, Any]) -> Path:
    """The system's trail as CloudTrail's files; two quiet events say that the hours around it are covered."""
    events = [*system.trail, *more]
    start = next(event for event in events if event["eventName"] == "StartSession")
    for hours in (-2, 2):
        time = datetime.fromisoformat(start["eventTime"]) + timedelta(hours=hours)
        events.append(start | {"eventName": "DescribeSessions", "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ")})
    for number, event in enumerate(events):
        place = folder / "AWSLogs" / event["recipientAccountId"]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.json.gz").write_bytes(gzip.compress(json.dumps({"Records": [event]}).encode()))
    return folder / "AWSLogs"
