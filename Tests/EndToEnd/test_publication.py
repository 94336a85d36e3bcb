"""From a publication to every account: the broker tells the enforcer, which rolls the new map out; and connects in between."""

from __future__ import annotations

import enforcer_world as world
from audit_log import AuditLog
from broker_api import BrokerAPI
from role_maps import Map, of_cast, published, with_entry, without

from system import cast, faults
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(enforcer=True, role_map="published")
FIRST = cast.FIRST_ACCOUNT
DATABASE = "DatabaseAdmin"


def as_user(role_map: Map, user: str) -> Map:
    """The same with another Linux user for DatabaseAdmin."""
    return with_entry(role_map, DATABASE, **{**role_map["permissionSets"][DATABASE], "linuxUser": user})


def enforced(log: AuditLog, trigger: str) -> list[dict[str, str]]:
    """Details of the enforcer's records of one trigger."""
    records = [one.content["details"] for one in log.records() if one.event == "documents.enforced"]
    return [one for one in records if one["trigger"] == trigger]


def test_what_is_published_is_rolled_out_without_waiting_for_the_schedule(
    system: LocalSystem, api: BrokerAPI, log: AuditLog
) -> None:
    whole = of_cast(system)
    number = published(api, as_user(whole, "webops"))["number"]
    assert system.enforcer.settle()
    assert world.run_as(FIRST) == "webops"
    (record,) = [one for one in enforced(log, "publication") if one["number"] == str(number)]
    assert (record["account"], record["region"]) == (FIRST, cast.REGION)
    opened = api.open("alice/DatabaseAdmin", cast.DB_1)
    assert (opened.status, opened.body.get("linuxUser")) == (200, "webops"), opened.text
    api.end("alice/DatabaseAdmin", opened.body["id"])
    published(api, whole)
    assert system.enforcer.settle()
    assert world.run_as(FIRST) == "dbadmin"


def test_documents_of_a_role_that_the_map_no_longer_has_go_with_the_publication(
    system: LocalSystem, api: BrokerAPI
) -> None:
    whole = of_cast(system)
    published(api, without(whole, "WebOperator"))
    assert system.enforcer.settle()
    assert world.names(FIRST) == [f"SSMBroker-{kind}-{DATABASE}" for kind in ("Command", "Port", "Shell")]
    published(api, whole)
    assert system.enforcer.settle()
    assert [one for one in world.names(FIRST) if "WebOperator" in one] == [
        "SSMBroker-SSH-WebOperator", "SSMBroker-Shell-WebOperator"]  # fmt: skip


def test_a_publication_stands_when_the_enforcer_cannot_be_told(system: LocalSystem, api: BrokerAPI) -> None:
    whole = of_cast(system)
    fault = system.faults.before("Invoke", faults.fail, times=100)
    published(api, as_user(whole, "batchops"))
    assert fault.struck > 0
    system.faults.clear()
    assert world.run_as(FIRST) == "dbadmin"
    # Whoever connects first has the document made right. (Asked before, the broker has read the new map.)
    assert api.call("alice/DatabaseAdmin", "GET", "/v1/identity").body["linuxUser"] == "batchops"
    opened = api.open("alice/DatabaseAdmin", cast.DB_1)
    assert (opened.status, opened.body.get("linuxUser")) == (200, "batchops"), opened.text
    published(api, whole)
    assert system.enforcer.settle()
    assert world.run_as(FIRST) == "dbadmin"
