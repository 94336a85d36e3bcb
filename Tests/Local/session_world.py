"""What the tests of gateway, agent and plugin share: a service with its nodes, a ResumeSession endpoint, a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from system.agent import Agent  # noqa: E402
from system.contracts import ChannelRefused, ChannelRequest, SessionGone, StartedSession, StartRequest  # noqa: E402
from system.node_users import LinuxUser, Node, NodeUsers  # noqa: E402
from system.sessions import SessionService  # noqa: E402

__all__ = [
    "ChannelRefused",
    "ChannelRequest",
    "LinuxUser",
    "Node",
    "NodeUsers",
    "SessionGone",
    "SessionService",
    "StartRequest",
    "StartedSession",
]  # what the tests take from here beside its own

WEB = "i-0aaaaaaaaaaaaaaa1"
REGION = "eu-west-1"
DEADLINE = 15.0

NODES = {
    WEB: Node(
        "web-1",
        [
            LinuxUser("dbadmin", 61001, 61001, {"dba": 62001}),
            LinuxUser("webops", 61002, 61002),
            LinuxUser("wheelie", 61003, 0),
        ],
    )
}


CREDENTIALS = {
    "AccessKeyId": "ASIACHANNELCHANNEL00",
    "SecretAccessKey": "channel-secret",
    "SessionToken": "channel-token",
}
"""The channel credentials, as the profile's credential_process prints them."""


def document(**inputs: Any) -> dict[str, Any]:
    """A shell document that runs as dbadmin, with ``inputs`` put over its own."""
    own = {"runAsEnabled": True, "runAsDefaultUser": "dbadmin", "idleSessionTimeout": "20"}
    return {"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {**own, **inputs}}


def start_request(content: Mapping[str, Any] | None = None, **members: Any) -> StartRequest:
    """A StartSession of alice's, on web-1."""
    values: dict[str, Any] = {
        "account": "111122223333",
        "region": REGION,
        "target": WEB,
        "document_name": "SSMBroker-Shell-DatabaseAdmin",
        "document": content or document(),
        "parameters": {},
        "reason": None,
        "owner_arn": "arn:aws:sts::111122223333:assumed-role/SSMBrokerTarget/alice.k3v9",
        "role_session_name": "alice.k3v9",
        "user_id": "AROAEXAMPLE:alice.k3v9",
    }
    return StartRequest(**{**values, **members})


@contextmanager
def session_service(nodes: NodeUsers, *, always_handshake: bool = False, **options: Any) -> Iterator[SessionService]:
    """A service whose agent reports failures at once."""
    agent = Agent(nodes, failure_delay=0, always_handshake=always_handshake)
    service = SessionService(nodes, agent=agent, **options)
    try:
        yield service
    finally:
        service.close()


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Waits for ``condition`` to be true and returns its value; fails when it is not in time."""
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < end, f"not in {DEADLINE} s: {what}"
        time.sleep(0.01)
    return value


@contextmanager
def resume_endpoint(
    service: SessionService, calls: list[dict[str, str]], refuses: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """An SSM endpoint that knows ResumeSession only; gives its URL, and puts the headers of each call into
    ``calls``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = 200, {}
            if self.headers["X-Amz-Target"] != "AmazonSSM.ResumeSession" or refuses():
                status, answer = 400, {"__type": "AccessDeniedException"}
            else:
                try:
                    answer = response(service.resume(body["SessionId"]))
                except SessionGone:
                    status, answer = 400, {"__type": "DoesNotExistException"}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing: the test says what it needs to."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def response(started: StartedSession) -> dict[str, str]:
    """The API's answer to StartSession and ResumeSession."""
    return {
        "SessionId": started.session_id,
        "TokenValue": started.token_value,
        "StreamUrl": started.stream_url,
    }


def plugin_command(
    plugin: pathlib.Path, started: StartedSession, endpoint: str, folder: pathlib.Path
) -> tuple[list[str], dict[str, str]]:
    """The plugin's argv and environment, as the client gives them: credentials come from a credential_process."""
    (folder / "credentials.json").write_text(json.dumps({"Version": 1, **CREDENTIALS}))
    config = folder / "config"
    config.write_text(f"[profile ssm-broker]\ncredential_process = cat {folder}/credentials.json\n")
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SSM_START_SESSION_RESPONSE_7": json.dumps(response(started)),
    }
    target = json.dumps({"Target": WEB})
    arguments = ["AWS_SSM_START_SESSION_RESPONSE_7", REGION, "StartSession", "ssm-broker", target, endpoint]
    return [str(plugin), *arguments], environment


class Person:
    """Someone at a terminal: types, reads, resizes."""

    def __init__(self, command: list[str], environment: dict[str, str], *, columns: int = 80, rows: int = 24) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job of a script is started without it
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], command, environment)
        self.seen = ""
        self._marks = 0
        self.status: int | None = None

    @property
    def local_modes(self) -> int:
        """The terminal's c_lflag: echo, line editing and so on."""
        return int(termios.tcgetattr(self.terminal)[3])

    def expect_prompt(self) -> None:
        """Waits for the shell's prompt, and for the plugin to take the terminal.

        Only then may Ctrl-C be hit: the real plugin sets its handlers while it shows the prompt.
        """
        self.expect(r"\$ ")
        eventually(lambda: not self.local_modes & termios.ECHO, "the plugin takes the terminal")

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def expect(self, pattern: str, seconds: float = DEADLINE) -> re.Match[str]:
        """Reads on until ``pattern`` appears after what was matched before."""
        end = time.monotonic() + seconds
        while (found := re.compile(pattern).search(self.seen, self._marks)) is None:
            assert time.monotonic() < end, f"no {pattern!r} in:\n{self.seen[-2000:]}"
            assert self._read(0.1), f"ended without {pattern!r}:\n{self.seen[-2000:]}"
        self._marks = found.end()
        return found

    def wait(self) -> int:
        """Reads to the end and returns the exit status, negative for a signal."""
        end = time.monotonic() + DEADLINE
        while self._read(0.1):
            assert time.monotonic() < end, f"it does not end:\n{self.seen[-2000:]}"
        return self.reap()

    def reap(self) -> int:
        if self.status is None:
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def kill(self) -> None:
        if self.status is None:
            os.kill(self.pid, 9)
            self.reap()
        os.close(self.terminal)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.terminal, 65_536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


def run_piped(command: list[str], environment: dict[str, str], text: str) -> subprocess.CompletedProcess[str]:
    """Runs a plugin without a terminal."""
    return subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
