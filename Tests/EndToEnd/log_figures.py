"""`Tests/bench`: an audit log of a million records in SQLite: pulled, verified, searched, appended to.

Nothing here passes or fails. Beside each figure stands one that this machine gives the same minute: the ten lines of Python in
infra/broker, an empty run of the client, the disk's sync. Their ratio tells more than either: seconds on a busy machine are anyone's.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import generated_log
import log_server
from measured import Run, measured

ROOT = Path(__file__).resolve().parents[2]
RECORDS = int(os.environ.get("SSM_BROKER_BENCH_RECORDS", "1000000"))
CLIENT = os.environ.get("SSM_BROKER_CLIENT_PATH", "")
FIGURES = os.environ.get("SSM_BROKER_FIGURES_PATH", "")
RUNS = 5
SEARCHES = 9


def main() -> None:
    """Makes the log, then takes the figures."""
    with tempfile.TemporaryDirectory(prefix="ssm-broker-log-") as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        heads = generated_log.write(pages, RECORDS)
        records = sum(head.sequence + 1 for head in heads)
        copy = folder / "copy.sqlite"
        with server(pages) as port:
            pull(copy, port, records)
        verify(copy, records)
        search(copy)
        append(folder)


@contextmanager
def server(pages: Path) -> Iterator[int]:
    """The broker's half of the API, in another process."""
    process, port = log_server.serve(pages)
    try:
        yield port
    finally:
        process.kill()
        process.join()


def pull(copy: Path, port: int, records: int) -> None:
    """`audit pull` of the whole log, once."""
    environment = {
        "SSM_BROKER_URL": f"http://127.0.0.1:{port}/prod", "SSM_BROKER_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAFIXTURE", "AWS_SECRET_ACCESS_KEY": "fixture",
    }  # fmt: skip
    run = client(["pull", "--to", str(copy)], environment)
    size = copy.stat().st_size >> 20
    print(f"pull: {records} records, a copy of {size} MB {figure(run, records)}", flush=True)


def verify(copy: Path, records: int) -> None:
    """`audit verify --local`, against the ten lines in infra/broker/README.md on the same file, in turn."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "infra" / "broker" / "README.md").read_text(), re.DOTALL)
    if code is None:
        raise SystemExit("Tests/bench: infra/broker/README.md has no Python any more")
    pairs: list[tuple[Run, Run]] = []
    for _ in range(RUNS):
        ours = client(["verify", "--local", str(copy), "--output", "json"])
        if not json.loads(ours.output)["isIntact"]:
            raise SystemExit("Tests/bench: the generated log does not verify")
        pairs.append((ours, measured([sys.executable, "-c", code[1], str(copy)])))
    ours, theirs = (median(list(runs)) for runs in zip(*pairs, strict=True))
    print(f"verify: {records} records {figure(ours, records)}")
    print(f"  ten lines of Python, hashes only {figure(theirs, records)}; {theirs.seconds / ours.seconds:.2f}x ours", flush=True)


def search(copy: Path) -> None:
    """The first page of each filter, and of some together; what the client needs to start at all is shown beside."""
    empty = median([client([], version=True) for _ in range(SEARCHES)])
    start = f"{empty.seconds * 1000:.1f} ms, of which processor {empty.processor * 1000:.1f} ms"
    print(f"query, first page of 100, start included; start alone {start}")
    for what, arguments in searches(copy):
        command = ["query", "--local", str(copy), "--output", "ndjson", *arguments]
        run = median([client(command) for _ in range(SEARCHES)])
        found = len(run.output.splitlines())
        print(f"  {what:34} {run.seconds * 1000:7.1f} ms, of which processor {run.processor * 1000:5.1f} ms; {found} records")
    sys.stdout.flush()


def searches(copy: Path) -> list[tuple[str, list[str]]]:
    """Each filter with a value that records have, taken from the middle of the log."""
    with sqlite3.connect(f"file:{copy}?mode=ro", uri=True) as log:
        session, user, permission_set, node, account, region, linux_user, code, time = log.execute(
            "SELECT session, user, permission_set, node, account, region, linux_user, code, time FROM record"
            " WHERE chain = 0 AND event = 'session.started' AND seq > (SELECT max(seq) / 2 FROM audit WHERE chain = 0) LIMIT 1"
        ).fetchone()
    return [
        ("nothing: the newest", []), ("a time", ["--until", time]), ("a session", ["--session", session]),
        ("a user", ["--user", user]), ("a permission set", ["--permission-set", permission_set]),
        ("a node", ["--node", node]), ("an account", ["--account", account]),
        ("a Region", ["--region", region]), ("a Linux user", ["--linux-user", linux_user]), ("a decision", ["--code", code]),
        ("an event", ["--event", "session.denied"]), ("a user until a time", ["--user", user, "--until", time]),
        ("a rare user, a Region, a decision", ["--user", generated_log.RARE_USER, "--region", region, "--code", code]),
        ("a node and a frequent event", ["--event", "session.started", "--node", node]),
    ]  # fmt: skip


def append(folder: Path) -> None:
    """Appends to a broker's own store, against the same number of syncs of one page each, on the same disk."""
    done = subprocess.run([FIGURES, str(folder)], stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    appends, concurrent, syncs = (statistics.median(one[name] for one in rounds) for name in ("appends", "concurrent", "syncs"))
    print(f"append: {appends:.0f} records a second, {concurrent:.0f} from 16 at a time; the disk syncs {syncs:.0f} times")
    print(f"  of a sync's rate: {statistics.median(one['appends'] / one['syncs'] for one in rounds):.2f}", flush=True)


def client(arguments: list[str], environment: dict[str, str] | None = None, version: bool = False) -> Run:
    """One run of the client; it must succeed, or the figure means nothing."""
    run = measured([CLIENT, *(["--version"] if version else ["audit", *arguments])], environment)
    if run.status != 0:
        raise SystemExit(f"Tests/bench: {arguments} ended with {run.status}: {run.notes}")
    return run


def figure(run: Run, records: int) -> str:
    """Records a second, by the clock and by the processor, and memory."""
    return (
        f"in {run.seconds:.1f} s: {records / run.seconds:,.0f} a second; {run.processor:.1f} s of one processor: "
        f"{records / run.processor:,.0f} a second; {run.peak_kilobytes / 1024:.0f} MB resident at most"
    )


def median(runs: list[Run]) -> Run:
    """The run in the middle by the clock."""
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


if __name__ == "__main__":
    main()
