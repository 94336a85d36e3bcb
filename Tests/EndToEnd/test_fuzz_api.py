"""Generated requests, as several people: every answer is one that the API's description has, and none is a failure.

How many, and from which seed, is said in :mod:`described_answers`.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
import role_maps
from broker_api import BrokerAPI
from described_answers import Correspondence
from generated_requests import Truth, disfigured, fitting, has_input, operations, unfitting

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(role_map="published", enforcer=True)
OWNER, BLOCKED = "alice/DatabaseAdmin", "alice/WebOperator"
AUDITOR = "sam/SecurityAudit"
PEOPLE = {
    role_maps.BOOTSTRAP: "endSessions|.*[bB]lock.*|rollout|sweep|.*[mM]ap.*",
    OWNER: "identity|instances|.*Sessions?|renewCredentials", AUDITOR: "audit.*|sweep|listSessions",
    BLOCKED: "endSession", "bob/ReadOnly": "", "mallory/DatabaseAdmin": "",
}  # fmt: skip
OPERATIONS = operations()


@pytest.fixture(scope="module")
def people(running: LocalSystem) -> Correspondence:
    return Correspondence(running, PEOPLE)


@pytest.fixture
def truth(system: LocalSystem, api: BrokerAPI) -> Truth:
    """What there is, put back before each test, whatever the one before has published, blocked or ended."""
    role_map = role_maps.of_cast(system)
    role_map["permissionSets"]["DatabaseAdmin"]["sessions"] = ["shell", "command", "port", "ssh"]
    role_map["permissionSets"]["DatabaseAdmin"]["ports"] = {"remote": [5432, "8000-8010"]}
    for block in api.call(role_maps.BOOTSTRAP, "GET", "/v1/blocks").body["blocks"]:
        name = "user" if "user" in block else "roleId"
        query = f"reason=over&{name}={quote(block[name], safe='')}"
        lifted = api.call(role_maps.BOOTSTRAP, "DELETE", f"/v1/blocks?{query}")
        assert lifted.status == 200, lifted.text
    if api.call(role_maps.BOOTSTRAP, "GET", "/v1/role-map").body["map"] != role_map:
        role_maps.published(api, role_map)
    opened = [api.open(person, cast.WEB_1) for person in (OWNER, BLOCKED)]
    assert [one.status for one in opened] == [200, 200], opened
    page = api.call(AUDITOR, "GET", "/v1/sessions?all=true").body
    roles = {one["permissionSet"]: one["owner"]["roleId"] for one in page["sessions"]}
    block = {"roleId": roles["WebOperator"], "reason": "The laptop was stolen"}
    assert api.call(role_maps.BOOTSTRAP, "POST", "/v1/blocks", block).status == 200
    ids = [one.body["id"] for one in opened]
    parameters = {
        "user": ["alice", "sam", "bob"], "permissionSet": ["DatabaseAdmin", "WebOperator"],
        "roleId": sorted(roles.values()), "node": [cast.DB_1, cast.WEB_1, cast.WIN_1], "account": [cast.FIRST_ACCOUNT],
        "region": [cast.REGION], "session": ids, "id": ids, "listSessions.state": ["live", "pending,ended"],
        "event": ["session.granted"], "read": [page["read"]], "number": ["1"], "reason": ["Disk full", "Grüße, 🔑"],
        "ticket": ["OPS-17"], "client": ["ssm-broker/0.1.0"],
        "command": ["uptime", "sh -c 'df -h | tail -1'"], "port": [5432, 8003, 22], "host": ["localhost", "db.internal"], "note": ["OPS-17: a new team"],
        "name": ["web-1", "cache-1"], "address": ["10.1.0.11", "192.168.7.17"], "tag": ["Role=web"],
    }  # fmt: skip
    return Truth(parameters, role_map, lambda: role_maps.current(api))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_fits_is_answered_as_described(name: str, people: Correspondence, truth: Truth) -> None:
    people.send_all(OPERATIONS[name], fitting(OPERATIONS[name], truth))


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if has_input(operation)])
def test_a_request_that_does_not_fit_is_refused_as_described(name: str, people: Correspondence, truth: Truth) -> None:
    people.send_all(OPERATIONS[name], unfitting(OPERATIONS[name]))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_disfigured_request_is_answered_as_described(name: str, people: Correspondence, truth: Truth) -> None:
    people.send_all(OPERATIONS[name], fitting(OPERATIONS[name], truth), disfigured())
