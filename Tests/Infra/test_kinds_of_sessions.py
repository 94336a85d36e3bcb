"""Each kind of session that a document may be of: the same roles start it, write it, and are kept from it."""

from __future__ import annotations

import json
import re

import guardrails
import landing_zone
import member_account
import pytest
from conftest import ROOT
from organization import ORGANIZATION, Caller, Question, ask

_SOURCE = next((ROOT / "Sources" / "SessionCore").rglob("SessionKind.swift")).read_text()
WORDS = re.findall(r'case \.\w+: "(\w+)"', _SOURCE.split("documentWord")[1])
"""What stands in the names of documents, one word a kind."""
CHECKED = {"ssm:SessionDocumentAccessCheck": "true"}
CONTROL = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
ADMINISTRATOR = Caller("role/Admin")
BREAK_GLASS = Caller("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_BreakGlass_0123456789abcdef")
WRITES = ("CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion", "DeleteDocument", "ModifyDocumentPermission")


def document(word: str) -> str:
    return f"arn:aws:ssm:eu-west-1:111122223333:document/SSMBroker-{word}-DatabaseAdmin"


def rights(role: str) -> list[str]:
    return [json.dumps(member_account.rights(role, {"OrganizationId": ORGANIZATION}))]


def test_every_kind_has_a_word() -> None:
    kinds = re.findall(r"^    case (\w+)$", _SOURCE, re.MULTILINE)
    assert len(WORDS) == len(kinds) >= 4 and "Shell" in WORDS


@pytest.mark.parametrize("word", WORDS)
def test_the_broker_starts_it_and_nobody_else(word: str) -> None:
    start = Question("ssm:StartSession", document(word), CHECKED)
    target = Caller("role/ssm-broker/SSMBrokerTarget", session="alice.0001020304050607")
    assert ask(target, start, CONTROL, rights("TargetRole")).is_allowed
    assert ask(ADMINISTRATOR, start, CONTROL).denied_by == "BrokerOnlySessions"
    # In break-glass there are shells, and nothing of which the Linux user would be unknown.
    glass = [json.dumps(landing_zone.policy("ssm-broker/permission-sets/break-glass.json"))]
    assert ask(BREAK_GLASS, start, CONTROL, glass).is_allowed is (word == "Shell")


@pytest.mark.parametrize("word", WORDS)
def test_the_enforcer_writes_its_documents_and_nobody_else(word: str) -> None:
    enforcer = Caller("role/ssm-broker/SSMBrokerEnforcer", session="ssm-broker-enforcer")
    for write in WRITES:
        question = Question(f"ssm:{write}", document(word), {"ssm:DocumentType": "Session"})
        assert ask(enforcer, question, CONTROL, rights("EnforcerRole")).is_allowed, write
        assert ask(ADMINISTRATOR, question, CONTROL).denied_by == "SessionDocumentsByName", write


def test_the_accounts_tell_of_writes_to_any_of_them() -> None:
    pattern = (ROOT / "infra" / "member-account" / "events.yaml").read_text()
    assert "- prefix: SSMBroker-\n" in pattern
