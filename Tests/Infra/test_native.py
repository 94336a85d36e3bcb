"""Sessions without a broker: what IAM enforces there, and that it follows the role map."""

from __future__ import annotations

import json

import pytest
import yaml
from conftest import ROOT
from guardrails import OLD_LIMIT, Landscape
from organization import Caller, Question, ask

FOLDER = ROOT / "infra" / "native"
ALICE = Caller("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_DatabaseAdmin_0123456789abcdef", session="alice")
NODE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaaaaaaaaaaaaa1"
ITS_NODE = {"ssm:resourceTag/SsmBroker": "enabled", "ssm:resourceTag/Role": "db", "ssm:SessionDocumentAccessCheck": "true"}


def document(name: str, account: str = "111122223333") -> str:
    return f"arn:aws:ssm:eu-west-1:{account}:document/{name}"


def text(name: str) -> str:
    return Landscape().fill((FOLDER / f"{name}.json").read_text())


def test_the_example_is_the_maps_entry() -> None:
    entry = yaml.safe_load((ROOT / "session-documents" / "role-map.yaml").read_text())["permissionSets"]["DatabaseAdmin"]
    nodes, shell = json.loads(text("database-admin"))["Statement"][:2]
    tags = {"SsmBroker": "enabled", **entry["nodes"]["tags"]}
    assert nodes["Condition"]["StringEquals"] == {f"ssm:resourceTag/{key}": value for key, value in tags.items()}
    for arn in [*nodes["Resource"], shell["Resource"]]:
        assert arn.split(":")[3] in entry["nodes"]["regions"] and arn.split(":")[4] in entry["nodes"]["accounts"]
    assert shell["Resource"].endswith(":document/SSMBroker-Shell-DatabaseAdmin")


def test_the_policies_fit() -> None:
    assert len(json.dumps(json.loads(text("named-documents-only")), separators=(",", ":"))) <= OLD_LIMIT
    assert len(json.dumps(json.loads(text("database-admin")), separators=(",", ":"))) <= 10_240


@pytest.mark.parametrize(
    ("why", "question", "is_allowed"),
    [
        ("its node", Question("ssm:StartSession", NODE, ITS_NODE), True),
        ("its document", Question("ssm:StartSession", document("SSMBroker-Shell-DatabaseAdmin")), True),
        ("another set's document", Question("ssm:StartSession", document("SSMBroker-Shell-WebOperator")), False),
        ("a document whose name begins alike", Question("ssm:StartSession", document("SSMBroker-Shell-DatabaseAdmin2")), False),
        ("no document named", Question("ssm:StartSession", document("SSM-SessionManagerRunShell")), False),
        ("AWS's document", Question("ssm:StartSession", document("AWS-StartSSHSession", "")), False),
        ("a node of another role", Question("ssm:StartSession", NODE, {**ITS_NODE, "ssm:resourceTag/Role": "batch"}), False),
        ("a node without the check", Question("ssm:StartSession", NODE, {**ITS_NODE, "ssm:SessionDocumentAccessCheck": "false"}),
         False),
        ("another account's node", Question("ssm:StartSession", NODE.replace("111122223333", "444455556666"), ITS_NODE), False),
        ("writing its document", Question("ssm:UpdateDocument", document("SSMBroker-Shell-DatabaseAdmin")), False),
    ],
)  # fmt: skip
def test_a_permission_set_answers(why: str, question: Question, is_allowed: bool) -> None:
    control = [text("named-documents-only")]
    assert ask(ALICE, question, control, [text("database-admin")]).is_allowed is is_allowed, why


@pytest.mark.parametrize(
    ("question", "denied_by"),
    [
        (Question("ssm:StartSession", document("SSM-SessionManagerRunShell")), "NamedDocumentsOnly"),
        (Question("ssm:StartSession", document("AWS-StartPortForwardingSession", "")), "NamedDocumentsOnly"),
        (Question("iam:TagRole", "arn:aws:iam::111122223333:role/x", {"aws:TagKeys": ["SSMSessionRunAs"]}), "NoLinuxUserByTag"),
        (Question("sts:TagSession", "arn:aws:iam::111122223333:role/x", {"aws:TagKeys": ["ssmsessionrunas"]}),
         "NoLinuxUserByTag"),
        (Question("iam:TagRole", "arn:aws:iam::111122223333:role/x", {"aws:TagKeys": ["Team"]}), None),
        (Question("ssm:StartSession", document("SSMBroker-Shell-DatabaseAdmin")), None),
        (Question("ssm:StartSession", NODE), None),
    ],
)  # fmt: skip
def test_the_guardrail_answers_an_administrator(question: Question, denied_by: str | None) -> None:
    answer = ask(Caller("role/Admin"), question, [text("named-documents-only")])
    assert (answer.is_allowed, answer.denied_by) == (denied_by is None, denied_by or "")
