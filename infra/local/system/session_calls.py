"""StartSession, ResumeSession, TerminateSession and DescribeSessions: judged here, carried out by the session service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import roles
from .calls import Call, Check, Operation
from .contracts import SessionGone, Sessions, SessionState, StartedSession, StartRequest
from .document_parameters import check_parameters
from .errors import AWSError, invalid
from .moto_services import document_arn, plain_name, ssm
from .nodes import Nodes, check_target, node_arn, paginate

DEFAULT_DOCUMENT = "SSM-SessionManagerRunShell"


class SessionCalls:
    """The operations that moto lacks."""

    def __init__(self, sessions: Sessions, nodes: Nodes) -> None:
        self._sessions = sessions
        self._nodes = nodes

    def operations(self) -> dict[tuple[str, str], Operation]:
        """What is answered here."""
        return {
            ("ssm", "StartSession"): Operation(self._start_checks, self._start),
            ("ssm", "ResumeSession"): Operation(lambda call: self._session_check(call, "ssm:ResumeSession"), self._resume),
            ("ssm", "TerminateSession"): Operation(
                lambda call: self._session_check(call, "ssm:TerminateSession"), self._terminate
            ),
            ("ssm", "DescribeSessions"): Operation(
                lambda call: [[Check("ssm:DescribeSessions", "*")]], self._describe, reads_only=True
            ),
        }

    def _start_checks(self, call: Call) -> list[list[Check]]:
        """The node and the document. Source: User Guide, "Enforce a session document permission check".

        With a document named, both are always asked. Without one, the default document is asked only when a policy
        conditions on ssm:SessionDocumentAccessCheck; so first without it, then with it.
        """
        target = call.parameters["Target"]
        check_target(target)
        node = self._nodes.find(call.account, call.region, target)
        tags = dict(node.tags) if node else {}
        tag_keys = {f"{prefix}/{name}": value for name, value in tags.items()
                    for prefix in ("ssm:resourceTag", "aws:ResourceTag")}  # fmt: skip
        named = call.parameters.get("DocumentName")

        def both(document: str) -> list[Check]:
            checked = {"ssm:SessionDocumentAccessCheck": "true"}
            return [
                Check("ssm:StartSession", node_arn(target, call.account, call.region), {**tag_keys, **checked}),
                Check("ssm:StartSession", document_arn(call, document), checked),
            ]

        if named is not None:
            return [both(named)]
        unchecked = {**tag_keys, "ssm:SessionDocumentAccessCheck": "false"}
        node_only = Check("ssm:StartSession", node_arn(target, call.account, call.region), unchecked)
        return [[node_only], both(DEFAULT_DOCUMENT)]

    def _start(self, call: Call) -> dict[str, Any]:
        parameters = call.parameters
        name = parameters.get("DocumentName", DEFAULT_DOCUMENT)
        document = self._document(call, name)
        check_parameters(document, parameters.get("Parameters", {}))
        node = self._nodes.find(call.account, call.region, parameters["Target"])
        if node is None or node.ping_status != "Online":
            raise AWSError("TargetNotConnected", f"{parameters['Target']} is not connected.")
        session = call.credentials.session
        request = StartRequest(
            account=call.account,
            region=call.region,
            target=node.id,
            document_name=plain_name(call, name) or name,
            document=document,
            parameters=parameters.get("Parameters", {}),
            reason=parameters.get("Reason"),
            owner_arn=session.arn,
            role_session_name=session.name,
            user_id=session.user_id,
            run_as_tag=roles.tags(session.role_arn).get("SSMSessionRunAs"),
        )
        return _started(self._sessions.start(request))

    def _document(self, call: Call, name: str) -> Mapping[str, Any]:
        # "Latest" is what AWS is reported to use for a document named without a version; unproven.
        plain = plain_name(call, name)
        documents = ssm(call.account, call.region)._documents.get(plain) if plain else None
        if documents is None:
            raise AWSError("InvalidDocument", f"Document with name {name} does not exist.")
        stored = documents.get_latest_version()
        if stored.document_type != "Session":
            raise AWSError("InvalidDocument", f"Document type {stored.document_type} is not supported.")
        return json.loads(stored.content)

    def _session_check(self, call: Call, action: str) -> list[list[Check]]:
        session_id = call.parameters["SessionId"]
        arn = f"arn:aws:ssm:{call.region}:{call.account}:session/{session_id}"
        return [[Check(action, arn, session_tags(self._own(call)))]]

    def _own(self, call: Call) -> SessionState | None:
        """The session, if it belongs to the caller's account and Region."""
        state = self._sessions.get(call.parameters["SessionId"])
        return state if state and (state.account, state.region) == (call.account, call.region) else None

    def _resume(self, call: Call) -> dict[str, Any]:
        session_id = call.parameters["SessionId"]
        try:
            if self._own(call) is None:
                raise SessionGone(session_id)
            return _started(self._sessions.resume(session_id))
        except SessionGone as error:
            raise AWSError("DoesNotExistException", f"Session {session_id} does not exist.") from error

    def _terminate(self, call: Call) -> dict[str, Any]:
        if self._own(call) is not None:
            self._sessions.terminate(call.parameters["SessionId"])
        return {"SessionId": call.parameters["SessionId"]}

    def _describe(self, call: Call) -> dict[str, Any]:
        states = self._sessions.describe(call.account, call.region, call.parameters["State"])
        for one in call.parameters.get("Filters", []):
            states = [state for state in states if _matches(state, one["key"], one["value"])]
        page, token = paginate([state.as_api() for state in states], call.parameters, default=200)
        return {"Sessions": page, **token}


def session_tags(state: SessionState | None) -> dict[str, str]:
    """The tags that Session Manager puts on every session, as condition keys."""
    if state is None:
        return {}
    return {
        f"{prefix}/aws:ssmmessages:{name}": value
        for prefix in ("ssm:resourceTag", "aws:ResourceTag")
        for name, value in (("session-id", state.user_id), ("target-id", state.target))
    }


def _started(session: StartedSession) -> dict[str, Any]:
    return {"SessionId": session.session_id, "TokenValue": session.token_value, "StreamUrl": session.stream_url}


def _matches(state: SessionState, key: str, value: str) -> bool:
    if key in ("InvokedAfter", "InvokedBefore"):
        try:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError as error:
            raise invalid(f"{value} is not a date") from error
        return state.start_date >= moment if key == "InvokedAfter" else state.start_date <= moment
    members = {
        "Target": state.target,
        "Owner": state.owner,
        "Status": state.status,
        "SessionId": state.session_id,
        "AccessType": state.access_type,
    }
    return members[key] == value
