"""Role sessions and the credentials that stand for them.

moto forgets SourceIdentity and session names, so sessions are kept here.
"""

from __future__ import annotations

import base64
import secrets
import string
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .policy.document import Policy

_KEY_ALPHABET = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class RoleSession:
    """Who is calling: one session of one role."""

    account: str
    role_name: str
    role_arn: str
    """With the role's path, which the STS ARN lacks."""
    role_id: str
    """``AROA…``."""
    name: str
    """The RoleSessionName."""
    issued_at: datetime
    source_identity: str | None = None
    policies: tuple[Policy, ...] = ()
    """Session policies; empty means the role's own rights, unnarrowed."""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: frozenset[str] = frozenset()

    @property
    def arn(self) -> str:
        """``arn:aws:sts::<account>:assumed-role/<role>/<session name>``."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/{self.name}"

    @property
    def user_id(self) -> str:
        """The ``aws:userid`` of the session."""
        return f"{self.role_id}:{self.name}"


@dataclass(frozen=True)
class SessionCredentials:
    """Temporary credentials as STS hands them out."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)
    expiration: datetime
    session: RoleSession = field(repr=False)

    def as_environment(self) -> dict[str, str]:
        """The variables every AWS client reads."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
        }


class CredentialStore:
    """Every credential minted since the start, by access key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._issued: dict[str, SessionCredentials] = {}

    def mint(self, session: RoleSession, lifetime: timedelta) -> SessionCredentials:
        """New credentials for a session, valid from its issue; a negative lifetime makes expired ones."""
        credentials = SessionCredentials(
            access_key="ASIA" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16)),
            secret_key=base64.b64encode(secrets.token_bytes(30)).decode(),
            token=base64.b64encode(secrets.token_bytes(180)).decode(),
            expiration=session.issued_at + lifetime,
            session=session,
        )
        with self._lock:
            self._issued[credentials.access_key] = credentials
        return credentials

    def find(self, access_key: str) -> SessionCredentials | None:
        """The credentials with this access key, expired ones included."""
        with self._lock:
            return self._issued.get(access_key)
