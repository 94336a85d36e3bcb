"""The system as a process of its own, for `run`: its own session, so that a Ctrl-C at the terminal does not reach it.

It lives as long as a pipe from its parent stays open, so it stops what it started even when the parent is killed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from . import stragglers
from .cast import NoSuchPerson, Person
from .local_system import LocalSystem, Settings, StartupProblem
from .wire import PortTaken


def main(arguments: list[str]) -> int:
    """Arguments: options as JSON, the descriptor to report to, the descriptor whose end is ours."""
    options, report, parent = json.loads(arguments[0]), int(arguments[1]), int(arguments[2])
    try:
        person = Person.parse(options["person"])
        system = LocalSystem(_settings(options))
    except (StartupProblem, NoSuchPerson) as problem:
        return _report(report, {"problem": str(problem)}, status=1)
    except PortTaken as problem:
        return _report(report, {"problem": f"{problem}\nnext: run without --port, or with another"}, status=1)
    try:
        added = {**system.environment_for(person), stragglers.MARK: options["run"]}
        _report(report, {
            "environment": added,
            "notice": system.user_switch.notice,
            "log": str(system.logs),
        })  # fmt: skip
        _write_to(system.logs / "system.log")
        os.read(parent, 1)
    finally:
        stragglers.end(options["run"])
        system.close()
    return 0


def _settings(options: dict[str, Any]) -> Settings:
    given = {name: options[name] for name in ("store", "strict_signing", "front_door", "port")}
    if options["plugin"] is not None:
        given["plugin"] = Path(options["plugin"])
    if options["logs"] is not None:
        given["logs"] = Path(options["logs"])
    # As in AWS: the map is published through the broker, by the administrator whom the deployment names; and the enforcer
    # puts the documents into the accounts.
    return Settings(role_map="published", enforcer=True, **given)


def _report(descriptor: int, message: dict[str, Any], status: int = 0) -> int:
    with os.fdopen(descriptor, "w") as pipe:
        json.dump(message, pipe)
    return status


def _write_to(log: Path) -> None:
    """From here on the terminal is COMMAND's: what this process has to say goes to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
