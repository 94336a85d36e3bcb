"""`Tests/bench`: how long `audit reconcile` takes for a million events, and how much memory. Nothing here passes or fails.

A broker made of the generated records answers on loopback, so that only the comparison is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Fixtures" / "cloudtrail"))

import generate  # noqa: E402

EVENTS = int(os.environ.get("SSM_BROKER_BENCH_EVENTS", "1000000"))
SESSIONS = 10_000
PAGE = 500


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
        planted = len(json.loads((Path(folder) / "planted.json").read_text()))
        with ThreadingHTTPServer(("127.0.0.1", 0), Records) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            compare(Path(folder), server.server_address[1], planted, packed)
            server.shutdown()


def compare(folder: Path, port: int, planted: int, packed: int) -> None:
    """One run of the client; its findings must be as many as were planted, or the figure means nothing."""
    environment = {
        "PATH": os.defpath, "SSM_BROKER_URL": f"http://127.0.0.1:{port}/prod", "SSM_BROKER_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAFIXTURE", "AWS_SECRET_ACCESS_KEY": "fixture",
    }  # fmt: skip
    command = [os.environ["SSM_BROKER_CLIENT_PATH"], "audit", "reconcile", "--output", "json", "--break-glass",
               "EmergencyAccess", "--cloudtrail", f"{folder}/AWSLogs", f"{folder}/lookup-events.json"]  # fmt: skip
    begun = time.perf_counter()
    with (folder / "result.json").open("wb") as result:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=result, env=environment)
        peak = peak_of(child)
    seconds = time.perf_counter() - begun
    found = json.loads((folder / "result.json").read_text())
    if sum(found["counts"].values()) != planted:
        raise SystemExit(f"Tests/bench: {found['counts']} was found, and {planted} were planted")
    what = f"reconcile: {found['events']} events, {packed >> 20} MB packed"
    print(f"{what:44} {seconds:8.1f}s  {peak / 1024:8.1f}MB resident at most", flush=True)


def peak_of(child: subprocess.Popen[bytes]) -> int:
    """Waits for the end; the most memory in KB. The kernel's own ru_maxrss counts the parent's too, from before the exec."""
    peak = 0
    while child.poll() is None:
        status = Path(f"/proc/{child.pid}/status").read_text(errors="replace")
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
        time.sleep(0.05)
    return peak


if __name__ == "__main__":
    main()
