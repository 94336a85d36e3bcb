"""One AWS call on its way through the stand-in, and how an operation is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .principals import SessionCredentials
from .wire import Request, Response


@dataclass(frozen=True)
class Check:
    """One question to IAM: may the caller do this to that?"""

    action: str
    resource: str
    keys: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)
    """Condition keys of the service and the resource; the global ones are added when it is asked."""


@dataclass(frozen=True)
class Call:
    """A verified and model-conforming request."""

    credentials: SessionCredentials
    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    request: Request = field(repr=False)
    request_id: str
    time: datetime

    @property
    def account(self) -> str:
        """The caller's account, whose resources the call is about."""
        return self.credentials.session.account


Reply = dict[str, Any] | Response
"""Members for the protocol to write, or a response that moto has written already."""


@dataclass(frozen=True)
class Operation:
    """How the stand-in treats one operation."""

    checks: Callable[[Call], Sequence[Sequence[Check]]]
    """Alternatives of questions: all of one alternative must be allowed. STS judges for itself and asks nothing here."""
    perform: Callable[[Call], Reply]
    reads_only: bool = False
    """CloudTrail keeps no responseElements of reads."""
    is_data_event: bool = False
    """CloudTrail records calls about a table's items only where a trail asks for them, and none here does."""
