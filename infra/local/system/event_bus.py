"""EventBridge: the rule on writes to session documents, whose events go to the enforcer.

Member accounts forward what CloudTrail tells of such calls to the central bus, with account and Region as they were.
Source: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

DOCUMENT_WRITES = frozenset((
    "CreateDocument", "DeleteDocument", "ModifyDocumentPermission", "UpdateDocument", "UpdateDocumentDefaultVersion",
))  # fmt: skip


def document_write_event(record: dict[str, Any]) -> dict[str, Any]:
    """The event that a record of CloudTrail's becomes."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ssm",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


class DriftRule:
    """Hears of every record, and leaves an event for each write to a document, refused ones too, as the real rule does."""

    def __init__(self, leave: Callable[[dict[str, Any]], None]) -> None:
        self._leave = leave
        self.events: list[dict[str, Any]] = []
        """What was sent so far."""

    def hear(self, record: dict[str, Any]) -> None:
        """Takes one record of CloudTrail's."""
        if record["eventSource"] != "ssm.amazonaws.com" or record["eventName"] not in DOCUMENT_WRITES:
            return
        event = document_write_event(record)
        self.events.append(event)
        self._leave(event)
