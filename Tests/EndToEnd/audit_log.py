"""The audit log as an auditor sees it, and a verification of its chains that shares no code with the broker's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from broker_api import Answer, BrokerAPI

AUDITOR = "sam/SecurityAudit"
OUTCOMES = {"session.started", "session.failed", "session.unknown"}
_ORDER = ["session.intent", *sorted(OUTCOMES), "session.credentials", "session.ended"]


@dataclass(frozen=True)
class Record:
    """One record in its place."""

    chain: int
    sequence: int
    previous: str
    hash: str
    text: str = field(repr=False)

    @classmethod
    def read(cls, one: dict[str, Any]) -> Record:
        return cls(one["chain"], one["sequence"], one["previous"], one["hash"], one["record"])

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def event(self) -> str:
        return self.content["event"]

    @property
    def code(self) -> str | None:
        """The decision's code."""
        return self.content.get("decision", {}).get("code")


class AuditLog:
    """Reads through the API. Each reading is recorded by the broker too."""

    def __init__(self, api: BrokerAPI) -> None:
        self._api = api

    def records(self, **filters: str) -> list[Record]:
        """All records that fit, oldest first."""
        found: list[Record] = []
        cursor: dict[str, str] = {}
        while True:
            page = self._get("/v1/audit/records", {**filters, "limit": "200", **cursor})
            found += [Record.read(one) for one in page["records"]]
            if "next" not in page:
                break
            cursor = {"cursor": page["next"]}
        return sorted(found, key=lambda one: (one.content["time"], _rank(one.event)))

    def about(self, answer: Answer) -> list[Record]:
        """The records of one request."""
        assert answer.request_id is not None
        return [one for one in self.records() if one.content.get("request", {}).get("id") == answer.request_id]

    def of_session(self, session: str) -> list[Record]:
        """The records of one session, by the broker's id."""
        return [one for one in self.records() if one.content.get("session") == session]

    def of_owner(self, owner: str) -> list[str]:
        """The records of the session that was started under an owner's ARN, as text."""
        name = owner.rsplit("/", 1)[1]
        return [one.text for one in self.records() if one.content.get("access", {}).get("roleSessionName") == name]

    def events(self, session: str) -> list[str]:
        """What happened to a session, in order."""
        return [one.event for one in self.of_session(session)]

    def open_intents(self) -> list[Record]:
        """Intents without an outcome. Fails when an intent has more than one, or an outcome no intent."""
        records = self.records()
        intents = {one.content["session"]: one for one in records if one.event == "session.intent"}
        outcomes = [one.content["session"] for one in records if one.event in OUTCOMES]
        assert len(outcomes) == len(set(outcomes)), "an intent has two outcomes"
        assert set(outcomes) <= set(intents), "an outcome has no intent"
        return [one for session, one in intents.items() if session not in outcomes]

    def verify(self) -> list[Record]:
        """Recomputes every hash and link of every chain; gives back all records, chain by chain."""
        answer = self._get("/v1/audit/heads", {"read": "all"})
        heads = {one["chain"]: one for one in answer["heads"]}
        found: list[Record] = []
        for chain, head in heads.items():
            previous = bytes(32)
            for number, record in enumerate(self._chain(chain, head["sequence"], answer["read"])):
                assert (record.chain, record.sequence) == (chain, number)
                assert record.previous == previous.hex()
                previous = _hash(record, previous)
                assert record.hash == previous.hex(), f"record {number} of chain {chain} does not have its hash"
                if number == 0:
                    said = record.content["details"]
                    assert (said["chain"], said["chains"]) == (str(chain), str(len(heads)))
                found.append(record)
            assert (number, previous.hex()) == (head["sequence"], head["hash"])
        assert sorted(heads) == list(range(len(heads)))
        return found

    def _chain(self, chain: int, last: int, read: str) -> list[Record]:
        found: list[Record] = []
        while len(found) <= last:
            query = {"chain": str(chain), "from": str(len(found)), "limit": "200", "read": read}
            page = self._get("/v1/audit/records", query)["records"]
            assert page, f"chain {chain} ends at {len(found)}, before its head at {last}"
            found += [Record.read(one) for one in page]
        # Reading makes records too: what came after the head was asked for is not of this verification.
        return found[: last + 1]

    def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        # Quoted as SigV4 wants it: a blank as %20.
        target = path + ("?" + urlencode(query) if query else "")
        answer = self._api.call(AUDITOR, "GET", target)
        for _ in range(3):
            if answer.code == "AUDIT_UNAVAILABLE":  # a busy machine's store may be too slow once
                answer = self._api.call(AUDITOR, "GET", target)
        assert answer.status == 200, answer.text
        return answer.body


def _hash(record: Record, previous: bytes) -> bytes:
    """SHA-256 of version 1, chain (4 bytes), sequence (8 bytes), the hash before and the record's bytes."""
    place = b"\x01" + record.chain.to_bytes(4, "big") + record.sequence.to_bytes(8, "big")
    return hashlib.sha256(place + previous + record.text.encode()).digest()


def _rank(event: str) -> int:
    return _ORDER.index(event) if event in _ORDER else len(_ORDER)
