"""`Tests/bench`: how long `audit reconcile` takes for a million events, and how much memory. Nothing here passes or fails.

A broker made of the generated records answers on loopback, so that only the comparison is measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Fixtures" / "cloudtrail"))

import generate  # noqa: E402
from measured import measured  # noqa: E402

EVENTS = int(os.environ.get("SSM_BROKER_BENCH_EVENTS", "1000000"))
SESSIONS = 10_000
PAGE = 500
RUNS = 3
ABOUT_SESSIONS = {"missing-in-cloudtrail", "intent-without-session", "outcome-resolved"}


class Records(BaseHTTPRequestHandler):
    """`GET /v1/audit/records`, whose cursor counts pages: the client hands it back as it came."""

    records: list[dict[str, object]] = []

    def do_GET(self) -> None:
        """One page; the time in the cursor is the place."""
        query = parse_qs(urlsplit(self.path).query)
        place = int(query["cursor"][0].split(".")[0]) if "cursor" in query else 0
        page: dict[str, object] = {"records": self.records[place : place + PAGE]}
        if place + PAGE < len(self.records):
            page["next"] = f"{place + PAGE}.00000000-0000-4000-8000-000000000000"
        body = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: the output is the figures."""


def main() -> None:
    """Generates, compares, prints."""
    with tempfile.TemporaryDirectory(prefix="ssm-broker-trail-") as folder:
        generate.write(Path(folder), EVENTS, SESSIONS, seed=11)
        packed = sum(file.stat().st_size for file in Path(folder).rglob("*_fixture.json*"))
        Records.records = json.loads((Path(folder) / "records.json").read_text())
        plants = json.loads((Path(folder) / "planted.json").read_text())
        planted = [(one["kind"], one.get("event") or one["session"]) for one in plants]
        with ThreadingHTTPServer(("127.0.0.1", 0), Records) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            compare(Path(folder), server.server_address[1], sorted(planted), packed)
            server.shutdown()


def named(finding: dict[str, str]) -> tuple[str, str]:
    """A finding as it was planted: its class, and the event or the session that it is about."""
    return finding["kind"], finding["session" if finding["kind"] in ABOUT_SESSIONS else "eventId"]


def compare(folder: Path, port: int, planted: list[tuple[str, str]], packed: int) -> None:
    """Some runs of the client; its findings must be those that were planted, or the figure means nothing."""
    environment = {
        "PATH": os.defpath, "SSM_BROKER_URL": f"http://127.0.0.1:{port}/prod", "SSM_BROKER_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAFIXTURE", "AWS_SECRET_ACCESS_KEY": "fixture",
    }  # fmt: skip
    command = [os.environ["SSM_BROKER_CLIENT_PATH"], "audit", "reconcile", "--output", "json", "--break-glass",
               "EmergencyAccess", "--cloudtrail", f"{folder}/AWSLogs", f"{folder}/lookup-events.json"]  # fmt: skip
    runs = [measured(command, environment) for _ in range(RUNS)]
    for run in runs:
        found = json.loads(run.output)
        if sorted(named(one) for one in found["findings"]) != planted:
            raise SystemExit(f"Tests/bench: {found['counts']} was found, and that is not what was planted")
    run = sorted(runs, key=lambda run: run.seconds)[RUNS // 2]
    print(
        f"reconcile: {found['events']} events, {packed >> 20} MB packed, {len(Records.records)} records "
        f"in {run.seconds:.1f} s: {found['events'] / run.seconds:,.0f} a second; {run.processor:.1f} s of one processor; "
        f"{max(run.peak_kilobytes for run in runs) / 1024:.0f} MB resident at most; all {len(planted)} planted found, nothing else",
        flush=True,
    )


if __name__ == "__main__":
    main()
