"""The README's promise: the demo tells its story to the end, with a terminal and without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect

LOCAL = Path(__file__).resolve().parents[2] / "infra" / "local"
# What `infra/local/demo` runs once it has set up and built.
DEMO = [str(LOCAL / "run"), "--as", "alice/DatabaseAdmin", "--", sys.executable, str(LOCAL / "launch.py"), "demo"]
PATIENCE_SECONDS = 120


def test_without_a_terminal_it_runs_to_its_end(tmp_path: Path) -> None:
    done = subprocess.run(
        DEMO, env={**os.environ, "TMPDIR": str(tmp_path)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for shown in ("dbadmin", "webops", "NODE_NOT_ALLOWED", "ROLE_NOT_PROVEN", "intact"):
        assert shown in done.stdout
    assert "Your turn" not in done.stdout


def test_at_a_terminal_it_ends_with_a_shell_of_ones_own(tmp_path: Path) -> None:
    terminal = pexpect.spawn(
        DEMO[0], DEMO[1:], env={**os.environ, "TMPDIR": str(tmp_path)}, encoding="utf-8", timeout=PATIENCE_SECONDS,
        dimensions=(24, 80),
    )  # fmt: skip
    terminal.expect("Your turn")
    terminal.expect("Press Enter to connect")
    terminal.sendline("")
    terminal.expect(r"[$#] $")
    terminal.sendline("exit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
