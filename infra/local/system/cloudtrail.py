"""A record of every verified call, in the shape of CloudTrail's own records.

Source: CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element".
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .calls import Call, Operation
from .errors import AWSError

HIDDEN = "Value hidden due to security reasons."
_SECRET_MEMBERS = {"tokenValue", "secretAccessKey", "sessionToken", "plaintext"}


class CloudTrail:
    """Keeps records in memory and, when given a path, as JSON lines."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._records: list[dict[str, Any]] = []
        self._path = path
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        """Who hears of each record, as EventBridge does."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """All records so far, oldest first."""
        with self._lock:
            return list(self._records)

    def named(self, event_name: str) -> list[dict[str, Any]]:
        """The records of one operation."""
        return [record for record in self.records if record["eventName"] == event_name]

    def add(
        self,
        call: Call,
        operation: Operation | None,
        decisions: list[dict[str, str]],
        reply: Mapping[str, Any] | None,
        error: AWSError | None,
    ) -> None:
        """Records one call, allowed or not."""
        if operation is not None and operation.is_data_event:
            return
        record = {
            "eventVersion": "1.11",
            "userIdentity": _identity(call),
            "eventTime": call.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{call.service}.amazonaws.com",
            "eventName": call.operation,
            "awsRegion": call.region,
            "sourceIPAddress": call.request.source_ip,
            "userAgent": call.request.header("User-Agent"),
            "errorCode": error.code if error else None,
            "errorMessage": error.message if error else None,
            "requestParameters": _shown(call.parameters) or None,
            "responseElements": None if reply is None or (operation and operation.reads_only) else _shown(reply) or None,
            # CloudTrail does not tell how IAM decided; a test wants to know.
            "additionalEventData": {"decisions": decisions},
            "requestID": call.request_id,
            "eventID": str(uuid.uuid4()),
            "readOnly": bool(operation and operation.reads_only),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": call.account,
            "eventCategory": "Management",
        }
        kept = {name: value for name, value in record.items() if value is not None or name == "responseElements"}
        self._write(kept)
        for listener in self.listeners:
            listener(kept)

    def _write(self, record: dict[str, Any]) -> None:
        with self._lock:
            self._records.append(record)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")


def _identity(call: Call) -> dict[str, Any]:
    session = call.credentials.session
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": session.role_id,
            "arn": session.role_arn,
            "accountId": session.account,
            "userName": session.role_name,
        },
        "attributes": {
            "creationDate": session.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "mfaAuthenticated": "false",
        },
    }
    if session.source_identity is not None:
        context["sourceIdentity"] = session.source_identity
    return {
        "type": "AssumedRole",
        "principalId": session.user_id,
        "arn": session.arn,
        "accountId": session.account,
        "accessKeyId": call.credentials.access_key,
        "sessionContext": context,
    }


def _shown(value: Any, name: str = "") -> Any:
    """Member names as CloudTrail spells them, secrets hidden."""
    if name in _SECRET_MEMBERS:
        return HIDDEN
    if name == "streamUrl":
        # CloudTrail shows it whole; here the query stays out of files, which must hold no session secrets.
        return str(value).partition("?")[0]
    if isinstance(value, Mapping):
        keep = name == "parameters"  # the document's parameters are data, not members
        return {
            key if keep else key[:1].lower() + key[1:]: _shown(item, key[:1].lower() + key[1:])
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%b %d, %Y, %I:%M:%S %p")
    return value
