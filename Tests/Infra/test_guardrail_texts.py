"""The service control policies as texts: their size, their reasons, and what each leaves out."""

from __future__ import annotations

import json
import re

import guardrails
import pytest
import yaml
from conftest import ROOT
from system.policy.patterns import arn_matches

NAMES = guardrails.names()


@pytest.mark.parametrize("landscape", guardrails.LANDSCAPES)
@pytest.mark.parametrize("name", NAMES)
def test_each_fits_the_old_limit(name: str, landscape: str) -> None:
    size = len(guardrails.rendered(name, guardrails.LANDSCAPES[landscape]))
    assert size <= guardrails.OLD_LIMIT
    said = re.search(r"each below ([\d,]+) characters", (guardrails.FOLDER / "README.md").read_text())
    assert said and size < int(said.group(1).replace(",", ""))


@pytest.mark.parametrize("name", NAMES)
def test_it_loses_nothing_when_blanks_are_taken_out(name: str) -> None:
    # As the README has it done where LZA does not do it.
    assert json.loads(re.sub(r"[ \n]", "", guardrails.source(name))) == json.loads(guardrails.source(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_has_its_reason_in_the_readme_and_nothing_else_has(name: str) -> None:
    readme = (guardrails.FOLDER / "README.md").read_text()
    section = re.search(rf"^## `{name}\.json`.*?\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section, f"infra/guardrails/README.md has no section on {name}.json"
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", section.group(1), re.MULTILINE)
    assert [row[0] for row in rows] == [one["Sid"] for one in guardrails.statements(name)]
    assert all(len(purpose) > 40 and exempt for _, purpose, exempt in rows)


@pytest.mark.parametrize("name", NAMES)
def test_statements_only_deny_and_each_has_a_name_of_its_own(name: str) -> None:
    statements = guardrails.statements(name)
    assert {one["Effect"] for one in statements} == {"Deny"}
    assert len({one["Sid"] for one in statements}) == len(statements)


def test_whoever_is_exempt_cannot_be_made_or_borrowed() -> None:
    guarded = [
        resource
        for name in guardrails.EVERYWHERE
        for one in guardrails.statements(name)
        if one["Sid"] in ("ExemptRoles", "LookAlikeRoles")
        for resource in guardrails.listed(one["Resource"])
    ]
    for name in NAMES:
        for statement in guardrails.statements(name):
            for exempt in guardrails.exempt_principals(statement):
                # A pattern's own wildcards stand for themselves here: whatever it matches, a guarded pattern must.
                assert any(arn_matches(one, exempt, {}, False) for one in guarded), f"{statement['Sid']}: {exempt}"


@pytest.mark.parametrize("sid", ["NodeTags", "NodeTagsByOtherCalls"])
def test_the_guarded_tag_keys_are_those_of_the_role_map(sid: str) -> None:
    role_map = yaml.safe_load((ROOT / "session-documents" / "role-map.yaml").read_text())
    entries = [*role_map["permissionSets"].values(), *role_map.get("roles", [])]
    used = {key for entry in entries for key in entry.get("nodes", {}).get("tags", {})}
    (statement,) = [one for one in guardrails.statements("broker-only-sessions") if one["Sid"] == sid]
    guarded = statement["Condition"]["ForAnyValue:StringEqualsIgnoreCase"]["aws:TagKeys"]
    assert set(guarded) == used | {"SsmBroker"}
