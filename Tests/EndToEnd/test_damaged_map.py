"""A published map that is not what was published never takes the place of a good one, and says so; on both stores."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI
from role_maps import BOOTSTRAP, command, current, of_cast, publish, published, with_entry, without
from waiting import eventually

from system import cast, moto_services
from system.local_system import LocalSystem, Settings

ALICE = "alice/DatabaseAdmin"
TABLES = "ssm-broker"


@pytest.fixture(scope="module", params=[None, f"dynamodb:{TABLES}"], ids=["sqlite", "dynamodb"])
def running(request: pytest.FixtureRequest) -> Iterator[LocalSystem]:
    with LocalSystem(Settings(store=request.param, role_map="published")) as system:
        yield system


def item(table: str, **keys: str) -> Any:
    """An item of the stand-in's own tables, to be changed in place: the broker's role could not."""
    tables = moto_services.get_backend("dynamodb")[cast.BROKER_ACCOUNT][cast.REGION].tables
    for found in tables[f"{TABLES}-{table}"].all_items():
        if all(found.attrs[name].value == value for name, value in keys.items()):
            return found
    raise LookupError(keys)


def spoil_chunk(system: LocalSystem, digest: str) -> None:
    """Changes the bytes under a chunk's name, as only whoever owns the file or the table could."""
    kind, _, path = system.store.partition(":")
    if kind == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER map_chunk_keeps")
            connection.execute("UPDATE map_chunk SET bytes = ? WHERE hash = ?", (b"{}", digest))
            connection.execute(
                "CREATE TRIGGER map_chunk_keeps BEFORE UPDATE ON map_chunk "
                "BEGIN SELECT RAISE(ABORT, 'published role maps are append-only'); END"
            )
        connection.close()
    else:
        item("audit", pk=f"MAPCHUNK#{digest}").attrs["bytes"].value = "e30="


def lines(system: LocalSystem) -> list[dict[str, Any]]:
    """The lines of the broker's log that count a map that was not taken."""
    found = [json.loads(line) for line in system.broker_log.read_text().splitlines() if "RoleMapNotTaken" in line]
    return [line for line in found if line.get("RoleMapNotTaken") == 1]


def test_a_chunk_with_other_bytes_leaves_the_good_map_in_force(
    api: BrokerAPI, log: AuditLog, system: LocalSystem
) -> None:
    publish(api, of_cast(system))
    good = current(api)
    assert api.open(ALICE, cast.DB_1).status == 200
    before = len(lines(system))
    # One chunk, whose name is the map's own hash.
    reply = published(api, with_entry(without(of_cast(system), "DatabaseAdmin"), "Spoiled"))
    spoil_chunk(system, reply["hash"])
    for _ in range(3):
        assert api.open(ALICE, cast.DB_1).status == 200
    eventually(lambda: len(lines(system)) == before + 1, "it is said, once")
    line = lines(system)[-1]
    assert line["level"] == "error" and line["in.force"] == f"version {good}"
    assert line["problem"] == f"version {good + 1} of the role map is damaged: chunk 0 is not what was published"
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert (metric["Namespace"], metric["Metrics"]) == ("ssm-broker", [{"Name": "RoleMapNotTaken", "Unit": "Count"}])
    shown = api.call(BOOTSTRAP, "GET", "/v1/role-map").body
    assert (shown["number"], shown["problem"]) == (good, line["problem"])
    told = command(system, "show").stderr
    assert "A later version is not in force" in told
    # A broker that never held the good map has none: it does not guess.
    system.restart_broker()
    refused = api.open(ALICE, cast.DB_1)
    assert (refused.status, refused.code) == (503, "MAP_MISSING")
    # What is spoilt stays so: the same map again would name the same chunk.
    again = publish(api, with_entry(without(of_cast(system), "DatabaseAdmin"), "Spoiled"))
    assert (again.code, "with other bytes" in again.body["detail"]) == ("MAP_MISSING", True)
    # The way out is another publication, by whom the deployment names.
    published(api, with_entry(of_cast(system), "Mended"))
    assert api.open(ALICE, cast.DB_1).status == 200
    assert "problem" not in api.call(BOOTSTRAP, "GET", "/v1/role-map").body
    log.verify()


def test_a_pointer_that_goes_back_brings_no_old_map_back(api: BrokerAPI, system: LocalSystem) -> None:
    if not system.store.startswith("dynamodb:"):
        pytest.skip("on SQLite the newest version is the current one: there is no pointer to move")
    whole = of_cast(system)
    published(api, with_entry(whole, "Before"))
    old = item("heads", pk="MAP")
    kept = {name: value.value for name, value in old.attrs.items()}
    published(api, without(whole, "DatabaseAdmin"))
    assert api.open(ALICE, cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    new = item("heads", pk="MAP")
    present = {name: value.value for name, value in new.attrs.items()}
    for name, value in kept.items():
        new.attrs[name].value = value
    assert api.open(ALICE, cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    eventually(lambda: any("again, after another" in line["problem"] for line in lines(system)), "it is said")
    for name, value in present.items():
        new.attrs[name].value = value
    published(api, whole)
    assert api.open(ALICE, cast.DB_1).status == 200
