"""`Tests/bench`: how long a role map of ten thousand entries takes to be read and checked. Nothing here passes or fails.

The whole command is timed, YAML and start of the process included: `map validate` does what every command on a map does first.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROLES = int(os.environ.get("SSM_BROKER_BENCH_ROLES", "10000"))
ACCOUNTS = 1000
RUNS = 5


def lines() -> Iterator[str]:
    """A map whose entries are spread over the accounts, each in two of them, with every part that an entry may have."""
    accounts = [f"1{number:011d}" for number in range(ACCOUNTS)]
    yield from (
        "version: 1",
        "logging: {standard: {cloudWatchLogGroup: /ssm/sessions}}",
        "rollout: {regions: [eu-west-1, eu-central-1, us-east-1]}",
        "administrators:",
        '  - {account: "111122223333", permissionSet: BrokerAdmin}',
        "permissionSets:",
    )
    for number in range(ROLES):
        here = accounts[number % ACCOUNTS]
        there = accounts[(number * 7 + 1) % ACCOUNTS]
        yield from (
            f"  Team{number}Operator:",
            f"    linuxUser: team{number}",
            "    sessions: [shell, port]",
            '    ports: {remote: [5432, "8000-8010"], hosts: [db.internal]}',
            "    nodes:",
            f'      accounts: ["{here}", "{there}"]',
            "      regions: [eu-west-1, eu-central-1]",
            f"      tags: {{Team: [team{number}], Stage: [prod, test]}}",
            "    limits: {idleMinutes: 20, maximumMinutes: 480, concurrentSessions: 3}",
            "    reason: required",
        )


def processor_seconds() -> float:
    """What the ended children have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Writes the map, checks it several times, prints the medians."""
    with tempfile.TemporaryDirectory(prefix="ssm-broker-map-") as folder:
        file = Path(folder) / "map.yaml"
        file.write_text("\n".join(lines()) + "\n", encoding="utf-8")
        size = file.stat().st_size
        walls, uses = [], []
        for _ in range(RUNS):
            before, begun = processor_seconds(), time.perf_counter()
            command = [os.environ["SSM_BROKER_CLIENT_PATH"], "map", "validate", str(file)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            walls.append(time.perf_counter() - begun)
            uses.append(processor_seconds() - before)
            if done.returncode != 0 or f"valid, {ROLES} permission sets" not in done.stdout:
                raise SystemExit(f"Tests/bench: the map was to be valid:\n{done.stdout[-500:]}{done.stderr[-500:]}")
    what = f"map validate: {ROLES} permission sets, {size / 1e6:.1f} MB"
    print(f"{what:44} {statistics.median(walls):8.2f}s  {statistics.median(uses):8.2f}s of processor", flush=True)


if __name__ == "__main__":
    main()
