"""How the stand-in plugin connects: the signed upgrade, the token, and ResumeSession when the connection is lost."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from .stand_in_plugin import VERSION, Invocation

RETRIES = 5
DIAL_TIMEOUT = 45.0


class ResumeRefused(Exception):
    """ResumeSession gave no token: the session is over."""


class Dialer:
    """Opens the session's data channel, again and again if need be, always as the same client."""

    def __init__(self, invocation: Invocation, client_id: str) -> None:
        self._invocation = invocation
        self._client_id = client_id
        self._url = invocation.stream_url
        self._token = invocation.token

    def dial_first(self) -> ClientConnection | None:
        """The first connection: tried six times with the one token, ``None`` when all fail."""
        return self._try(self._dial)

    def resume(self) -> ClientConnection | None:
        """A new connection with a new token; ``None`` when six tries fail.

        Raises:
            ResumeRefused: the session is over.
        """
        return self._try(self._resume_once)

    def _try(self, attempt: Callable[[], ClientConnection]) -> ClientConnection | None:
        for pause in (*_pauses(), None):
            try:
                return attempt()
            except (OSError, WebSocketException, BotoCoreError, ClientError):
                if pause is not None:
                    time.sleep(pause)
        return None

    def _resume_once(self) -> ClientConnection:
        # A new client each time, so that each looks for credentials anew: they may have been renewed since.
        session = self._aws()
        client = session.create_client(
            "ssm",
            region_name=self._invocation.region,
            endpoint_url=self._invocation.endpoint,
            config=Config(retries={"total_max_attempts": 1}),
        )
        resumed = client.resume_session(SessionId=self._invocation.session_id)
        if not resumed.get("TokenValue"):
            raise ResumeRefused
        self._token = resumed["TokenValue"]
        self._url = resumed.get("StreamUrl") or self._url
        return self._dial()

    def _dial(self) -> ClientConnection:
        connection = connect(
            self._url,
            additional_headers=self._signature(),
            user_agent_header="Go-http-client/1.1",
            compression=None,
            open_timeout=DIAL_TIMEOUT,
            ping_interval=None,
            close_timeout=1,
            max_size=None,
            proxy=None,  # the gateway is on this machine
        )
        connection.ping("keepalive")
        connection.send(
            json.dumps(
                {
                    "MessageSchemaVersion": "1.0",
                    "RequestId": str(uuid.uuid4()),
                    "TokenValue": self._token,
                    "ClientId": self._client_id,
                    "ClientVersion": VERSION,
                }
            )
        )
        return connection

    def _signature(self) -> dict[str, str]:
        """The headers that sign the upgrade; none when no credentials can be found, as with the real plugin."""
        try:
            credentials = self._aws().get_credentials()
        except BotoCoreError:
            return {}
        if credentials is None:
            return {}
        request = AWSRequest("GET", self._url)
        SigV4Auth(credentials.get_frozen_credentials(), "ssmmessages", self._invocation.region).add_auth(request)
        return dict(request.headers.items())

    def _aws(self) -> botocore.session.Session:
        # A profile that is named wins over keys in the environment, here as in the Go SDK.
        return botocore.session.Session(profile=self._invocation.profile)


def _pauses() -> Iterator[float]:
    """The plugin's back-off: d, 2d, 4d, 8d, 16d, with d from 100 to 199 ms, and no pause over 5 s."""
    first = random.randrange(100, 200) / 1000
    return (min(first * 2**number, 5.0) for number in range(RETRIES))
