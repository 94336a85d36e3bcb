"""The plugin that a test runs with: the stand-in, and AWS's own where SSM_BROKER_REAL_PLUGIN names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from engineer import environment_of

from system.local_system import LocalSystem

REAL = "SSM_BROKER_REAL_PLUGIN"
EVERY_PLUGIN = ["stand-in", "real"]


def path_of(kind: str) -> Path | None:
    """The plugin of that kind; ``None`` for the stand-in, which is on everybody's PATH. Skips when there is none."""
    if kind == "stand-in":
        return None
    named = os.environ.get(REAL)
    if not named:
        pytest.skip(f"{REAL} does not name AWS's session-manager-plugin")
    return Path(named)


def environment_with(
    system: LocalSystem, person: str, plugin: Path | None, folder: Path, **changes: str | None
) -> dict[str, str]:
    """The person's environment with `plugin` first on the PATH; links to it go into `folder`."""
    made = environment_of(system, person, **changes)
    if plugin is not None:
        folder.mkdir(exist_ok=True)
        (folder / "session-manager-plugin").symlink_to(plugin)
        made["PATH"] = f"{folder}{os.pathsep}{made['PATH']}"
    return made
