"""The operations that moto answers, behind our own signature, model and IAM checks."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from unittest import mock
from xml.sax.saxutils import unescape

from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from .no_real_aws import no_real_aws

with no_real_aws():
    from moto.backends import get_backend
    from moto.dynamodb.responses import DynamoHandler
    from moto.iam.responses import IamResponse
    from moto.kms.responses import KmsResponse
    from moto.organizations import utils as organizations_utils
    from moto.organizations.responses import OrganizationsResponse
    from moto.ssm.responses import SimpleSystemManagerResponse

from .calls import Call, Check, Operation
from .errors import AWSError
from .wire import Response

RESPONSES = {
    "dynamodb": DynamoHandler,
    "iam": IamResponse,
    "kms": KmsResponse,
    "organizations": OrganizationsResponse,
    "ssm": SimpleSystemManagerResponse,
}
_LOCK = threading.Lock()
"""moto's backends are plain dictionaries."""



def iam(account: str) -> Any:
    """moto's IAM of an account."""
    return get_backend("iam")[account]["aws"]


def ssm(account: str, region: str) -> Any:
    """moto's SSM of an account and Region."""
    return get_backend("ssm")[account][region]


def organizations(account: str) -> Any:
    """moto's Organizations of a management account."""
    return get_backend("organizations")[account]["aws"]


@contextlib.contextmanager
def organizations_ids(**made: str) -> Iterator[None]:
    """Has moto give the next thing of each kind this id, where it would draw one by lot."""
    with contextlib.ExitStack() as stack:
        for maker, value in made.items():
            stack.enter_context(mock.patch.object(organizations_utils, maker, return_value=value))
        yield


def begin(accounts: Iterable[str], regions: Sequence[str]) -> None:
    """Empty accounts. moto keeps its state in the process, not in an object, and reads settings when it makes one."""
    forget()
    for account in accounts:
        open_account(account, regions)


def open_account(account: str, regions: Iterable[str]) -> None:
    """One more empty account."""
    with no_real_aws():
        iam(account)
        for region in regions:
            ssm(account, region)
            get_backend("kms")[account][region]
            get_backend("dynamodb")[account][region]


def forget() -> None:
    """Drops every account."""
    for backend in (get_backend(name) for name in RESPONSES):
        backend.clear()


def has_account(account: str) -> bool:
    """Whether there is such an account here."""
    return account in dict.keys(get_backend("iam"))


def forward(call: Call) -> Response:
    """Hands a call to moto and gives its answer our request id."""
    return forward_as(call, call.account)


def forward_as(call: Call, account: str) -> Response:
    """The same, about another account than the caller's."""
    host = f"{call.service}.amazonaws.com" if call.service == "iam" else f"{call.service}.{call.region}.amazonaws.com"
    headers = HeadersDict({
        "Content-Type": call.request.header("Content-Type") or "",
        "X-Amz-Target": call.request.header("X-Amz-Target") or "",
        "x-moto-account-id": account,
        "host": host,
    })  # fmt: skip
    request = AWSPreparedRequest("POST", f"https://{host}/", headers, call.request.body, False)
    with _LOCK:
        status, answered, body = RESPONSES[call.service].dispatch(request, request.url, request.headers)
    text = body.decode() if isinstance(body, bytes) else str(body)
    if int(status) >= 400:
        raise _refusal(text, int(status))
    text = re.sub(r"<RequestId>[^<]*</RequestId>", f"<RequestId>{call.request_id}</RequestId>", text)
    # IAM writes whole seconds.
    text = re.sub(r"(<CreateDate>[0-9T:-]+)\.\d+Z", r"\1Z", text)
    # moto's older services leave the type out.
    content_type = {name.lower(): value for name, value in answered.items()}.get(
        "content-type", "application/x-amz-json-1.1"
    )
    return Response(200, text.encode(), {"Content-Type": content_type, "x-amzn-RequestId": call.request_id})


def _refusal(text: str, status: int) -> AWSError:
    """moto's refusal as ours, from either protocol."""
    if text.startswith("<"):
        code, message = (re.search(rf"<{name}>([^<]*)</{name}>", text) for name in ("Code", "Message"))
        assert code is not None, "every refusal of moto's has a code"
        return AWSError(unescape(code.group(1)), unescape(message.group(1) if message else ""), status)
    value = json.loads(text)
    members = {name: value[name] for name in ("CancellationReasons",) if name in value}
    message = value.get("message") or value.get("Message") or ""
    return AWSError(value["__type"].rpartition("#")[2], message, status, members)


def document_arn(call: Call, name: str) -> str:
    """The ARN of a document named plainly or by ARN; AWS's own have no account."""
    if name.startswith("arn:"):
        return name
    owner = "" if name.startswith(("AWS-", "AWSFleetManager-")) else call.account
    return f"arn:aws:ssm:{call.region}:{owner}:document/{name}"


def plain_name(call: Call, name: str) -> str | None:
    """A document's name in the caller's account and Region; ``None`` for an ARN of another one."""
    if not name.startswith("arn:"):
        return name
    prefix = f"arn:aws:ssm:{call.region}:{call.account}:document/"
    return name.removeprefix(prefix) if name.startswith(prefix) else None


def _document_check(action: str) -> Callable[[Call], list[list[Check]]]:
    return lambda call: [[Check(action, document_arn(call, call.parameters["Name"]))]]


def _get_document(call: Call) -> Response:
    if plain_name(call, call.parameters["Name"]) is None:
        raise AWSError("InvalidDocument", "The specified document does not exist.")
    return forward(call)


def _describe_document(call: Call) -> Response:
    response = _get_document(call)
    reply = json.loads(response.body)
    document = reply["Document"]
    stored = ssm(call.account, call.region)._get_documents(document["Name"])
    content = stored.find(document["DocumentVersion"]).content
    # moto loses the digest's leading zeros and has no platform types.
    document["Hash"] = hashlib.sha256(content.encode()).hexdigest()
    document["PlatformTypes"] = ["Windows", "Linux", "MacOS"]
    return Response(200, json.dumps(reply).encode(), response.headers)


def _role_check(call: Call) -> list[list[Check]]:
    name = call.parameters["RoleName"]
    role = next((role for role in iam(call.account).roles.values() if role.name == name), None)
    # IAM judges the role's real ARN, path included; of a role that does not exist it knows the name only.
    return [[Check("iam:GetRole", role.arn if role else f"arn:aws:iam::{call.account}:role/{name}")]]


def _key_check(call: Call) -> list[list[Check]]:
    key = call.parameters["KeyId"]
    arn = key if key.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key}"
    encryption = {f"kms:EncryptionContext:{name}": value
                  for name, value in call.parameters.get("EncryptionContext", {}).items()}  # fmt: skip
    return [[Check("kms:GenerateDataKey", arn, encryption)]]


OPERATIONS = {
    ("ssm", "GetDocument"): Operation(_document_check("ssm:GetDocument"), _get_document, reads_only=True),
    ("ssm", "DescribeDocument"): Operation(
        _document_check("ssm:DescribeDocument"), _describe_document, reads_only=True
    ),
    ("iam", "GetRole"): Operation(_role_check, forward, reads_only=True),
    ("kms", "GenerateDataKey"): Operation(_key_check, forward, reads_only=True),
}
