"""`infra/local/run`: starts the system, runs COMMAND as one person of the cast, stops everything, returns its status.

One thread and no handlers: signals are waited for, so each can be told by its origin. Ctrl-C comes from the terminal to
the whole foreground group, COMMAND included, and is COMMAND's business; a signal sent to this process is passed on.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import stragglers
from .no_real_aws import without_aws

LAUNCHER = Path(__file__).resolve().parents[1] / "launch.py"
GRACE_SECONDS = 5.0
_STOPPING = [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP]
_TABLES = re.compile(r"[a-zA-Z0-9_.-]{3,240}", re.ASCII)
"""What the names of DynamoDB tables may begin with; the longest suffix of ours still fits."""
_PORTS = range(65536)
_SENT_BY_KERNEL = 0
"""si_code above this: a key at the terminal, not somebody's kill."""


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: COMMAND's own, 128+n for a signal, 1 when the system does not start."""
    options = _parse(arguments)
    # A shell that ignores SIGHUP (nohup) means it.
    watched = [one for one in _STOPPING if signal.getsignal(one) is not signal.SIG_IGN]
    watched += [signal.SIGCHLD, signal.SIGTSTP]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    try:
        system = _System(options, watched, before)
        status = _keep(system, options, watched, before)
    except _Stopped as stopped:
        return stopped.status
    system.stop()
    return status


class _Stopped(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class _System:
    """The process that serves."""

    def __init__(self, options: dict[str, Any], watched: list[signal.Signals], mask: set[Any]) -> None:
        report, to_report = os.pipe()
        parent, self._alive = os.pipe()
        command = [sys.executable, str(LAUNCHER), "serve", json.dumps(options), str(to_report), str(parent)]
        self.process = subprocess.Popen(
            command,
            env=_environment_of_the_system(),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(to_report, parent),
            start_new_session=True,
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),
        )
        os.close(to_report)
        os.close(parent)
        message = self._read(report, watched)
        if "problem" in message:
            self.stop()
            print(f"infra/local/run: {message['problem']}", file=sys.stderr)
            raise _Stopped(1)
        self.environment: dict[str, str] = message["environment"]
        self.notice: str | None = message["notice"]
        self.log: str = message["log"]

    def stop(self) -> None:
        """Lets it end, and waits; a system that hangs is killed, and the kernel ends its broker."""
        os.close(self._alive)
        try:
            self.process.wait(2 * GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self, report: int, watched: list[signal.Signals]) -> dict[str, Any]:
        text = b""
        while True:
            if select.select([report], [], [], 0.05)[0]:
                read = os.read(report, 65536)
                if not read:
                    break
                text += read
            heard = signal.sigtimedwait([one for one in watched if one in _STOPPING], 0)
            if heard is not None:
                self.stop()
                raise _Stopped(128 + heard.si_signo)
        os.close(report)
        return json.loads(text) if text else {"problem": "the system ended while it started; what it said is above"}


def _environment_of_the_system() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("BROKER_LAMBDA_PATH", "SSM_BROKER_CLIENT_PATH") if name in os.environ}
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**without_aws(os.environ), **kept, **nothing}


def _keep(system: _System, options: dict[str, Any], watched: list[signal.Signals], mask: set[Any]) -> int:
    """Waits for COMMAND, or for a signal when there is none."""
    if system.notice:
        print(f"infra/local/run: {system.notice}", file=sys.stderr)
    command = _start(system, options["command"], mask) if options["command"] else None
    if command is None:
        _announce(system)
    asked_to_stop: int | None = None
    while True:
        heard = signal.sigtimedwait(watched, GRACE_SECONDS) if asked_to_stop else signal.sigwaitinfo(watched)
        if heard is None:
            if command is not None:
                command.kill()
        elif heard.si_signo == signal.SIGTSTP:
            # Ctrl-Z is COMMAND's business too: a session passes it on to the node, and whoever stops is followed below.
            if command is None:
                os.kill(os.getpid(), signal.SIGSTOP)
        elif heard.si_signo == signal.SIGCHLD:
            if command is not None and _has_stopped(command):
                os.kill(os.getpid(), signal.SIGSTOP)
                command.send_signal(signal.SIGCONT)
            if command is not None and command.poll() is not None:
                code = command.returncode
                return 128 + asked_to_stop if asked_to_stop else 128 - code if code < 0 else code
            if system.process.poll() is not None:
                print(f"infra/local/run: the system ended by itself; see {system.log}", file=sys.stderr)
                if command is not None:
                    command.terminate()
                return 1
        elif command is None:
            return 128 + heard.si_signo
        elif heard.si_code <= _SENT_BY_KERNEL or heard.si_signo == signal.SIGHUP:
            command.send_signal(heard.si_signo)
            asked_to_stop = heard.si_signo


def _has_stopped(command: subprocess.Popen[bytes]) -> bool:
    """Whether COMMAND was stopped, as Ctrl-Z stops it; each stop is told once."""
    try:
        return os.waitid(os.P_PID, command.pid, os.WSTOPPED | os.WNOHANG) is not None
    except ChildProcessError:
        return False


def _start(system: _System, command: list[str], mask: set[Any]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            env={**without_aws(os.environ), **system.environment},
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),
        )
    except OSError as error:
        system.stop()
        print(f"infra/local/run: {command[0]}: {error.strerror}", file=sys.stderr)
        raise _Stopped(127 if isinstance(error, FileNotFoundError) else 126) from error


def _announce(system: _System) -> None:
    # Not what marks COMMAND's processes: what is started from another shell is its owner's to stop.
    for name, value in sorted((name, value) for name, value in system.environment.items() if name != stragglers.MARK):
        print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    print("infra/local/run: up. Paste the lines above into another shell; Ctrl-C here stops it.", file=sys.stderr)


def _parse(arguments: Sequence[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(
        prog="infra/local/run",
        description="Starts ssm-broker with everything around it on this machine and runs COMMAND as one person of the "
        "cast. Without COMMAND it stays up and prints what to export.",
        epilog="Example: infra/local/run --as alice/WebOperator -- ssm-broker connect i-0aaaaaaaaaaaaaaa1",
    )
    parser.add_argument("--as", dest="person", default="alice/DatabaseAdmin", metavar="USER/PERMISSION-SET[@ACCOUNT]",
                        help="who COMMAND is signed in as (default: %(default)s)")  # fmt: skip
    parser.add_argument("--store", metavar="sqlite:PATH|dynamodb:NAME", help="where the broker keeps its "
                        "records: a file, or tables that go with the system (default: a file that goes with it)")  # fmt: skip
    parser.add_argument("--plugin", metavar="PATH", help="session-manager-plugin to use (default: the stand-in)")
    parser.add_argument("--strict-signing", action="store_true", help="refuse data channels that are not signed")
    parser.add_argument("--front-door", choices=("rest", "url"), default="rest", help="which of AWS's two front doors")
    parser.add_argument("--port", type=int, default=0, help="the front door's port (default: a free one)")
    parser.add_argument("--logs", metavar="DIRECTORY", help="keep broker.log and cloudtrail.jsonl there")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND…")
    options = vars(parser.parse_args(arguments))
    if options["command"][:1] == ["--"]:
        options["command"] = options["command"][1:]
    if options["store"] is not None:
        kind, _, rest = options["store"].partition(":")
        if kind == "sqlite" and rest:
            options["store"] = f"sqlite:{Path(rest).resolve()}"
        elif kind != "dynamodb" or not _TABLES.fullmatch(rest):
            _usage(parser, f"--store {options['store']}: needs sqlite:PATH or dynamodb:NAME")
    for name in ("plugin", "logs"):
        if options[name] is not None:
            options[name] = str(Path(options[name]).resolve())
    if options["port"] not in _PORTS:
        _usage(parser, f"--port {options['port']}: needs 0 to {_PORTS[-1]}")
    if options["logs"] is not None:
        try:
            Path(options["logs"]).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _usage(parser, f"--logs {options['logs']}: {error.strerror}")
        if not os.access(options["logs"], os.W_OK):
            _usage(parser, f"--logs {options['logs']}: not writable")
    if options["plugin"] is not None and not os.access(options["plugin"], os.X_OK):
        _usage(parser, f"--plugin {options['plugin']}: not an executable")
    return {**options, "run": uuid.uuid4().hex}


def _usage(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    parser.print_usage(sys.stderr)
    print(f"infra/local/run: {message}", file=sys.stderr)
    raise SystemExit(64)
