"""Every session accounted for: what the callers got and what runs at AWS, held against the records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from audit_log import AUDITOR, OUTCOMES, AuditLog, Record
from broker_api import Answer, BrokerAPI

from system.contracts import SessionState
from system.local_system import LocalSystem

ENDED = "session.ended"


@dataclass
class Account:
    """The records of all sessions, by the broker's id."""

    by_session: dict[str, list[Record]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: list[Record]) -> Account:
        account = cls()
        for record in records:
            if (session := record.content.get("session")) is not None:
                account.by_session.setdefault(session, []).append(record)
        return account

    def one(self, session: str, event: str) -> Record | None:
        """A session's record of an event; more than one is an error."""
        found = [record for record in self.by_session[session] if record.event == event]
        assert len(found) <= 1, f"{session} has {len(found)} records {event}"
        return found[0] if found else None

    @property
    def intents(self) -> dict[str, Record]:
        """Each intent by its session."""
        found = {session: self.one(session, "session.intent") for session in self.by_session}
        return {session: intent for session, intent in found.items() if intent is not None}

    @property
    def live(self) -> set[str]:
        """The sessions at AWS that, by the records, were started and have not ended."""
        return {
            started.content["aws"]["sessionId"]
            for session in self.intents
            if (started := self.one(session, "session.started")) is not None and self.one(session, ENDED) is None
        }


def settle(system: LocalSystem, api: BrokerAPI, log: AuditLog, answers: list[Answer], used: set[str]) -> Counter[str]:
    """Fails when anything is not accounted for; otherwise says how the requests ended.

    `used` are the sessions at AWS that somebody connected to.
    """
    account = Account.of(log.verify())
    intents = account.intents
    for session in account.by_session:
        assert session in intents, f"{session} has records and no intent"
        outcomes = [record.event for record in account.by_session[session] if record.event in OUTCOMES]
        assert len(outcomes) == 1, f"{session} has the outcomes {outcomes}"

    for answer in answers:
        if answer.status == 200:
            started = account.one(answer.body["id"], "session.started")
            assert started is not None, f"{answer.body['id']} was handed out without a record"
            assert started.content["aws"]["sessionId"] == answer.body["session"]["SessionId"]
        else:
            assert "TokenValue" not in answer.text and "SecretAccessKey" not in answer.text, answer.status

    states = system.sessions._states()
    by_name = {intent.content["access"]["roleSessionName"]: session for session, intent in intents.items()}
    assert len(by_name) == len(intents), "two intents have one RoleSessionName"
    for state in states:
        name = state.owner.rsplit("/", 1)[1]
        assert name in by_name, f"{state.session_id} runs under a name that no intent has"
        _agree(state, account, by_name[name], used)
    assert {state.session_id for state in states if state.is_active} == account.live
    named = {one for records in account.by_session.values() for record in records for one in _named(record.content)}
    assert named <= {state.session_id for state in states}, "a record names a session that AWS never had"
    assert _listed(api) == account.live, "the list of sessions is not what the records say"
    return _ends(account, answers)


def _agree(state: SessionState, account: Account, session: str, used: set[str]) -> None:
    """One session at AWS and its records say the same."""
    started = account.one(session, "session.started")
    if started is None:
        assert not state.is_active and state.session_id not in used, f"{state.session_id} was usable and is not recorded"
        assert account.one(session, "session.started") is None
        return
    assert started.content["aws"]["sessionId"] == state.session_id, f"{session} was started twice"
    assert (account.one(session, ENDED) is None) == state.is_active, f"{session}: the log and AWS disagree on its end"


def _named(content: dict[str, Any]) -> set[str]:
    named = {content.get("aws", {}).get("sessionId"), content.get("details", {}).get("sessionId")}
    return {one for one in named if one}


def _listed(api: BrokerAPI) -> set[str]:
    # More than are ever live here. A busy machine's store may be too slow once.
    answer = api.call(AUDITOR, "GET", "/v1/sessions?all=true&state=live&limit=500")
    for _ in range(3):
        if answer.code == "AUDIT_UNAVAILABLE":
            answer = api.call(AUDITOR, "GET", "/v1/sessions?all=true&state=live&limit=500")
    assert answer.status == 200 and "next" not in answer.body, answer.text
    return {one["sessionId"] for one in answer.body["sessions"]}


def _ends(account: Account, answers: list[Answer]) -> Counter[str]:
    """How the requests ended, told by what the records and the callers know."""
    by_request = {record.content["request"]["id"]: session for session, record in account.intents.items()}
    ends: Counter[str] = Counter()
    for answer in answers:
        session = by_request.get(answer.request_id or "")
        if answer.status == 200:
            ends["handed out"] += 1
        elif session is None:
            ends["no intent"] += 1
        elif account.one(session, "session.started") is not None:
            ends["started, and the answer lost or withheld"] += 1
        else:
            unknown = account.one(session, "session.unknown")
            by_sweep = unknown is not None and unknown.content.get("details", {}).get("by") == "sweep"
            found = any(record.event == "sweep.finding" and record.content["details"].get("sessionId")
                        for record in account.by_session[session])  # fmt: skip
            if by_sweep:
                ends["resolved by the sweep, a session ended" if found else "resolved by the sweep, nothing found"] += 1
            else:
                ends["refused or failed, recorded by the broker"] += 1
    return ends
