"""The client against AWS's own, as an engineer meets both: starting, and handing a session over to session-manager-plugin.

The AWS CLI is version 1, from PyPI, in an environment of its own (`SSM_BROKER_AWS_CLI_PATH`): version 2 is not to be had there. It is
the same Python underneath; what version 2 changes about its start is not measured here. Both hand over to the same recording plugin,
on the same endpoints, in turn, as people who may: ours asks the broker, which asks STS and SSM, and AWS's asks SSM alone.
Ratios within one run, medians of several. Nothing here passes or fails.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "infra" / "local", Path(__file__).resolve().parent):
    sys.path.insert(0, str(folder))

from fake_plugins import first_on_path, plugin  # noqa: E402
from figures import paired, row, run  # noqa: E402
from system import cast  # noqa: E402
from system.local_system import LocalSystem, Settings  # noqa: E402

RUNS = 11
CLIENT = os.environ["SSM_BROKER_CLIENT_PATH"]
AWS = os.environ["SSM_BROKER_AWS_CLI_PATH"]
DOCUMENT = "SSMBroker-Shell-DatabaseAdmin"


def main() -> None:
    """Prints both figures."""
    version = subprocess.run([AWS, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    ours, theirs = paired(lambda: run([CLIENT, "--version"]), lambda: run([AWS, "--version"]))
    row(f"--version, against {version}", ours, theirs)
    with LocalSystem(Settings()) as system, tempfile.TemporaryDirectory() as folder:
        hand_over(system, Path(folder), version)


def hand_over(system: LocalSystem, folder: Path, version: str) -> None:
    """From the command's start to the plugin's first words, and how much of it is the broker's and AWS's answers."""
    moment = folder / "moment"
    # The shell that writes the moment is started by both alike.
    recorder = plugin(folder / "recording", f'/bin/bash -c \'printf %s "$EPOCHREALTIME" >{moment}\'')
    ours = first_on_path(variables(system, "alice/DatabaseAdmin"), recorder)
    theirs = first_on_path(variables(system, "grace/BreakGlass"), recorder)
    connect = [CLIENT, "connect", cast.DB_1, "--reason", "measured"]
    start = [AWS, "ssm", "start-session", "--target", cast.DB_1, "--document-name", DOCUMENT, "--region", cast.REGION]
    took: dict[str, list[float]] = {"connect": [], "direct": [], "aws": []}
    direct = [CLIENT, "connect", cast.DB_1, "--direct", "--document", DOCUMENT]
    for _ in range(RUNS):
        took["connect"].append(handed_over(connect, ours, moment))
        took["aws"].append(handed_over(start, theirs, moment))
        took["direct"].append(handed_over(direct, theirs, moment))
    medians = {name: statistics.median(times) for name, times in took.items()}
    row(f"connect to plugin, against {version}", medians["connect"], medians["aws"])
    row("connect --direct to plugin, against the same", medians["direct"], medians["aws"])


def variables(system: LocalSystem, person: str) -> dict[str, str]:
    return {**os.environ, **system.environment_for(person)}


def handed_over(command: list[str], environment: Mapping[str, str], moment: Path) -> float:
    """Seconds from the start of a command to that of the plugin that it starts."""
    moment.unlink(missing_ok=True)
    # A shell is for a person, so there is a terminal to type at.
    keyboard, terminal = os.openpty()
    try:
        begun = time.time()
        done = subprocess.run(
            command, env=dict(environment), stdin=terminal, capture_output=True, text=True, check=False
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert moment.exists(), f"{command[0]} started no plugin: {done.stderr}"
    return float(moment.read_text()) - begun


if __name__ == "__main__":
    main()
