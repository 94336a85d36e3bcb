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
from system.contracts import ChannelRefused, ChannelRequest, SessionGone, StartedSession, StartRequest  # noqa: E402
from system.node_users import LinuxUser, Node, NodeUsers  # noqa: E402
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


def run_piped(command: list[str], environment: dict[str, str], text: str) -> subprocess.CompletedProcess[str]:
    """Runs a plugin without a terminal."""
    return subprocess.run(
        command, env=environment, input=text, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
