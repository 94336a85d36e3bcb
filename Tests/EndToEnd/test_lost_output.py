"""Standard output that cannot be written is a failure, unless its reader has simply gone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from engineer import client_path, environment_of

from system.local_system import LocalSystem

AUDITOR = "sam/SecurityAudit"
COMMANDS = [["whoami"], ["audit", "heads"], ["audit", "query", "-o", "csv"], ["audit", "query", "-o", "json"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_fails_the_command(system: LocalSystem, command: list[str]) -> None:
    environment = environment_of(system, AUDITOR)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([client_path(environment), *command], env=environment, stdout=full, stderr=subprocess.PIPE,
                              text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 1
    assert "could not be written to standard output" in done.stderr and "No space left on device" in done.stderr


def test_a_reader_that_has_gone_is_no_failure(system: LocalSystem) -> None:
    environment = environment_of(system, AUDITOR)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([client_path(environment), "audit", "heads"], env=environment, stdout=writing,
                          stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
