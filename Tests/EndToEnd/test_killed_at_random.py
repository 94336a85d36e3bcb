"""The broker is killed at random moments through many connects, and every session is accounted for.

    SSM_BROKER_KILL_CONNECTS   how many connects on SQLite, 50 unless said; a third of them on DynamoDB
    SSM_BROKER_KILL_SEED       what the troubles are drawn from; a new one is made and printed unless it is given

A seed gives the same plan again. What the machine makes of a moment, it does not.
"""

from __future__ import annotations

import os
import random
import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from accounting import settle
from audit_log import AuditLog
from broker_api import Answer, BrokerAPI
from later import Later
from random_trouble import CALLS, STORE_CALLS, Trouble
from role_sessions import connected
from waiting import eventually

from system import cast
from system.lambda_function import InvocationFailed, InvocationTimedOut
from system.local_system import LocalSystem, Settings

CONNECTS = int(os.environ.get("SSM_BROKER_KILL_CONNECTS") or 50)
SEED = os.environ.get("SSM_BROKER_KILL_SEED") or secrets.token_hex(4)
PEOPLE = [("alice/DatabaseAdmin", cast.DB_1), ("alice/DatabaseAdmin", cast.WEB_1), ("alice/WebOperator", cast.WEB_1)]
BATCH = 25
"""Connects from one sweep to the next."""
LONG_AFTER = 400
"""More than the 300 s that a session may wait for its connection."""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Later:
    return Later(tmp_path_factory.mktemp("later"))


@pytest.fixture(scope="module", params=["sqlite", "dynamodb"])
def running(request: pytest.FixtureRequest, later: Later) -> Iterator[LocalSystem]:
    store = "dynamodb:ssm-broker" if request.param == "dynamodb" else None
    with LocalSystem(Settings(store=store, broker_environment=later.environment)) as system:
        yield system


class Havoc:
    """Engineers at work while brokers die under them."""

    def __init__(self, system: LocalSystem, api: BrokerAPI, seed: str) -> None:
        self.system, self.api, self.seed = system, api, seed
        self.answers: list[Answer] = []
        self.used: set[str] = set()
        self.kills = 0
        self._calls = [*CALLS, *(STORE_CALLS * 3 if system.store.startswith("dynamodb") else [])]
        self._times = [0.2]
        self._clocks: list[threading.Timer] = []
        self._open: list[tuple[str, str, ExitStack]] = []

    def attempt(self, number: int) -> None:
        """One connect, and what its engineer does with the session."""
        person, node = random.Random(f"{self.seed}/{number}").choice(PEOPLE)
        trouble = self._arm(f"{self.seed}/{number}/open")
        begun = time.monotonic()
        answer = self.api.open(person, node)
        self.answers.append(answer)
        self._times.append(time.monotonic() - begun)
        if answer.status != 200 or trouble.use == "leave":
            return
        if trouble.use == "connect":
            channel = ExitStack()
            channel.enter_context(connected(self.system, answer.body))
            self.used.add(answer.body["session"]["SessionId"])
            self._open.append((person, answer.body["id"], channel))
            return
        self._arm(f"{self.seed}/{number}/end")
        self.api.end(person, answer.body["id"])

    def calm(self) -> None:
        """Nothing goes wrong from here on."""
        self.system.faults.clear()
        for clock in self._clocks:
            clock.cancel()
            if clock.is_alive():
                clock.join()
        self._clocks.clear()
        asking = self.system.aws.aws.connections
        self.system.restart_broker()
        # What a dead broker asked last may still be under way at AWS; the sweep comes long after that.
        eventually(lambda: not asking & self.system.aws.aws.connections, "AWS is done with the dead brokers' calls")

    def sweep(self, later: Later, kill_after: float) -> None:
        """What the schedule does, long after; its first run is killed on the way."""
        with later.by(self.system, LONG_AFTER):
            clock = threading.Timer(kill_after, self._kill)
            clock.start()
            self._sweep_once()
            clock.cancel()
            clock.join()
            self.system.restart_broker()
            # What a run could not do, a busy machine among the reasons, the next one does.
            if not any(self._sweep_once() for _ in range(20)):
                pytest.fail("the sweep does not come to an end")

    def _sweep_once(self) -> bool:
        """Whether the sweep looked everywhere and found nothing more to do."""
        try:
            report = self.system.sweep()
        except (InvocationFailed, InvocationTimedOut):
            return False
        return report["isComplete"] and report["findingsTotal"] == 0

    def hang_up(self) -> None:
        """Those who are connected end their sessions, and nobody dies."""
        for person, session, channel in self._open:
            channel.close()
            # A busy machine's store may be too slow once.
            eventually(lambda: self.api.end(person, session).status == 200, f"{session} is ended", seconds=60)
        self._open.clear()

    def close(self) -> None:
        """Drops every connection, whatever became of the test: their threads would outlive it."""
        self.calm()
        for _, _, channel in self._open:
            channel.close()
        self._open.clear()

    def live_ids(self) -> set[str]:
        """The sessions at AWS that somebody is connected to."""
        ids = {answer.body["id"]: answer.body["session"]["SessionId"] for answer in self.answers if answer.status == 200}
        return {ids[session] for _, session, _ in self._open}

    def _arm(self, seed: str) -> Trouble:
        span = 1.1 * statistics.median(self._times[-15:])
        trouble = Trouble.draw(seed, span, self._calls)
        # A broker that is still being started is killed as well as another, but proves little.
        self.system.broker.wait_until_ready()
        if (clock := trouble.arm(self.system, self._kill)) is not None:
            self._clocks.append(clock)
        return trouble

    def _kill(self) -> None:
        self.kills += 1
        self.system.broker.kill()


def test_every_session_is_accounted_for(
    system: LocalSystem,
    api: BrokerAPI,
    log: AuditLog,
    later: Later,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    kind = system.store.partition(":")[0]
    connects = CONNECTS if kind == "sqlite" else max(1, CONNECTS // 3)
    with capsys.disabled():
        print(f"\n{connects} connects on {kind}, SSM_BROKER_KILL_SEED={SEED}", flush=True)
    havoc = Havoc(system, api, SEED)
    request.addfinalizer(havoc.close)
    chance = random.Random(f"{SEED}/sweeps")
    for first in range(0, connects, BATCH):
        for number in range(first, min(connects, first + BATCH)):
            havoc.attempt(number)
        havoc.calm()
        havoc.sweep(later, kill_after=chance.uniform(0, 1))
        # What nobody uses is gone; what somebody uses the sweep has not touched.
        stray = {state for state in system.sessions.live() if state.session_id not in havoc.live_ids()}
        assert stray == set(), [(state, log.of_owner(state.owner)) for state in stray]
        assert {state.session_id for state in system.sessions.live()} == havoc.live_ids()
        if first + BATCH < connects:
            havoc.hang_up()
    ends = settle(system, api, log, havoc.answers, havoc.used)
    havoc.hang_up()
    assert system.sessions.live() == []
    with capsys.disabled():
        print(f"{havoc.kills} kills; {_told(ends)}", flush=True)
    assert len(havoc.answers) == connects and havoc.kills > 0


def _told(ends: Counter[str]) -> str:
    return "; ".join(f"{count} {end}" for end, count in ends.most_common())
