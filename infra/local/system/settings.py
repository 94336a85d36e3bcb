"""What may differ from one local system to the next, and what it cannot start without."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .front_door import Kind

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parents[1]


class StartupProblem(Exception):
    """Why the system cannot start, and the command that mends it."""

    def __init__(self, problem: str, next_command: str) -> None:
        super().__init__(f"{problem}\nnext: {next_command}")


def built(name: str, variable: str) -> Path:
    """A built executable: where `variable` says, else in SwiftPM's debug directory."""
    path = Path(os.environ.get(variable) or ROOT / ".build" / "debug" / name)
    if not os.access(path, os.X_OK):
        raise StartupProblem(f"{name} is not built: there is no {path}", "infra/local/build")
    return path


RoleMapSource = Literal["file", "published", "none"]
"""The rendered file; what was published, with the rendered map as the first one where nothing was; nowhere."""


@dataclass(frozen=True)
class Settings:
    """What may differ from one system to the next."""

    store: str | None = None
    """``sqlite:PATH``, or ``dynamodb:NAME`` for tables that go with the system; by default a file that goes with it."""
    plugin: Path = HERE / "session-manager-plugin"
    strict_signing: bool = False
    front_door: Kind = "rest"
    port: int = 0
    """The front door's; 0 lets the kernel choose."""
    instances: int = 1
    """How many invocations may run at once."""
    enforce_resource_policy: bool = False
    rendered: Path | None = None
    """A directory that `ssm-broker map render` wrote; by default it is run on the project's own map."""
    role_map: RoleMapSource = "file"
    """Where the functions have their role map from."""
    broker_command: Sequence[str] | None = None
    """By default the built broker-lambda."""
    broker_environment: Mapping[str, str] = field(default_factory=dict)
    """Over and above what the broker is given anyway."""
    enforcer: bool = False
    """Whether the enforcer runs too, and puts the documents there; else they are put there as it would."""
    enforcer_seconds: float = 60
    """How long an invocation of the enforcer may last."""
    enforcer_environment: Mapping[str, str] = field(default_factory=dict)
    """Over and above what the enforcer is given anyway."""
    logs: Path | None = None
    """Where broker.log and cloudtrail.jsonl go; by default beside the store's default."""
