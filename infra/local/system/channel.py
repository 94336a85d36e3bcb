"""Who may open a data channel: ssmmessages:OpenDataChannel on the session, by a verified signature.

Source: current plugins sign the websocket upgrade for service `ssmmessages`; older ones come unsigned, with the
session's one-time token as their only proof.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from .authorize import Authorizer
from .calls import Call, Check
from .cloudtrail import CloudTrail
from .contracts import ChannelRefused, ChannelRequest, SessionState
from .errors import AWSError
from .places import REGIONS
from .principals import CredentialStore
from .session_calls import session_tags
from .sigv4 import is_signed, verify
from .wire import Request


class ChannelGuard:
    """The `authorize_channel` that the session service asks."""

    def __init__(
        self,
        credentials: CredentialStore,
        authorizer: Authorizer,
        trail: CloudTrail,
        find_session: Callable[[str], SessionState | None],
        now: Callable[[], datetime],
        strict: bool = False,
    ) -> None:
        self._credentials = credentials
        self._authorizer = authorizer
        self._trail = trail
        self._find_session = find_session
        self._now = now
        self._strict = strict

    def __call__(self, request: ChannelRequest) -> None:
        """Returns when the channel may be opened. Raises :class:`ChannelRefused`."""
        received = Request(request.method, request.path, request.query, request.headers, b"", "127.0.0.1")
        if not is_signed(received):
            if self._strict:
                raise ChannelRefused("MissingAuthenticationTokenException: the upgrade is not signed")
            return
        try:
            self._judge(received, request.session_id)
        except AWSError as error:
            raise ChannelRefused(str(error)) from error

    def _judge(self, received: Request, session_id: str) -> None:
        verified = verify(received, self._credentials, {"ssmmessages"}, lambda _: REGIONS, self._now)
        caller = verified.credentials.session
        state = self._find_session(session_id)
        if state is not None and (state.account, state.region) != (caller.account, verified.region):
            state = None  # another account's session has the ARN of nothing here
        arn = f"arn:aws:ssm:{verified.region}:{caller.account}:session/{session_id}"
        check = Check("ssmmessages:OpenDataChannel", arn, session_tags(state))
        verdict = self._authorizer.judge(caller, check, verified.region)
        refusal = None if verdict.is_allowed else verdict.refusal(caller, check)
        if refusal is None and state is None:
            refusal = AWSError("DoesNotExistException", f"Session {session_id} does not exist.")
        call = Call(
            credentials=verified.credentials,
            service="ssmmessages",
            operation="OpenDataChannel",
            region=verified.region,
            parameters={"SessionId": session_id},
            request=received,
            request_id=str(uuid.uuid4()),
            time=self._now(),
        )
        effect = "allow" if verdict.is_allowed else verdict.decision.effect
        decision = {"action": check.action, "resource": arn, "effect": effect, "by": verdict.layer,
                    "sid": verdict.decision.sid}  # fmt: skip
        self._trail.add(call, None, [decision], None, refusal)
        if refusal is not None:
            raise refusal
