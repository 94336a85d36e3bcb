"""What passes between the AWS stand-in and the session service.

The stand-in answers the API calls and judges who may make them; the session service keeps the sessions, their
one-time tokens, the message gateway and the agent. They meet only in these values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Status = Literal["Connected", "Connecting", "Disconnected", "Terminated", "Terminating", "Failed"]
"""The API's SessionStatus."""


@dataclass(frozen=True)
class StartRequest:
    """A StartSession call that was judged and allowed."""

    account: str
    region: str
    target: str
    document_name: str
    document: Mapping[str, Any]
    """The document's content, parsed, with ``{{ name }}`` still in it: the agent substitutes, as on AWS."""
    parameters: Mapping[str, Sequence[str]]
    """What the caller passed; the document's defaults are not filled in."""
    reason: str | None
    owner_arn: str
    """``arn:aws:sts::<account>:assumed-role/<role>/<session name>``."""
    role_session_name: str
    """The session id's prefix."""
    user_id: str
    """The starter's ``aws:userid``: ``AROA…:<session name>``. AWS tags every session with it."""
    run_as_tag: str | None = None
    """The starter's tag SSMSessionRunAs: for the agent it wins over the document's user."""


@dataclass(frozen=True)
class StartedSession:
    """What StartSession and ResumeSession answer. The token is a credential: never logged."""

    session_id: str
    token_value: str = field(repr=False)
    stream_url: str


@dataclass(frozen=True)
class SessionState:
    """A session as DescribeSessions sees it, with the account, Region and starter that IAM asks for."""

    session_id: str
    account: str
    region: str
    target: str
    status: Status
    start_date: datetime
    """With a time zone."""
    document_name: str
    owner: str
    user_id: str
    end_date: datetime | None = None
    reason: str | None = None
    details: str | None = None
    max_session_duration: str | None = None
    """Minutes, as the document spells them."""
    access_type: str = "Standard"

    @property
    def is_active(self) -> bool:
        """Whether it is listed under State=Active; the others are History."""
        return self.status in ("Connected", "Connecting", "Disconnected", "Terminating")

    def as_api(self) -> dict[str, Any]:
        """The API's Session object: absent members left out, dates as datetimes."""
        members = {
            "SessionId": self.session_id,
            "Target": self.target,
            "Status": self.status,
            "StartDate": self.start_date,
            "EndDate": self.end_date,
            "DocumentName": self.document_name,
            "Owner": self.owner,
            "Reason": self.reason,
            "Details": self.details,
            "MaxSessionDuration": self.max_session_duration,
            "AccessType": self.access_type,
        }
        return {name: value for name, value in members.items() if value is not None}


class SessionGone(LookupError):
    """No such session, or it has ended: ResumeSession answers DoesNotExistException."""


@dataclass(frozen=True)
class ChannelRequest:
    """The GET that opens a data channel, exactly as it came over the wire."""

    method: str
    path: str
    """Percent-encoded, without the query."""
    query: str
    """Percent-encoded, without the question mark; empty when there is none."""
    headers: tuple[tuple[str, str], ...]
    """In order, names as sent, repeated names kept."""
    session_id: str
    """Decoded, from the path."""


class ChannelRefused(Exception):
    """The data channel may not be opened; the gateway answers 403 with this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


AuthorizeChannel = Callable[[ChannelRequest], None]
"""Returns when the channel may be opened, raises :class:`ChannelRefused` when not.

A signed request (Authorization header or X-Amz-Signature in the query) is verified and judged against IAM.
An unsigned one passes, unless signing is strict: then it is refused.
"""


class Sessions(Protocol):
    """What the stand-in needs of the session service."""

    def start(self, request: StartRequest) -> StartedSession:
        """Begin a session; the token is good for one connection."""

    def resume(self, session_id: str) -> StartedSession:
        """A new one-time token for a session that still runs; raises :class:`SessionGone`."""

    def terminate(self, session_id: str) -> None:
        """End a session. Idempotent, and no error for an id never seen."""

    def describe(self, account: str, region: str, state: Literal["Active", "History"]) -> list[SessionState]:
        """The sessions of one account and Region, newest first."""

    def get(self, session_id: str) -> SessionState | None:
        """One session, running or ended; ``None`` when never seen."""

    def live(self) -> list[SessionState]:
        """Every session that has not ended."""

    def close(self) -> None:
        """End everything: sessions, gateway, agents. Idempotent."""
