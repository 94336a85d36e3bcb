"""Writes CloudTrail files, the broker's records of the same time, and what comparing them must find.

    python3 generate.py FOLDER [--events 240] [--sessions 16] [--seed 7]

FOLDER gets `AWSLogs/…` as CloudTrail lays it out (gzip, some plain, a digest beside them), `lookup-events.json`, `records.json` and
`planted.json`. Memory does not grow with the number of events.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from broker_side import page
from events import ACCOUNTS, REGION, Event, Maker, at
from planting import Sides, agreeing, edges, plant

PER_FILE = 2000
DAY = 86_400


def main() -> None:
    """Generates as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=240)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--honest", action="store_true", help="plant nothing")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.events, arguments.sessions, arguments.seed, planted=not arguments.honest)


def write(folder: Path, events: int, sessions: int, seed: int, planted: bool = True) -> None:
    """Writes everything; at least as many events as sessions need."""
    maker = Maker(seed)
    sides = Sides(maker, seconds=DAY)
    for _ in range(sessions):
        agreeing(sides)
    if planted:
        plant(sides)
    sides.events += list(edges(sides))
    maker.random.shuffle(sides.events)
    folder.mkdir(parents=True, exist_ok=True)
    looked_up, of_interest = sides.events[:20], sides.events[20:]
    write_lookup(folder / "lookup-events.json", looked_up)
    noise = max(0, events - len(sides.events))
    total = len(of_interest) + noise
    files = max(4, -(-total // PER_FILE))
    for number in range(files):
        share = of_interest[number::files]
        share += [maker.noise(ACCOUNTS[number % 2], at(maker.random.uniform(1, DAY - 1))) for _ in range(noise // files)]
        maker.random.shuffle(share)
        write_file(folder, number, share)
    digest = folder / "AWSLogs" / ACCOUNTS[0] / "CloudTrail-Digest" / REGION / "digest.json.gz"
    write_gzip(digest, {"digestStartTime": "2026-11-20T00:00:00Z", "logFiles": []})
    (folder / "records.json").write_text(json.dumps(page(sides.records), separators=(",", ":")) + "\n")
    (folder / "planted.json").write_text(json.dumps(sides.planted, indent=1) + "\n")


def write_file(folder: Path, number: int, events: list[Event]) -> None:
    """One file of CloudTrail's; every fourth is left unpacked, as some copies are."""
    account = ACCOUNTS[number % 2]
    place = folder / "AWSLogs" / account / "CloudTrail" / REGION / "2026" / "11" / "20"
    name = f"{account}_CloudTrail_{REGION}_20261120T{number:06}Z_fixture.json"
    if number % 4 == 3:
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(json.dumps({"Records": events}, indent=2 if number == 3 else None))
    else:
        write_gzip(place / f"{name}.gz", {"Records": events})


def write_gzip(path: Path, value: object) -> None:
    """Packed, without the time of packing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(value, separators=(",", ":")).encode(), compresslevel=6, mtime=0))


def write_lookup(path: Path, events: list[Event]) -> None:
    """As `aws cloudtrail lookup-events` prints."""
    found = [
        {
            "EventId": event["eventID"], "EventName": event["eventName"], "ReadOnly": "false",
            "EventTime": 1795132800.5, "EventSource": event["eventSource"], "Resources": [],
            "CloudTrailEvent": json.dumps(event),
        }
        for event in events
    ]  # fmt: skip
    path.write_text(json.dumps({"Events": found}, indent=4))


if __name__ == "__main__":
    main()
