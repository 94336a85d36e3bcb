"""Systems Manager's calls that write and list documents, answered by moto; where moto is not as AWS is, put right here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .calls import Call, Check, Operation
from .errors import AWSError, NotEmulated
from .moto_services import document_arn, forward, plain_name, ssm
from .nodes import paginate
from .wire import Response


def _checks(action: str) -> Callable[[Call], list[list[Check]]]:
    return lambda call: [[Check(f"ssm:{action}", document_arn(call, call.parameters["Name"]), _type_of(call))]]


def _type_of(call: Call) -> dict[str, str | None]:
    """The condition key on the document's type, as the Service Authorization Reference has it for writes."""
    kept = ssm(call.account, call.region)._documents.get(call.parameters["Name"])
    kind = kept.get_default_version().document_type if kept else call.parameters.get("DocumentType")
    return {"ssm:DocumentType": kind}


def _own(call: Call) -> Any:
    """The document's versions in moto; raises when the account has no such document, or it is named by another's ARN."""
    name = plain_name(call, call.parameters["Name"])
    if name is None:
        raise AWSError("InvalidDocument", "The specified document does not exist.")
    return ssm(call.account, call.region)._get_documents(name)


def _create(call: Call) -> Response:
    if call.parameters.get("DocumentType") != "Session":
        raise NotEmulated(f"documents of type {call.parameters.get('DocumentType')}")
    _check_content(call.parameters["Content"])
    return forward(call)


def _update(call: Call) -> Response:
    _check_content(call.parameters["Content"])
    versions = _own(call).versions
    if len(versions) >= 1000:
        raise AWSError("DocumentVersionLimitExceeded", "The document has too many versions. Delete one or more versions.")
    return forward(call)


def _check_content(content: str) -> None:
    """What AWS refuses in a session document and moto takes. Source: "Session document schema"."""
    if len(content.encode()) > 65_536:
        raise AWSError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    try:
        document = json.loads(content)
        kinds = ("Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port")
        is_known = document["schemaVersion"] == "1.0" and document["sessionType"] in kinds
    except (ValueError, KeyError, TypeError):
        is_known = False
    if not is_known:
        raise AWSError("InvalidDocumentContent", "The content for the document is not valid.")


def _default(call: Call) -> Response:
    if call.parameters["DocumentVersion"] not in _own(call).versions:
        # moto says InvalidDocument.
        raise AWSError("InvalidDocumentVersion", "The document version is not valid or does not exist.")
    return forward(call)


def _delete(call: Call) -> Response:
    kept = _own(call)
    response = forward(call)
    if kept.versions:
        # moto holds 9 for later than 15.
        kept.latest_version = str(max(int(version) for version in kept.versions))
    return response


def _list(call: Call) -> dict[str, Any]:
    """Ours, for moto takes the names to filter by whole, where AWS takes what they begin with."""
    wanted = {one["Key"]: one["Values"] for one in call.parameters.get("Filters", [])}
    unknown = set(wanted) - {"Name", "Owner", "DocumentType"}
    if unknown or "DocumentFilterList" in call.parameters or wanted.get("Owner", ["Self"]) != ["Self"]:
        raise NotEmulated(f"ListDocuments filtered by {sorted(unknown) or 'another owner'}")
    found = []
    for name, kept in sorted(ssm(call.account, call.region)._documents.items()):
        document = kept.get_default_version()
        is_named = "Name" not in wanted or name.startswith(tuple(wanted["Name"]))
        if is_named and document.document_type in wanted.get("DocumentType", [document.document_type]):
            found.append({"Name": name, "Owner": call.account, "DocumentVersion": document.document_version,
                          "DocumentType": document.document_type, "DocumentFormat": document.document_format,
                          "SchemaVersion": document.schema_version})  # fmt: skip
    page, token = paginate(found, call.parameters, default=10)
    return {"DocumentIdentifiers": page, **token}


def _versions(call: Call) -> dict[str, Any]:
    kept = _own(call)
    found = [
        {"Name": one.name, "DocumentVersion": number, "CreatedDate": one.created_date.timestamp(),
         "IsDefaultVersion": number == kept.default_version, "DocumentFormat": one.document_format, "Status": one.status}
        for number, one in sorted(kept.versions.items(), key=lambda pair: int(pair[0]))
    ]  # fmt: skip
    page, token = paginate(found, call.parameters, default=10)
    return {"DocumentVersions": page, **token}


OPERATIONS = {
    ("ssm", "CreateDocument"): Operation(_checks("CreateDocument"), _create),
    ("ssm", "UpdateDocument"): Operation(_checks("UpdateDocument"), _update),
    ("ssm", "UpdateDocumentDefaultVersion"): Operation(_checks("UpdateDocumentDefaultVersion"), _default),
    ("ssm", "DeleteDocument"): Operation(_checks("DeleteDocument"), _delete),
    ("ssm", "ModifyDocumentPermission"): Operation(_checks("ModifyDocumentPermission"), forward),
    ("ssm", "DescribeDocumentPermission"): Operation(_checks("DescribeDocumentPermission"), forward, reads_only=True),
    ("ssm", "ListDocumentVersions"): Operation(_checks("ListDocumentVersions"), _versions, reads_only=True),
    ("ssm", "ListDocuments"): Operation(lambda call: [[Check("ssm:ListDocuments", "*")]], _list, reads_only=True),
}
