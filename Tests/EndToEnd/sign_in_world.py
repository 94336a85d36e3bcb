"""Everybody who gives credentials, on one loopback port: STS, IAM Identity Center, container agent, instance metadata.

What is given is a digest of what was asked, so two programs that end with the same key have asked the same of everyone.
The same port answers as a broker and keeps who signed.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ENDS = "2099-01-01T00:00:00Z"
_OWN_SESSION_NAME = re.compile(r"(botocore-session|ssm-broker)-\d+")
_IDENTITY = {
    "account": "111122223333", "permissionSet": "DatabaseAdmin", "user": "alice", "linuxUser": "dbadmin",
    "kinds": ["shell"], "regions": [], "nodeTags": {}, "reason": "optional", "ticket": "optional",
    "isAdministrator": False, "isAuditor": False,
}  # fmt: skip


def key_of(*asked: object) -> str:
    """The access key that this question is answered with, for example `ASIA0123456789ABCDEF`."""
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return "ASIA" + digest[:16].upper()


def _signer(authorization: str | None) -> str | None:
    found = re.search(r"Credential=([A-Z0-9]+)/", authorization or "")
    return found[1] if found else None


class SignInWorld:
    """The server; `asked` lists what was asked of whom, `signed` the broker's callers as (access key, session token)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.signed: list[tuple[str | None, str | None]] = []
        self.answers: dict[str, tuple[int, str]] = {}
        """By path, an answer that goes before the usual one: status and code."""
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                world._answer(self, "")

            def do_POST(self) -> None:
                world._answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            do_PUT = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def up(self) -> Iterator[SignInWorld]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        address = urlsplit(handler.path)
        if address.path in self.answers:
            status, code = self.answers[address.path]
            return self._send(handler, json.dumps({"message": "no"}), status, {"x-amzn-errortype": code})
        match address.path:
            case "/":
                return self._sts(handler, dict(parse_qsl(body)))
            case "/federation/credentials":
                asked = dict(parse_qsl(address.query)) | {"token": handler.headers["x-amz-sso_bearer_token"]}
                key = self._given("sso", asked)
                keys = {"accessKeyId": key, "secretAccessKey": "s", "sessionToken": f"t{key}"}
                return self._send(handler, json.dumps({"roleCredentials": {**keys, "expiration": 4070908800000}}))
            case "/token":
                key = self._given("token", json.loads(body))
                answer = {"accessToken": f"renewed-{key}", "expiresIn": 3600, "refreshToken": f"again-{key}"}
                return self._send(handler, json.dumps(answer))
            case "/container":
                return self._keys(handler, "container", {"authorization": handler.headers["Authorization"]})
            case "/latest/api/token":
                assert handler.command == "PUT" and handler.headers["x-aws-ec2-metadata-token-ttl-seconds"]
                return self._send(handler, "proof")
            case "/latest/meta-data/iam/security-credentials/":
                assert handler.headers["x-aws-ec2-metadata-token"] == "proof"
                return self._send(handler, "NodeRole")
            case "/latest/meta-data/iam/security-credentials/NodeRole":
                assert handler.headers["x-aws-ec2-metadata-token"] == "proof"
                return self._keys(handler, "metadata", {"role": "NodeRole"})
            case "/prod/v1/identity":
                who = _signer(handler.headers["Authorization"]), handler.headers["X-Amz-Security-Token"]
                self.signed.append(who)
                return self._send(handler, json.dumps(_IDENTITY))
        return self._send(handler, json.dumps({"message": f"nothing at {address.path}"}), 404, {})

    def _sts(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        operation = form.pop("Action")
        if _OWN_SESSION_NAME.fullmatch(form.get("RoleSessionName", "")):
            form["RoleSessionName"] = "its own"
        form["signed by"] = str(_signer(handler.headers["Authorization"]))
        if "/Forbidden" in form["RoleArn"]:
            refusal = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>you may not</Message></Error>"
            text = f'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{refusal}</ErrorResponse>'
            return self._send(handler, text, 403, {})
        key = self._given(operation, form)
        keys = f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t{key}</SessionToken>"
        user = "<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn><AssumedRoleId>AROA:y</AssumedRoleId></AssumedRoleUser>"
        result = f"<Credentials>{keys}<Expiration>{ENDS}</Expiration></Credentials>{user}"
        return self._send(
            handler,
            f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result>{result}'
            f"</{operation}Result></{operation}Response>",
        )

    def _keys(self, handler: BaseHTTPRequestHandler, who: str, asked: dict[str, Any]) -> None:
        key = self._given(who, asked)
        answer = {"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s", "Token": f"t{key}", "Expiration": ENDS,
                  "Type": "AWS-HMAC", "LastUpdated": time.strftime("%Y-%m-%dT%H:%M:%SZ")}  # fmt: skip
        self._send(handler, json.dumps(answer))

    def _given(self, who: str, asked: dict[str, Any]) -> str:
        self.asked.append((who, asked))
        return key_of(who, asked)

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler, text: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())
