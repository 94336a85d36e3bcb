"""What both sides hold: sessions that agree, and everything that must be found, with what it must be found as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from broker_side import Session
from events import ACCOUNTS, BROKER_ACCOUNT, Event, Maker, at

UNCOVERED_ACCOUNT = "777788889999"
OTHER_NODE = "i-0eeeeeeeeeeeeeee5"


@dataclass
class Sides:
    """The events and records so far, and what was planted among them."""

    maker: Maker
    seconds: float
    events: list[Event] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    planted: list[dict[str, str]] = field(default_factory=list)
    count: int = 0

    def session(self, account: str | None = None, place: float | None = None) -> Session:
        """A granted session in the middle of the time that is covered, or where told."""
        self.count += 1
        where = self.maker.random.uniform(0.1, 0.9) if place is None else place
        one = Session.made(self.maker, self.count, account or ACCOUNTS[self.count % 2], at(int(where * self.seconds)))
        one.record(self.maker, "session.intent", 0)
        return one

    def keep(self, one: Session, *events: Event) -> None:
        """Puts a session's records and events on their sides."""
        self.records += one.records
        self.events += events

    def must(self, kind: str, event: Event) -> Event:
        """Says that this event is to be found."""
        self.planted.append({"kind": kind, "event": event["eventID"]})
        return event

    def must_session(self, kind: str, one: Session) -> None:
        """Says that this session of the records is to be found."""
        self.planted.append({"kind": kind, "session": one.id})

    def start(self, one: Session, **changes: Any) -> Event:
        """The start of a session as CloudTrail should have it; changes replace members."""
        identity = self.maker.target(one.account, changes.pop("name", one.name), changes.pop("identity", one.user))
        event = self.maker.start(
            one.account, one.opened + timedelta(seconds=1), identity, changes.pop("node", one.node),
            changes.pop("document", one.document), changes.pop("session_id", one.session_id),
        )  # fmt: skip
        return event | {"requestID": one.request_id} | changes

    def later(self, one: Session, name: str, seconds: int, source_identity: str | None = None) -> Event:
        """The broker's own call on a session."""
        identity = self.maker.target(one.account, one.name, source_identity or one.user)
        return self.maker.on_session(name, one.account, one.opened + timedelta(seconds=seconds), identity, one.session_id)


def agreeing(sides: Sides) -> None:
    """One session as both sides tell it: roles assumed, started, resumed, ended by the owner or an administrator."""
    one = sides.session()
    one.started(sides.maker)
    one.record(sides.maker, "session.ended", 600)
    ended_by = one.user if sides.count % 3 else "carol"
    assumed = [sides.maker.assume(one.account, one.opened, name) for name in (one.name, "ssm-broker")]
    sides.keep(one, *assumed, sides.start(one), sides.later(one, "ResumeSession", 300),
               sides.later(one, "TerminateSession", 600, ended_by))  # fmt: skip


def plant(sides: Sides) -> None:
    """Every class of finding, and beside each what only looks like it."""
    for one in (around_the_broker, missing, mismatches, outcomes, others, roles, harmless):
        one(sides)


def around_the_broker(sides: Sides) -> None:
    maker, account, time = sides.maker, ACCOUNTS[0], at(sides.seconds / 2)
    node, document = "i-0bbbbbbbbbbbbbbb2", "SSM-SessionManagerRunShell"
    dana = maker.role(account, "/", "Admin", "dana")
    own = sides.must("started-around-broker", maker.start(account, time, dana, node, document, "dana-0123456789abcdef0"))
    # Delivered twice, as to two trails; and ended by whoever started it, which is nobody else's loss.
    sides.events += [own, own, maker.on_session("TerminateSession", account, time, dana, "dana-0123456789abcdef0")]
    callers = [
        {"type": "IAMUser", "principalId": "AIDAFIXTURE", "arn": f"arn:aws:iam::{account}:user/eve", "accountId": account},
        maker.target(account, "mallory.0123456789ab", "mallory"),
        maker.role(BROKER_ACCOUNT, "/", "SSMBrokerTarget", "mallory.0123456789ab"),
    ]
    for number, caller in enumerate(callers):
        event = maker.start(account, time, caller, node, document, f"x{number}-0123456789abcdef0")
        sides.events.append(sides.must("started-around-broker", event))
    used, other = sides.session(), sides.session()
    used.started(maker)
    second = sides.start(used, session_id=f"{used.name}-{maker.hex(17)}", requestID=maker.uuid())
    sides.keep(used, sides.start(used), sides.must("started-around-broker", second))
    sides.keep(other, sides.must("started-around-broker", sides.start(other, node=OTHER_NODE, requestID=maker.uuid())))
    sides.must_session("intent-without-session", other)
    emergency = maker.role(account, "/", "EmergencyAccess", "grace")
    sides.events.append(
        sides.must("break-glass", maker.start(account, time, emergency, node, document, "grace-0123456789abcdef0"))
    )


def missing(sides: Sides) -> None:
    lost, edge, elsewhere, nothing = (
        sides.session(), sides.session(place=0.9999), sides.session(UNCOVERED_ACCOUNT), sides.session()
    )  # fmt: skip
    for one in (lost, edge, elsewhere):
        one.started(sides.maker)
    for one in (lost, edge, elsewhere, nothing):
        sides.keep(one)
    sides.must_session("missing-in-cloudtrail", lost)
    sides.must_session("intent-without-session", nothing)


def mismatches(sides: Sides) -> None:
    differing: list[dict[str, Any]] = [
        {"node": OTHER_NODE}, {"document": "SSM-SessionManagerRunShell"}, {"name": "mallory.x"}, {"identity": "mallory"},
        {"requestID": sides.maker.uuid()},
    ]  # fmt: skip
    for changes in differing:
        one = sides.session()
        one.started(sides.maker)
        sides.keep(one, sides.must("mismatch", sides.start(one, **changes)))
    failed = sides.session()
    failed.record(sides.maker, "session.failed", 1)
    sides.keep(failed, sides.must("mismatch", sides.start(failed)))


def outcomes(sides: Sides) -> None:
    started, never, refused, silent, failed = (sides.session() for _ in range(5))
    for one in (started, never, refused):
        one.record(sides.maker, "session.unknown", 20)
    failed.record(sides.maker, "session.failed", 1)
    no_answer = {"responseElements": None, "errorCode": "InternalServerError", "requestID": sides.maker.uuid()}
    sides.keep(started, sides.start(started), sides.later(started, "TerminateSession", 20, "ssm-broker"))
    sides.keep(never)
    sides.keep(refused, sides.start(refused) | no_answer)
    sides.keep(silent, sides.start(silent))
    sides.keep(failed)
    for one in (started, never, refused, silent):
        sides.must_session("outcome-resolved", one)


def others(sides: Sides) -> None:
    maker = sides.maker
    one, two = sides.session(), sides.session()
    for session in (one, two):
        session.started(maker)
    later = one.opened + timedelta(seconds=60)
    dana = maker.role(one.account, "/", "Admin", "dana")
    stranger = maker.target(one.account, two.name, two.user)
    sides.keep(
        one, sides.start(one),
        sides.must("resumed-by-other", maker.on_session("ResumeSession", one.account, later, dana, one.session_id)),
        sides.must("resumed-by-other", maker.on_session("ResumeSession", one.account, later, stranger, one.session_id)),
        sides.must("resumed-by-other", sides.later(one, "ResumeSession", 70, "mallory")),
        sides.must("terminated-by-other", maker.on_session("TerminateSession", one.account, later, dana, one.session_id)),
    )  # fmt: skip
    sides.keep(two, sides.start(two))


def roles(sides: Sides) -> None:
    maker, account, time = sides.maker, ACCOUNTS[0], at(sides.seconds / 3)
    admin = maker.role(BROKER_ACCOUNT, "/", "Admin", "dana")
    broker = maker.role(BROKER_ACCOUNT, "/ssm-broker/", "BrokerExecution", "broker")
    sides.events += [
        sides.must("role-assumed-around-broker", maker.assume(account, time, "mallory.0123456789ab")),
        sides.must("role-assumed-around-broker", maker.assume(account, time, "ssm-broker", admin)),
        maker.assume(account, time, "ssm-broker", broker),
    ]


def harmless(sides: Sides) -> None:
    """Refused attempts, and a start that was throttled before it was answered."""
    maker, account, time = sides.maker, ACCOUNTS[0], at(sides.seconds / 4)
    refused = {"responseElements": None, "errorCode": "AccessDenied", "errorMessage": "not authorized to perform"}
    dana = maker.role(account, "/", "Admin", "dana")
    one = sides.session()
    one.started(maker)
    throttled = {"responseElements": None, "errorCode": "ThrottlingException", "requestID": maker.uuid()}
    sides.keep(one, sides.start(one) | throttled | {"eventID": maker.uuid()}, sides.start(one))
    node = "i-0bbbbbbbbbbbbbbb2"
    sides.events += [
        maker.start(account, time, dana, node, "SSM-SessionManagerRunShell", "dana-1") | refused,
        maker.on_session("ResumeSession", account, time, dana, one.session_id) | refused,
        maker.assume(account, time, "dana") | refused,
    ]


def edges(sides: Sides) -> Iterator[Event]:
    """Events that say from when to when the files cover each account."""
    for account in ACCOUNTS:
        for seconds in (0.0, sides.seconds):
            yield sides.maker.noise(account, at(seconds))
