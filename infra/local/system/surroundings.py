"""AWS as the broker and the client meet it: the endpoint with its cast, and the session service behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from . import cast, document_services, dynamodb_services, moto_services, organization_services, roles
from .authorize import Authorizer
from .aws import AWS
from .channel import ChannelGuard
from .clock import Clock
from .cloudtrail import CloudTrail
from .contracts import AuthorizeChannel, Sessions
from .faults import Faults
from .instances import Instances
from .lambda_service import LambdaService
from .nodes import Nodes
from .principals import CredentialStore, SessionCredentials
from .session_calls import SessionCalls
from .sts import STS


class Surroundings:
    """One AWS. moto keeps its state in the process, so there is one at a time."""

    _up: Surroundings | None = None

    def __init__(
        self,
        make_sessions: Callable[[AuthorizeChannel], Sessions],
        strict_signing: bool = False,
        trail_path: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        if Surroundings._up is not None:
            raise RuntimeError("one local AWS is up already in this process: close it first")
        self.clock = clock or Clock()
        self.nodes = Nodes()
        self._signed_in: dict[cast.Person, SessionCredentials] = {}
        self.credentials = CredentialStore()
        self.trail = CloudTrail(trail_path)
        self.faults = Faults()
        cast.enter(self.nodes)
        self.authorizer = Authorizer(roles.identity_policies, cast.organization_of, self.clock.now)
        guard = ChannelGuard(
            self.credentials,
            self.authorizer,
            self.trail,
            lambda session_id: self.sessions.get(session_id),
            self.clock.now,
            strict_signing,
        )
        self.sessions = make_sessions(guard)
        self.functions = LambdaService()
        sts = STS(self.credentials, self.authorizer, roles.find)
        operations = {
            **moto_services.OPERATIONS,
            **document_services.OPERATIONS,
            **organization_services.OPERATIONS,
            **dynamodb_services.OPERATIONS,
            **self.nodes.operations(),
            **Instances(self.nodes).operations(),
            **SessionCalls(self.sessions, self.nodes).operations(),
            **sts.operations(),
            **self.functions.operations(),
        }
        self.aws = AWS(operations, self.credentials, self.authorizer, self.trail, self.faults, self.clock.now)
        Surroundings._up = self

    @property
    def url(self) -> str:
        """The endpoint of every AWS service."""
        return self.aws.url

    def credentials_of(self, person: str | cast.Person) -> SessionCredentials:
        """The credentials of ``alice/DatabaseAdmin``: the same at every call, valid for an hour."""
        whom = cast.Person.parse(person) if isinstance(person, str) else person
        if whom not in self._signed_in:
            self._signed_in[whom] = self.sign_in(whom)
        return self._signed_in[whom]

    def sign_in(self, person: str | cast.Person, lifetime: timedelta = timedelta(hours=1)) -> SessionCredentials:
        """Fresh credentials; a negative lifetime makes expired ones."""
        whom = cast.Person.parse(person) if isinstance(person, str) else person
        return cast.sign_in(whom, self.credentials, self.clock.now, lifetime)

    def close(self) -> None:
        """Ends every session and stops listening. Idempotent."""
        if Surroundings._up is not self:
            return
        self.aws.close()
        self.sessions.close()
        moto_services.forget()
        Surroundings._up = None
