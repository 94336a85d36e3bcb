"""`Tests/bench`: the figures that the design rests on, as ratios within one run. Nothing here passes or fails.

Round trips come first: they are what an engineer waits for. Each of AWS's answers is held back by a fixed time, far longer than
anything this machine adds, so that the time a request takes tells how many of them it waits for, one after the other.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "infra" / "local", Path(__file__).resolve().parent):
    sys.path.insert(0, str(folder))

from broker_api import BrokerAPI  # noqa: E402
from system import cast, faults  # noqa: E402
from system.local_system import LocalSystem, Settings  # noqa: E402

ALICE = "alice/DatabaseAdmin"
HELD_SECONDS = 0.1
RUNS = 9
CALLS = ("AssumeRole", "GetRole", "DescribeInstanceInformation", "GetDocument", "DescribeDocument", "StartSession")
PYTHON_CLIENT = "import botocore.session; botocore.session.get_session().create_client('ssm', region_name='eu-west-1')"


def main() -> None:
    """Prints a table of all figures."""
    print(f"{'what':44} {'ours':>10} {'against':>10} {'ratio':>7}")
    start_up()
    broker_start()
    with LocalSystem(Settings()) as system:
        connect(system)


def start_up() -> None:
    """The client, against the least that a client on botocore needs before its first call."""
    ours, theirs = paired(
        lambda: run([os.environ["SSM_BROKER_CLIENT_PATH"], "--version"]), lambda: run([sys.executable, "-c", PYTHON_CLIENT])
    )
    row("client start, against botocore's", ours, theirs)


def broker_start() -> None:
    """The broker, from spawn to its words about a missing configuration, against importing botocore's client."""
    ours, theirs = paired(
        lambda: run([os.environ["BROKER_LAMBDA_PATH"]]), lambda: run([sys.executable, "-c", PYTHON_CLIENT])
    )
    row("broker start, against botocore's", ours, theirs)


def connect(system: LocalSystem) -> None:
    """POST /v1/sessions with slow answers, warm and cold, against the same calls one after the other."""
    api = BrokerAPI(system)
    opened(api, system)
    undisturbed = statistics.median(timed(lambda: opened(api, system)) for _ in range(RUNS))
    for name, before in (("warm", lambda: None), ("cold", system.restart_broker)):
        took: list[float] = []
        calls = 0
        for _ in range(RUNS):
            before()
            known = len(system.trail)
            for operation in CALLS:
                system.faults.before(operation, faults.delay(HELD_SECONDS), times=20)
            took.append(timed(lambda: opened(api, system, end=False)))
            system.faults.clear()
            calls = len([one for one in system.trail[known:] if one["eventName"] in CALLS])
            end_all(system)
        waits = statistics.median(took) / HELD_SECONDS
        row(f"connect {name}: waits, against its {calls} calls in a row", waits, float(calls), unit="")
    print(f"{'connect warm, all of this machine':44} {undisturbed * 1000:8.1f}ms")


def opened(api: BrokerAPI, system: LocalSystem, end: bool = True) -> None:
    """One session, granted; the session is ended outside the measured part of the next."""
    answer = api.open(ALICE, cast.DB_1)
    if answer.status != 200:
        raise SystemExit(f"Tests/bench: the broker answered {answer.status}: {answer.text}")
    if end:
        end_all(system)


def end_all(system: LocalSystem) -> None:
    """Ends what was opened, without the broker."""
    for state in system.sessions.live():
        system.sessions.terminate(state.session_id)


def paired(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Medians of runs in turn, after one of each that does not count."""
    ours(), theirs()
    pairs = [(timed(ours), timed(theirs)) for _ in range(RUNS)]
    return statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def timed(action: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def run(command: list[str]) -> None:
    """Runs a command to its end, whatever its status."""
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env={"PATH": os.defpath})


def row(what: str, ours: float, theirs: float, unit: str = "ms") -> None:
    """Prints one figure; the ratio is how many times less ours is."""
    scale = 1000 if unit == "ms" else 1
    print(f"{what:44} {ours * scale:8.1f}{unit:2} {theirs * scale:8.1f}{unit:2} {theirs / ours:6.1f}x", flush=True)


if __name__ == "__main__":
    main()
