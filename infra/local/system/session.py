"""One session as the service keeps it: its state, its one-time tokens and its limits."""

from __future__ import annotations

import asyncio
import base64
import hmac
import os
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .contracts import SessionState, StartRequest, Status
from .session_channel import SessionChannel
from .session_document import DEFAULT_IDLE_MINUTES, NotSupported, SessionDocument

TOKEN_SECONDS = 60.0
"""How long a token waits for its connection. AWS says no figure; a plugin dials at once and gives up after some six
seconds."""

_SUFFIX = string.ascii_lowercase + string.digits


def new_session_id(role_session_name: str) -> str:
    """``<role session name>-<26 of a-z and 0-9>``, AWS's present form."""
    return f"{role_session_name}-{''.join(secrets.choice(_SUFFIX) for _ in range(26))}"


def new_token() -> str:
    """A token as long as AWS's, which exceed the 300 characters their own model allows."""
    return "AAEAA" + base64.b64encode(os.urandom(297)).decode()


@dataclass(frozen=True)
class Limits:
    """When the service ends a session, in seconds. The agent knows nothing of them."""

    idle: float
    whole: float | None

    @classmethod
    def of(cls, request: StartRequest) -> Limits:
        """The document's limits. A document the agent will not run has the usual idle limit until it says so."""
        try:
            document = SessionDocument.read(request.document, request.parameters)
        except NotSupported:
            return cls(DEFAULT_IDLE_MINUTES * 60, None)
        return cls(document.idle_minutes * 60, document.max_minutes * 60 if document.max_minutes else None)


@dataclass
class Session:
    """A session's state. Only the gateway's loop touches it."""

    id: str
    request: StartRequest
    channel: SessionChannel
    started: float
    """Seconds since 1970, by the service's clock; so are the other times."""
    limits: Limits
    status: Status = "Connecting"
    ended: float | None = None
    details: str | None = None
    active: float = 0.0
    """When the person last typed; the start and the first connection count too, a resumption does not."""
    run: asyncio.Task[None] | None = None
    """The agent's work, from the first connection on."""
    _tokens: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def is_live(self) -> bool:
        return self.ended is None

    def issue_token(self, now: float) -> str:
        """A token for one connection; an earlier one that was not used is worth nothing from now on."""
        token = new_token()
        self._tokens = {token: now + TOKEN_SECONDS}
        return token

    def redeem(self, token: str, now: float) -> bool:
        """Uses a token up; returns whether it was good."""
        for known, expires in list(self._tokens.items()):
            if hmac.compare_digest(known, token):
                del self._tokens[known]
                return now < expires
        return False

    def overdue(self, now: float) -> str | None:
        """The last words of a session that has reached a limit, ``None`` for one that has not."""
        if self.limits.whole is not None and now - self.started >= self.limits.whole:
            return "Your session has reached the maximum session duration and has been terminated."
        if now - self.active >= self.limits.idle:
            return "Your session timed out due to inactivity and has been terminated."
        return None

    def state(self) -> SessionState:
        """The session as DescribeSessions sees it."""
        whole = self.limits.whole
        return SessionState(
            session_id=self.id,
            account=self.request.account,
            region=self.request.region,
            target=self.request.target,
            status=self.status,
            start_date=datetime.fromtimestamp(self.started, UTC),
            document_name=self.request.document_name,
            owner=self.request.owner_arn,
            user_id=self.request.user_id,
            end_date=datetime.fromtimestamp(self.ended, UTC) if self.ended is not None else None,
            reason=self.request.reason,
            details=self.details,
            max_session_duration=str(int(whole // 60)) if whole is not None else None,
        )
