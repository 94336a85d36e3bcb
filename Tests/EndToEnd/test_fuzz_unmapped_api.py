"""Generated requests to a broker that has no role map yet: it says so where that matters, and nothing else fails."""

from __future__ import annotations

import pytest
import role_maps
from described_answers import Correspondence
from generated_requests import Truth, fitting, operations

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(role_map="none")
PEOPLE = {"alice/DatabaseAdmin": ".*", "sam/SecurityAudit": ".*", "bob/ReadOnly": "", role_maps.BOOTSTRAP: ".*"}
OPERATIONS = operations()


@pytest.fixture(scope="module")
def people(running: LocalSystem) -> Correspondence:
    return Correspondence(running, PEOPLE, frozenset({"MAP_MISSING"}))


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "publishMap"])
def test_a_request_that_fits_is_answered_as_described(name: str, people: Correspondence) -> None:
    nodes = {"node": [cast.DB_1], "region": [cast.REGION], "account": [cast.FIRST_ACCOUNT]}
    people.send_all(OPERATIONS[name], fitting(OPERATIONS[name], Truth(nodes, {}, lambda: 0)))
