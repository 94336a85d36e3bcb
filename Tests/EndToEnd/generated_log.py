"""An audit log of any length as the API answers it: records of sessions, refusals and reads, linked by the rule in infra/broker.

Only Python and the rule are needed, so that what reads such a log is not measured against itself.
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHAINS = 4
PAGE = 500
START = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS = ("111122223333", "444455556666", "777788889999")
REGIONS = ("eu-west-1", "eu-central-1")
SETS = {"DatabaseAdmin": "dbadmin", "WebOperator": "webops", "BatchOperator": "batchops"}
CODES = ("PERMISSION_SET_NOT_MAPPED", "NODE_NOT_FOUND", "REASON_MISSING")
USERS, NODES = 400, 2000
RARE_USER = "zoe"


@dataclass(frozen=True)
class Place:
    """Where a chain ends."""

    chain: int
    sequence: int
    hash: bytes


class Maker:
    """Makes records; all that is random in them comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.time = START

    def id(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        """Random hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def record(self, event: str, **members: Any) -> dict[str, Any]:
        """One record, some seconds after the one before."""
        self.time += timedelta(milliseconds=self.random.randrange(1, 40_000))
        time = self.time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.time.microsecond // 1000:03}Z"
        return {"version": 1, "id": self.id(), "time": time, "event": event} | members

    def story(self) -> Iterator[dict[str, Any]]:
        """What follows from one request: a session of three or four records, a refusal, or a reading."""
        number = self.random.randrange(USERS)
        user = RARE_USER if self.random.random() < 0.0001 else f"engineer.{number:03}@example.com"
        account, region = ACCOUNTS[number % 3], REGIONS[number % 2]
        permission_set, linux_user = list(SETS.items())[number % 3]
        node = f"i-{self.random.randrange(NODES) * 7919:017x}"
        caller = {
            "accessKeyId": f"ASIA{self.hex(16).upper()}", "account": account, "permissionSet": permission_set,
            "arn": f"arn:aws:sts::{account}:assumed-role/AWSReservedSSO_{permission_set}_0123456789abcdef/{user}",
            "proof": "verified", "roleId": "AROAFIXTUREDBADMIN001", "user": user,
        }  # fmt: skip
        request = {
            "client": "ssm-broker/0.1.0", "clientRequestId": self.id(), "id": self.id(), "invocationId": self.id(),
            "route": "POST /v1/sessions", "sourceIp": f"198.51.100.{number % 250}",
            "userAgent": "ssm-broker/0.1.0 (linux; x86_64)",
        }  # fmt: skip
        kind = self.random.random()
        if kind < 0.02:
            reading = request | {"route": "GET /v1/audit/records"}
            yield self.record("audit.read", caller=caller, request=reading, details={"user": user, "limit": "500"})
            return
        access = {
            "account": account, "kind": "shell", "node": node, "region": region, "linuxUser": linux_user,
            "mapVersion": "5f" * 32, "reason": "disk „full“ on the index, see runbook", "ticket": f"OPS-{number}",
        }  # fmt: skip
        if kind < 0.12:
            code = CODES[number % len(CODES)]
            decision = {"code": code, "detail": "The map gives this permission set no Linux user in this account."}
            yield self.record("session.denied", caller=caller, request=request, access=access, decision=decision)
            return
        name = f"{user[:20]}.{self.hex(12)}"
        document = {"hash": "a7" * 32, "name": f"SSMBroker-Shell-{permission_set}", "version": "3"}
        access |= {"document": document, "roleSessionName": name, "sourceIdentity": user}
        parts = {"session": self.id(), "caller": caller, "request": request, "access": access}
        granted = {"code": "GRANTED", "detail": f"{permission_set} is {linux_user} on this node."}
        yield self.record("session.intent", decision=granted, **parts)
        aws = {
            "accessKeyId": f"ASIA{self.hex(16).upper()}", "sessionId": f"{name}-{self.hex(17)}",
            "assumedRoleArn": f"arn:aws:sts::{account}:assumed-role/SSMBrokerTarget/{name}",
            "requestIds": {"AssumeRole": self.id(), "StartSession": self.id()},
        }  # fmt: skip
        yield self.record("session.started", aws=aws, decision=granted, **parts)
        if kind > 0.7:
            yield self.record("session.credentials", **parts)
        yield self.record("session.ended", details={"by": "owner"}, **parts)


def canonical(record: dict[str, Any]) -> str:
    """RFC 8785 for what stands in these records: names in ASCII, whole numbers."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write(folder: Path, records: int, seed: int = 1) -> list[Place]:
    """Writes `<chain>-<first sequence>.json`, pages as the API answers them, and `heads.json`; returns the heads."""
    maker = Maker(seed)
    chains = [_Chain(folder, number) for number in range(CHAINS)]
    for chain in chains:
        details = {"chain": str(chain.number), "chains": str(CHAINS)}
        chain.add(maker.record("chain.genesis", details=details))
    made = CHAINS
    while made < records:
        for record in maker.story():
            digest = hashlib.sha256(record["id"].encode()).digest()
            chains[(digest[0] << 8 | digest[1]) % CHAINS].add(record)
            made += 1
    heads = [chain.end() for chain in chains]
    answer = [{"chain": one.chain, "hash": one.hash.hex(), "sequence": one.sequence} for one in heads]
    (folder / "heads.json").write_text(json.dumps({"heads": answer}))
    return heads


class _Chain:
    """One chain on its way to the pages."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self._folder = folder
        self._length = 0
        self._link = bytes(32)
        self._page: list[str] = []

    def add(self, record: dict[str, Any]) -> None:
        """Links a record behind the last one."""
        text = canonical(record)
        place = b"\1" + self.number.to_bytes(4, "big") + self._length.to_bytes(8, "big")
        before, self._link = self._link, hashlib.sha256(place + self._link + text.encode()).digest()
        self._page.append(
            f'{{"chain":{self.number},"hash":"{self._link.hex()}","previous":"{before.hex()}",'
            f'"record":{json.dumps(text, ensure_ascii=False)},"sequence":{self._length}}}'
        )
        self._length += 1
        if len(self._page) == PAGE:
            self._write()

    def end(self) -> Place:
        """Writes the last page."""
        if self._page:
            self._write()
        return Place(self.number, self._length - 1, self._link)

    def _write(self) -> None:
        name = f"{self.number}-{self._length - len(self._page)}.json"
        (self._folder / name).write_text('{"records":[' + ",".join(self._page) + "]}")
        self._page = []
