"""The broker's records of one session, in the form of `GET /v1/audit/records`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from events import REGION, Maker


@dataclass
class Session:
    """One granted session, with all that both sides name it by."""

    id: str
    account: str
    node: str
    user: str
    name: str
    session_id: str
    request_id: str
    opened: datetime
    document: str = "SSMBroker-Shell-DatabaseAdmin"
    records: list[dict[str, Any]] = field(default_factory=list)

    @staticmethod
    def made(maker: Maker, number: int, account: str, opened: datetime) -> Session:
        """A session whose every id is its own."""
        user = ("alice", "erin", "frank")[number % 3]
        name = f"{user}.{maker.hex(12)}"
        node = f"i-0{maker.hex(16)}"
        return Session(maker.uuid(), account, node, user, name, f"{name}-{maker.hex(17)}", maker.uuid(), opened)

    def record(self, maker: Maker, event: str, seconds: int, aws: dict[str, Any] | None = None) -> None:
        """Adds one record."""
        access = {
            "account": self.account, "kind": "shell", "node": self.node, "region": REGION, "linuxUser": "dbadmin",
            "roleSessionName": self.name, "sourceIdentity": self.user, "reason": "disk full",
            "document": {"name": self.document, "hash": "00", "version": "1"},
        }  # fmt: skip
        caller = {
            "account": self.account, "roleId": "AROAFIXTUREDBADMIN001", "user": self.user, "permissionSet": "DatabaseAdmin",
            "arn": f"arn:aws:sts::{self.account}:assumed-role/AWSReservedSSO_DatabaseAdmin_0123456789abcdef/{self.user}",
        }  # fmt: skip
        time = (self.opened + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        record = {"version": 1, "id": maker.uuid(), "time": time, "event": event, "session": self.id, "access": access,
                  "caller": caller}  # fmt: skip
        if aws:
            record["aws"] = aws
        self.records.append(record)

    def started(self, maker: Maker, **changes: str) -> None:
        """The outcome of a session that was started."""
        self.record(maker, "session.started", 1, {
            "sessionId": self.session_id,
            "assumedRoleArn": f"arn:aws:sts::{self.account}:assumed-role/SSMBrokerTarget/{self.name}",
            "requestIds": {"StartSession": self.request_id, "AssumeRole": maker.uuid()},
        } | changes)  # fmt: skip


def page(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records as the API answers them; places and hashes are those of no real chain, which nobody asks for here."""
    chained = []
    for sequence, record in enumerate(records):
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        chained.append({"chain": 0, "sequence": sequence, "previous": "00" * 32, "hash": digest, "record": text})
    return chained
