"""`infra/local/demo`: the main job, shown with the real client, broker and gateway.

It runs inside `infra/local/run`, so the commands and the cast's profiles are there. Each step says what it shows, prints the
command as one would type it, runs it on a terminal of its own and checks how it ended: a demo that shows something else
than it says ends with an error.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

import pexpect

from .cast import DB_1, WEB_1, WIN_1
from .node_process import NOT_SWITCHED

DENIED, NOT_FOUND = 5, 6
SECONDS = 30


class Broken(Exception):
    """A step did not do what it shows."""


def main(_: Sequence[str]) -> int:
    """Tells the story; 0 when all of it came true."""
    web, database, windows = WEB_1, DB_1, WIN_1
    try:
        say("One person, two permission sets: the role map makes two Linux users of her.")
        run("whoami", profile="alice-DatabaseAdmin", shows=["dbadmin"])
        run("whoami", profile="alice-WebOperator", shows=["webops"])
        say("She connects under each; the shell on the node runs as the mapped user.")
        shell(database, profile="alice-DatabaseAdmin", user="dbadmin", host="db-1")
        shell(web, profile="alice-WebOperator", user="webops", host="web-1")
        say("What the map does not give is refused, and says why.")
        run("connect", database, profile="alice-WebOperator", status=DENIED, shows=["NODE_NOT_ALLOWED"])
        run("connect", web, profile="bob-ReadOnly", status=DENIED, shows=["PERMISSION_SET_NOT_MAPPED"])
        run("connect", web, profile="mallory-DatabaseAdmin", status=DENIED, shows=["ROLE_NOT_PROVEN"])
        run("connect", windows, profile="alice-DatabaseAdmin", status=DENIED, shows=["NODE_NOT_LINUX"])
        say("All of it is in the audit log, read by an auditor through the broker.")
        run("audit", "query", profile="sam-SecurityAudit", shows=["alice", "bob", "mallory"])
        say("The records are chained: a change to one shows in all that follow.")
        run("audit", "verify", profile="sam-SecurityAudit", shows=[])
    except Broken as broken:
        print(f"\ninfra/local/demo: {broken}", file=sys.stderr)
        return 1
    if sys.stdin.isatty():
        offer(web)
    return 0


def say(text: str) -> None:
    """A heading."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def run(*arguments: str, profile: str, shows: list[str], status: int = 0) -> None:
    """Runs a command to its end, on a terminal, and prints what it says."""
    command = prompt(arguments, profile)
    terminal = on_a_terminal(command)
    try:
        terminal.expect(pexpect.EOF)
    except pexpect.TIMEOUT:
        terminal.close(force=True)
        raise Broken(f"{shlex.join(command)} does not end") from None
    terminal.close()
    check(command, terminal.exitstatus, status, terminal.before or "", shows)


def shell(node: str, *, profile: str, user: str, host: str) -> None:
    """Connects as an engineer does, on a terminal, and types two commands."""
    command = prompt(("connect", node), profile)
    terminal = on_a_terminal(command)
    try:
        terminal.expect(r"[$#] $")
        # The session itself says so where this machine cannot switch users; then the shell is whoever runs this.
        is_switched = NOT_SWITCHED not in (terminal.before or "")
        terminal.sendline("id; hostname")
        terminal.expect(rf"uid=\d+\({user}\)" if is_switched else r"uid=\d+")
        if is_switched:
            terminal.expect(host)
        terminal.expect(r"[$#] $")
        terminal.sendline("exit")
        terminal.expect(pexpect.EOF)
    except (pexpect.TIMEOUT, pexpect.EOF) as ended:
        terminal.close(force=True)
        raise Broken(f"{shlex.join(command)}: no shell as {user} on {host} ({type(ended).__name__})") from None
    terminal.close()
    check(command, terminal.exitstatus, 0, "", [])


def on_a_terminal(command: list[str]) -> pexpect.spawn:
    """Starts a command on a terminal of its own, of the usual size; what it shows is shown."""
    terminal = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=SECONDS, dimensions=(24, 80))
    terminal.logfile_read = sys.stdout
    return terminal


def prompt(arguments: Sequence[str], profile: str) -> list[str]:
    """Prints a command as one would type it, and returns it."""
    command = ["ssm-broker", *arguments, "--profile", profile]
    print(f"\n$ {shlex.join(command)}", flush=True)
    return command


def check(command: list[str], status: int | None, wanted: int, output: str, shows: list[str]) -> None:
    """Holds a command to what the step says of it."""
    if status != wanted:
        raise Broken(f"{shlex.join(command)} ended with {status}, not {wanted}")
    for text in shows:
        if text not in output:
            raise Broken(f"{shlex.join(command)} does not show {text}")


def offer(node: str) -> None:
    """An interactive shell, for whoever sits at the terminal."""
    say("Your turn: a shell as webops on web-1. Leave it with exit.")
    try:
        answer = input("Press Enter to connect, or q and Enter to stop: ")
    except (EOFError, KeyboardInterrupt):
        print()
        return
    if answer.strip().lower() in ("", "y", "yes"):
        command = prompt(("connect", node), "alice-WebOperator")
        subprocess.run(command, env=os.environ, check=False)
