"""GET /v1/instances: the nodes that the caller may connect to, by the map, the enrolment and the broker's own rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import broker_process
import pytest
from audit_log import AuditLog
from broker_api import Answer, BrokerAPI
from role_sessions import assume, made, refusal
from waiting import eventually

from system import cast, faults
from system.local_system import LocalSystem

ALICE, WEB, BATCH = "alice/DatabaseAdmin", "alice/WebOperator", f"alice/BatchOperator@{cast.SECOND_ACCOUNT}"


def ask(api: BrokerAPI, person: str = ALICE, **query: str) -> Answer:
    """The list, in the cast's Region unless told."""
    return api.call(person, "GET", f"/v1/instances?{urlencode({'region': cast.REGION, **query})}")


def ids(answer: Answer) -> list[str]:
    """Whom the answer lists."""
    assert answer.status == 200, answer.text
    return [node["id"] for node in answer.body["nodes"]]


@pytest.fixture(autouse=True)
def fresh(system: LocalSystem) -> None:
    """The broker remembers nothing of the test before."""
    broker_process.forget(system)


@contextmanager
def changed(system: LocalSystem, node_id: str, **members: object) -> Iterator[None]:
    """A node of the first account that is otherwise for a while."""
    node = system.aws.nodes.find(cast.FIRST_ACCOUNT, cast.REGION, node_id)
    assert node is not None
    system.aws.nodes.change(node, **members)
    try:
        yield
    finally:
        system.aws.nodes.put(node)


def test_each_sees_the_nodes_that_the_map_admits(api: BrokerAPI) -> None:
    assert ids(ask(api)) == sorted([cast.WEB_1, cast.DB_1, cast.CACHE_1, cast.OTHER_CACHE_1, cast.EDGE_1])
    assert ids(ask(api, WEB)) == [cast.WEB_1, cast.EDGE_1]
    answer = ask(api, BATCH)
    assert ids(answer) == [cast.BATCH_1]
    assert (answer.body["account"], answer.body["permissionSet"]) == (cast.SECOND_ACCOUNT, "BatchOperator")


def test_a_node_is_told_with_what_both_services_know(api: BrokerAPI) -> None:
    web, edge = ask(api, WEB).body["nodes"]
    assert web == {
        "id": cast.WEB_1, "name": "web-1", "platform": "Debian GNU/Linux 12", "state": "online", "address": "10.1.0.11",
        "dnsName": "ip-10-1-0-11.eu-west-1.compute.internal",
        "tags": {"Name": "web-1", "Role": "web", "SsmBroker": "enabled"},
    }  # fmt: skip
    # Outside EC2 the node's own words, marked as such, and its tags from Systems Manager.
    assert edge["isSelfReported"] is True
    assert (edge["dnsName"], edge["address"]) == ("edge-1.internal", "192.168.7.17")
    assert edge["tags"]["Role"] == "web"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"id": cast.WEB_1}, [cast.WEB_1]),
        ({"id": cast.EDGE_1}, [cast.EDGE_1]),
        ({"id": cast.WIN_1}, []),
        ({"id": cast.BATCH_1}, []),
        ({"id": "i-00000000000000000"}, []),
        ({"name": "web-1"}, [cast.WEB_1]),
        ({"name": "edge-1"}, [cast.EDGE_1]),
        ({"name": "cache-1"}, [cast.CACHE_1, cast.OTHER_CACHE_1]),
        ({"name": "web*"}, []),
        ({"name": "win-1"}, []),
        ({"address": "10.1.0.12"}, [cast.DB_1]),
        ({"address": "192.168.7.17"}, [cast.EDGE_1]),
        ({"address": "10.2.0.13"}, []),
        ({"dnsName": "ip-10-1-0-12.eu-west-1.compute.internal"}, [cast.DB_1]),
        ({"dnsName": "IP-10-1-0-12.eu-west-1.compute.INTERNAL"}, [cast.DB_1]),
        ({"dnsName": "edge-1.internal"}, [cast.EDGE_1]),
        ({"tag": "Role=web"}, [cast.WEB_1, cast.EDGE_1]),
        ({"tag": "Role=web,Name=edge-1"}, [cast.EDGE_1]),
        ({"tag": "SsmBroker=disabled"}, []),
    ],
)
def test_nodes_are_looked_for(api: BrokerAPI, query: dict[str, str], found: list[str]) -> None:
    assert ids(ask(api, **query)) == found


def test_what_the_map_does_not_admit_is_not_found_by_any_name(api: BrokerAPI) -> None:
    for query in ({"id": cast.DB_1}, {"name": "db-1"}, {"address": "10.1.0.12"}, {"tag": "Role=db"},
                  {"dnsName": "ip-10-1-0-12.eu-west-1.compute.internal"}):  # fmt: skip
        assert ids(ask(api, WEB, **query)) == []


def test_a_node_that_is_not_enrolled_is_not_listed(system: LocalSystem, api: BrokerAPI) -> None:
    with changed(system, cast.DB_1, tags={"Name": "db-1", "Role": "db"}):
        assert cast.DB_1 not in ids(ask(api)) and ids(ask(api, name="db-1")) == []


def test_a_terminated_instance_is_gone_and_a_silent_agent_is_told(system: LocalSystem, api: BrokerAPI) -> None:
    with (
        changed(system, cast.DB_1, instance_state="terminated"),
        changed(system, cast.WEB_1, ping_status="ConnectionLost"),
    ):
        states = {node["id"]: node["state"] for node in ask(api).body["nodes"]}
    assert cast.DB_1 not in states
    assert states[cast.WEB_1] == "connectionLost"


def test_pages_follow_one_another_and_lose_nothing(api: BrokerAPI) -> None:
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    for _ in range(3):
        page = ask(api, **query)
        seen += ids(page)
        query["cursor"] = page.body.get("next", "")
    assert seen == ids(ask(api)) and query["cursor"] == ""


def test_the_list_is_remembered_a_minute_and_what_was_not_found_for_seconds(system: LocalSystem, api: BrokerAPI) -> None:
    ask(api)
    begun = len(system.trail)
    assert len(ids(ask(api))) == 5
    assert system.trail[begun:] == []
    assert ids(ask(api, name="new-1")) == []
    with changed(system, cast.DB_1, tags={"Name": "new-1", "Role": "db", "SsmBroker": "enabled"}):
        eventually(lambda: ids(ask(api, name="new-1")) == [cast.DB_1], "the new name is found")


def test_addresses_that_nobody_has_are_looked_for_outside_ec2_once(system: LocalSystem, api: BrokerAPI) -> None:
    begun = len(system.trail)
    for number in range(1, 6):
        assert ids(ask(api, address=f"10.99.0.{number}")) == []
    asked = [str(call["eventName"]) for call in system.trail[begun:]]
    # Whether there is any machine outside EC2, and which of them have the tags.
    assert asked.count("DescribeInstanceInformation") == 2
    assert asked.count("DescribeInstances") == 5 and "ListTagsForResource" not in asked


def test_a_machine_that_claims_an_instances_address_hides_nothing(system: LocalSystem, api: BrokerAPI) -> None:
    with changed(system, cast.EDGE_1, ip_address="10.1.0.12"):
        nodes = ask(api, address="10.1.0.12").body["nodes"]
    assert [(node["id"], node.get("isSelfReported")) for node in nodes] == [(cast.DB_1, None), (cast.EDGE_1, True)]


def test_two_calls_find_a_node_by_name(system: LocalSystem, api: BrokerAPI) -> None:
    ask(api)
    begun = len(system.trail)
    ask(api, name="web-1")
    assert sorted(str(call["eventName"]) for call in system.trail[begun:]) == [
        "DescribeInstanceInformation", "DescribeInstances",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"region": "us-east-1"}, "REGION_NOT_ALLOWED"),
        ({"region": "here"}, "QUERY_INVALID"),
        ({"id": "web-1"}, "QUERY_INVALID"),
        ({"address": "10.1.0.256"}, "QUERY_INVALID"),
        ({"tag": "Role"}, "QUERY_INVALID"),
        ({"tag": "Role=web,Role=db"}, "QUERY_INVALID"),
        ({"name": "web-1", "tag": "Role=web"}, "QUERY_INVALID"),
        ({"limit": "101"}, "QUERY_INVALID"),
        ({"cursor": "x"}, "QUERY_INVALID"),
    ],
)
def test_what_cannot_be_asked_is_refused(api: BrokerAPI, query: dict[str, str], code: str) -> None:
    assert ask(api, **query).code == code


def test_without_a_region_there_is_no_list(api: BrokerAPI) -> None:
    assert api.call(ALICE, "GET", "/v1/instances").code == "QUERY_INVALID"


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("bob/ReadOnly", "PERMISSION_SET_NOT_MAPPED"),
        ("sam/SecurityAudit", "PERMISSION_SET_NOT_MAPPED"),
        ("mallory/DatabaseAdmin", "ROLE_NOT_PROVEN"),
        (f"alice/WebOperator@{cast.SECOND_ACCOUNT}", "ACCOUNT_NOT_ALLOWED"),
    ],
)
def test_whoever_may_connect_nowhere_learns_nothing(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, person: str, code: str
) -> None:
    begun = len(system.trail)
    answer = ask(api, person)
    assert answer.code == code and "web-1" not in answer.text
    asked = {str(call["eventName"]) for call in system.trail[begun:]}
    assert asked.isdisjoint({"DescribeInstanceInformation", "DescribeInstances"})
    (record,) = log.about(answer)
    assert (record.event, record.code) == ("request.refused", code)


def test_reading_the_list_is_not_recorded(api: BrokerAPI, log: AuditLog) -> None:
    assert log.about(ask(api)) == []


def test_throttling_is_waited_out(system: LocalSystem, api: BrokerAPI) -> None:
    system.faults.before("DescribeInstances", faults.throttle)
    assert ids(ask(api, name="web-1")) == [cast.WEB_1]


def test_a_member_role_without_the_right_is_named(system: LocalSystem, api: BrokerAPI) -> None:
    def deny() -> None:
        raise faults.AWSError("AccessDeniedException", "not authorized", 403)

    system.faults.before("DescribeInstances", deny, times=2)
    answer = ask(api)
    assert answer.code == "TARGET_ROLE_REFUSED" and "ec2:DescribeInstances" in answer.body["detail"]
    # By id, nobody needs the list.
    assert api.open(ALICE, cast.WEB_1, dryRun=True).status == 200
    ask(api)


def test_the_inspector_reads_tags_of_nodes_and_of_nothing_else(system: LocalSystem, api: BrokerAPI) -> None:
    begun = len(system.trail)
    ask(api)
    (inspector,) = made(system, begun)
    keys = assume(system, inspector)
    assert refusal(system, keys, "ec2", "describe_instances") is None
    tags = {"ResourceType": "ManagedInstance", "ResourceId": cast.EDGE_1}
    assert refusal(system, keys, "ssm", "list_tags_for_resource", **tags) is None
    start = {"Target": cast.EDGE_1, "DocumentName": "SSMBroker-Shell-DatabaseAdmin"}
    assert refusal(system, keys, "ssm", "start_session", **start) == "AccessDeniedException"


def test_a_machine_outside_ec2_can_be_connected_to(api: BrokerAPI) -> None:
    opened = api.open(WEB, cast.EDGE_1)
    assert opened.status == 200 and opened.body["node"] == cast.EDGE_1
    api.end(WEB, opened.body["id"])


