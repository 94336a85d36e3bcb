"""The Landing Zone Accelerator's write of the session preferences, replayed: what it keeps, what it drops, what it never does.

After `custom resource Custom::SsmSessionManagerSettings` of its versions 1.14 and later: it reads the default version, keeps the
two Run As keys and drops every other key that is not its own, writes a new version and does not make it the default one.
Versions up to 1.13.1 turn Run As off.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from enforcer_world import PREFERENCES

ROLE = "AWSAccelerator-SecurityRe-CustomSessionManager"


def settings(account: str, region: str, log_group: str, run_as: dict[str, Any]) -> str:
    """The document that it writes."""
    inputs = {
        "cloudWatchEncryptionEnabled": True,
        "cloudWatchLogGroupName": log_group,
        "kmsKeyId": f"arn:aws:kms:{region}:{account}:key/11111111-2222-4333-8444-555555555555",
        "s3BucketName": f"aws-accelerator-central-logs-{region}",
        "s3EncryptionEnabled": True,
        "s3KeyPrefix": f"session/{account}/{region}",
        **run_as,
    }
    document = {
        "schemaVersion": "1.0",
        "description": "Document to hold regional settings for Session Manager",
        "sessionType": "Standard_Stream",
        "inputs": inputs,
    }
    return json.dumps(document)


def write(client: BaseClient, account: str, region: str, log_group: str = "AWSAccelerator-sessionmanager-logs",
          is_old: bool = False) -> None:  # fmt: skip
    """One run of its pipeline in one account and Region."""
    off: dict[str, Any] = {"runAsEnabled": False, "runAsDefaultUser": ""}
    try:
        found = json.loads(client.get_document(Name=PREFERENCES)["Content"])["inputs"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidDocument"
        client.create_document(Name=PREFERENCES, Content=settings(account, region, log_group, off), DocumentType="Session")
        return
    kept = off if is_old else {name: found.get(name, off[name]) for name in off}
    try:
        client.update_document(
            Name=PREFERENCES, Content=settings(account, region, log_group, kept), DocumentVersion="$LATEST"
        )
    except ClientError as error:
        assert error.response["Error"]["Code"] == "DuplicateDocumentContent"
