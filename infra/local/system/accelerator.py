"""Landing Zone Accelerator's own write of an account's Session Manager preferences, as its custom resource makes it.

Source: landing-zone-accelerator-on-aws v1.15.5, `constructs/lib/aws-ssm/session-manager-settings/index.ts`: it reads the
default version, keeps its two Run As keys and nothing else, writes over the latest version and promotes nothing.
Before v1.14.0 it turned Run As off.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .errors import AWSError

NAME = "SSM-SessionManagerRunShell"
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Calls one operation of Systems Manager in one account and Region."""


def write_preferences(ask: Ask, account: str, region: str, bucket: str = "", keeps_run_as: bool = True) -> None:
    """Writes the preferences once."""
    settings: dict[str, Any] = {
        "schemaVersion": "1.0",
        "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": {
            "cloudWatchEncryptionEnabled": True,
            "cloudWatchLogGroupName": "AWSAccelerator-sessionmanager-logs",
            "kmsKeyId": f"arn:aws:kms:{region}:{account}:key/11111111-2222-3333-4444-555555555555",
            "s3BucketName": bucket,
            "s3EncryptionEnabled": True,
            "s3KeyPrefix": f"session/{account}/{region}",
            "runAsEnabled": False,
            "runAsDefaultUser": "",
        },
    }
    try:
        found = json.loads(ask("GetDocument", {"Name": NAME})["Content"])["inputs"]
        if keeps_run_as:
            for key in ("runAsEnabled", "runAsDefaultUser"):
                settings["inputs"][key] = found.get(key, settings["inputs"][key])
        ask("UpdateDocument", {"Name": NAME, "Content": json.dumps(settings), "DocumentVersion": "$LATEST"})
    except AWSError as refusal:
        if refusal.code == "InvalidDocument":
            ask("CreateDocument", {"Name": NAME, "Content": json.dumps(settings), "DocumentType": "Session"})
        elif refusal.code != "DuplicateDocumentContent":
            raise
