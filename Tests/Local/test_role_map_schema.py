"""The role map's schema for editors, held to the same maps as the decoder; see Tests/Fixtures/role-map/README.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "session-documents" / "role-map.schema.json").read_text(encoding="utf-8"))
CORPUS = json.loads((ROOT / "Tests" / "Fixtures" / "role-map" / "corpus.json").read_text(encoding="utf-8"))


def role_map(case: Mapping[str, Any]) -> dict[str, Any]:
    """The map of a case: the small one, with the case's members in it."""
    entry = {"linuxUser": "ops", **case.get("entry", {})}
    return {"version": 1, "permissionSets": {"Ops": entry}, **case.get("map", {})}


def test_the_schema_is_one() -> None:
    """Draft 7, which editors know best."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CORPUS, ids=[case["why"] for case in CORPUS])
def test_schema_and_decoder_agree_where_a_schema_can_say_it(case: Mapping[str, Any]) -> None:
    """A case beyond the schema is accepted by it, so that the mark stands only where it has to."""
    found = [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(role_map(case))]
    assert (not found) == (case["isValid"] or "beyondSchema" in case), found


def test_the_projects_own_map_fits_and_names_the_schema() -> None:
    """The first line is how editors find the schema."""
    text = (ROOT / "session-documents" / "role-map.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=role-map.schema.json\n")
    jsonschema.Draft7Validator(SCHEMA).validate(yaml.safe_load(text))


def test_the_schema_refuses_the_linux_users_that_the_decoder_refuses() -> None:
    """The names stand in both, so one list is held to the other."""
    source = (ROOT / "Sources" / "SessionCore" / "Values" / "LinuxUser.swift").read_text(encoding="utf-8")
    listed = source.split("reserved: Set<String> = [")[1].split("]")[0]
    names = [part.strip().strip('"') for part in listed.replace("\n", " ").split(",") if part.strip()]
    assert sorted(SCHEMA["definitions"]["linuxUser"]["not"]["enum"]) == sorted(names)
