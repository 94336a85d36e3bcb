"""What the tests of gateway, agent and plugin share: a service with its nodes, a ResumeSession endpoint, a terminal."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))

from person import DEADLINE, Person, eventually  # noqa: E402
from system.agent import Agent  # noqa: E402
from system.agent_session import AGENT_VERSION  # noqa: E402
from system.contracts import ChannelRefused, ChannelRequest, SessionGone, StartedSession, StartRequest  # noqa: E402
from system.node_users import LinuxUser, Node, NodeUsers, Service  # noqa: E402
from system.sessions import SessionService  # noqa: E402

__all__ = [
    "ChannelRefused",
    "ChannelRequest",
    "LinuxUser",
    "Node",
    "NodeUsers",
    "Person",
    "SessionGone",
    "SessionService",
    "StartRequest",
    "StartedSession",
    "eventually",
    "Service",
]  # what the tests take from here beside its own

WEB = "i-0aaaaaaaaaaaaaaa1"
REGION = "eu-west-1"

NODES = {
    WEB: Node(
        "web-1",
        [
            LinuxUser("dbadmin", 61001, 61001, {"dba": 62001}),
            LinuxUser("webops", 61002, 61002),
            LinuxUser("wheelie", 61003, 0),
        ],
        services=[
            Service(22, ["sh", "-c", "printf 'SSH-2.0-OpenSSH_9.2p1 web-1\\r\\n'; exec cat"]),
            Service(5432, ["cat"]),
            Service(5433, ["sh", "-c", "printf 'web-1 greets\\n'; exec cat"]),
            Service(5434, ["sha256sum"]),
            Service(5435, ["true"]),
            Service(5436, ["head", "-n", "1"]),
            Service(5437, ["seq", "900000"]),
            Service(5432, ["sh", "-c", "printf 'db.internal greets\\n'; exec cat"], address="10.1.0.20"),
        ],
        hosts={"db.internal": "10.1.0.20", "metadata.internal": "169.254.169.254", "dns.internal": "10.1.0.2"},
    )
}
"""What listens: a server of SSH's first line, an echo, an echo that speaks first, one that answers at the end of what it
is sent, one that hangs up, one that echoes a line and hangs up, one with much to say; and on another machine an echo."""


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


def command_document(line: str = "{{ command }}", *, kind: str = "NonInteractiveCommands", **linux: Any) -> dict[str, Any]:
    """A document that runs a command as dbadmin, with ``linux`` put over its properties."""
    own = {"commands": line, "runAsElevated": False, "separateOutputStream": True}
    return {
        **document(),
        "sessionType": kind,
        "parameters": {"command": {"type": "String"}},
        "properties": {"linux": {**own, **linux}},
    }


def port_document(**properties: Any) -> dict[str, Any]:
    """A document that forwards to the parameter portNumber, with ``properties`` put over its own; None leaves one
    out."""
    own = {"portNumber": "{{ portNumber }}", "localPortNumber": "{{ localPortNumber }}", "type": "LocalPortForwarding"}
    return {
        "schemaVersion": "1.0",
        "sessionType": "Port",
        "inputs": {"idleSessionTimeout": "20"},
        "parameters": {
            "portNumber": {"type": "String"},
            "localPortNumber": {"type": "String", "default": "0"},
            "host": {"type": "String", "default": ""},
        },
        "properties": {name: value for name, value in {**own, **properties}.items() if value is not None},
    }


SSH = {"schemaVersion": "1.0", "sessionType": "Port", "inputs": {}, "properties": {"portNumber": "22"}}


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
def session_service(
    nodes: NodeUsers, *, always_handshake: bool = False, version: str = AGENT_VERSION, **options: Any
) -> Iterator[SessionService]:
    """A service whose agent reports failures at once."""
    agent = Agent(nodes, failure_delay=0, always_handshake=always_handshake, version=version)
    service = SessionService(nodes, agent=agent, **options)
    try:
        yield service
    finally:
        service.close()


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
        "TMPDIR": str(folder),
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SSM_START_SESSION_RESPONSE_7": json.dumps(response(started)),
    }
    target = json.dumps({"Target": WEB})
    arguments = ["AWS_SSM_START_SESSION_RESPONSE_7", REGION, "StartSession", "ssm-broker", target, endpoint]
    return [str(plugin), *arguments], environment


def run_piped(command: list[str], environment: dict[str, str], text: str) -> subprocess.CompletedProcess[str]:
    """Runs a plugin without a terminal."""
    return subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
