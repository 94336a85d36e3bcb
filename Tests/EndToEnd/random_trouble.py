"""What goes wrong with one attempt, drawn from its own seed: when the broker is killed, which AWS call fails and how."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from system import faults
from system.local_system import LocalSystem

LOOKS = ["GetRole", "DescribeInstanceInformation", "GetDocument", "ListDocumentVersions"]
CALLS = ["AssumeRole", "StartSession", "StartSession", "StartSession", "StartSession", "TerminateSession"]
"""What a kill is aimed at: between the calls that change something lie only milliseconds."""
STORE_CALLS = ["TransactWriteItems"]
"""Seen by the stand-in only when the store is DynamoDB."""
FAULTY = ["AssumeRole", "StartSession", "TerminateSession", "DescribeSessions", *LOOKS]
WHEN: list[faults.When] = ["before", "after"]
WAYS: dict[str, faults.Action] = {"throttled": faults.throttle, "failing": faults.fail, "unanswered": faults.drop}


@dataclass(frozen=True)
class Trouble:
    """The plan of one attempt."""

    kill_after: float | None
    """Seconds from the request, or from the aimed-at call, to the kill; ``None`` when nobody is killed."""
    aim: tuple[str, faults.When] | None
    """The call whose beginning or end starts the clock; ``None`` for the request itself."""
    fault: tuple[str, faults.When, str, float, int] | None
    """The call that fails, before or after its effect, how, after how many seconds, and how often."""
    use: str
    """What the engineer does with a session: ``leave``, ``end``, ``connect``."""

    @classmethod
    def draw(cls, seed: str, span: float, calls: list[str]) -> Trouble:
        """A plan; `span` is how long a whole request takes, in seconds."""
        chance = random.Random(seed)
        aim: tuple[str, faults.When] | None = None
        kill_after = None
        if chance.random() < 0.75:
            if chance.random() < 0.4:
                kill_after = chance.uniform(0, span)
            else:
                aim = (chance.choice(calls), chance.choice(WHEN))
                kill_after = chance.uniform(0, 0.02)
        fault = None
        if chance.random() < 0.2:
            way = chance.choice(["throttled", "failing", "unanswered", "late"])
            late = chance.uniform(0.05, 1.5) if way == "late" else 0.0
            # Who is throttled is turned away: nothing of the call takes effect.
            when = "before" if way == "throttled" else chance.choice(WHEN)
            operation = chance.choice([*FAULTY, *sorted(set(calls) & set(STORE_CALLS))])
            fault = (operation, when, way, late, chance.choice([1, 1, 1, 5]))
        use = chance.choices(["leave", "end", "connect"], [3, 4, 2])[0]
        return cls(kill_after, aim, fault, use)

    def arm(self, system: LocalSystem, kill: Callable[[], None]) -> threading.Timer | None:
        """Plans what is to happen. Gives back the clock that runs already, if one does."""
        if self.fault is not None:
            operation, when, way, late, times = self.fault
            action = faults.delay(late) if way == "late" else WAYS[way]
            getattr(system.faults, when)(operation, action, times)
        if self.kill_after is None:
            return None
        clock = threading.Timer(self.kill_after, kill)
        if self.aim is None:
            clock.start()
            return clock
        operation, when = self.aim
        getattr(system.faults, when)(operation, clock.start)
        return None
