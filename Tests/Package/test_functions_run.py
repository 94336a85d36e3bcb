"""The packaged functions, each in a root that holds it alone, on the stand-in for Lambda and AWS: the whole main job."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pexpect
import pytest
import roots
from test_archives import only

from system import cast
from system.local_system import LocalSystem
from system.settings import Settings


def unpacked(archive: Path, root: Path) -> Path:
    """A function's root as Lambda makes it: the archive under `/var/task`, and a place for temporary files."""
    task = root / "var" / "task"
    task.mkdir(parents=True)
    with zipfile.ZipFile(archive) as content:
        content.extractall(task)
    (task / "bootstrap").chmod(0o755)
    return root


def starter(root: Path, path: Path) -> str:
    """A program that starts the root's function."""
    path.write_text(f"#!/bin/sh\nexec {shlex.join(roots.command(root, '/var/task/bootstrap', shared=[Path(tempfile.gettempdir())]))}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_packaged_broker_enforcer_and_client_do_the_main_job(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = unpacked(only(package, "ssm-broker-lambda_*.zip"), tmp_path / "broker")
    enforcer = unpacked(only(package, "ssm-broker-enforcer_*.zip"), tmp_path / "enforcer")
    with tarfile.open(only(package, "ssm-broker_*.tar.gz")) as archive:
        archive.extractall(tmp_path / "client", filter="data")
    client = tmp_path / "client" / "bin" / "ssm-broker"
    monkeypatch.setenv("SSM_BROKER_CLIENT_PATH", str(client))
    monkeypatch.setenv("BROKER_LAMBDA_PATH", starter(broker, tmp_path / "start-broker"))
    monkeypatch.setenv("ENFORCER_LAMBDA_PATH", starter(enforcer, tmp_path / "start-enforcer"))
    with LocalSystem(Settings(enforcer=True)) as system:
        environment = {**os.environ, **system.environment_for("alice/DatabaseAdmin")}
        who = subprocess.run([str(client), "whoami"], env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert (who.returncode, "dbadmin" in who.stdout) == (0, True), who.stderr
        shell = pexpect.spawn(
            str(client), ["connect", cast.DB_1, "--reason", "a packaged function"], env=environment, encoding="utf-8", timeout=60
        )
        shell.expect(r"\$ ")
        shell.send("id -un\r")
        shell.expect("\ndbadmin\r")
        shell.send("exit\r")
        shell.expect(pexpect.EOF)
        shell.close()
        assert (shell.exitstatus, shell.signalstatus) == (0, None), shell.before
        assert [record["eventName"] for record in system.trail].count("StartSession") == 1
