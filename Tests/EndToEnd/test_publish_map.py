"""Publishing the role map: by whom, on which version, within which ceiling, and what holds afterwards; on both stores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import role_maps
from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import Terminal, environment_of, run
from role_maps import BOOTSTRAP, command, current, failure, of_cast, publish, published, with_entry, without, write

from system import cast
from system.local_system import LocalSystem, Settings

ALICE = "alice/DatabaseAdmin"
WEB = "alice/WebOperator"
LIMITS = {"SSM_BROKER_ALLOWED_ACCOUNTS": "organization", "SSM_BROKER_FORBIDDEN_LINUX_USERS": "oracle"}


@pytest.fixture(scope="module", params=[None, "dynamodb:ssm-broker"], ids=["sqlite", "dynamodb"])
def running(request: pytest.FixtureRequest) -> Iterator[LocalSystem]:
    """A broker that brought no map; each test begins with whatever map the one before left in force."""
    settings = Settings(store=request.param, role_map="none", broker_environment=LIMITS, instances=2)
    with LocalSystem(settings) as system:
        yield system


def test_the_first_map_comes_from_whom_the_deployment_names(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, tmp_path: Path
) -> None:
    assert (api.open(ALICE, cast.DB_1).status, api.open(ALICE, cast.DB_1).code) == (503, "MAP_MISSING")
    assert api.call(BOOTSTRAP, "GET", "/v1/identity").body["isAdministrator"] is True
    assert api.call(BOOTSTRAP, "GET", "/v1/role-map").code == "MAP_MISSING"
    for person in (ALICE, "sam/SecurityAudit", "mallory/DatabaseAdmin"):
        refused = publish(api, of_cast(system), person)
        assert refused.code in ("MAP_NOT_ALLOWED", "ROLE_NOT_PROVEN"), refused.text
    file = write(of_cast(system), tmp_path)
    done = command(system, "publish", str(file), "--yes", "--note", "The first", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["number"] == 1
    assert api.open(ALICE, cast.DB_1).status == 200
    shown = api.call(BOOTSTRAP, "GET", "/v1/role-map").body
    assert (shown["number"], shown["note"], shown["map"]) == (1, "The first", of_cast(system))
    (record,) = [one for one in log.records(event="map.published")]
    details = record.content["details"]
    assert (details["number"], details["base"], details["hash"]) == ("1", "0", shown["hash"])
    assert json.loads(details["summary"]) == shown["summary"]
    assert record.content["caller"]["user"] == "alice"
    log.verify()


def test_what_was_taken_away_is_refused_on_the_next_connect(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    whole = of_cast(system)
    publish(api, whole)
    assert api.open(ALICE, cast.DB_1).status == 200
    reply = published(api, without(whole, "DatabaseAdmin"))
    assert reply["difference"]["removed"] == ["DatabaseAdmin"]
    # Both instances of the broker have the old map in their hands.
    for _ in range(4):
        assert api.open(ALICE, cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    assert api.open(WEB, cast.WEB_1).status == 200
    published(api, whole)
    for _ in range(4):
        assert api.open(ALICE, cast.DB_1).status == 200


def test_of_two_publications_at_once_one_wins_and_the_other_is_told(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, tmp_path: Path
) -> None:
    whole = of_cast(system)
    publish(api, whole)
    base = current(api)
    maps = [with_entry(whole, f"Racer{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: publish(api, one, base=base), maps))
    assert sorted(one.status for one in answers) == [200, 409, 409, 409], [one.text for one in answers]
    assert {one.code for one in answers if one.status == 409} == {"MAP_CHANGED"}
    assert current(api) == base + 1
    file = write(whole, tmp_path)
    told = failure(command(system, "publish", str(file), "--base", str(base), "--yes", "-o", "json"))
    assert told["code"] == "MAP_CHANGED"
    assert f"version {base + 1}" in told["detail"].lower() and "by alice" in told["detail"]
    assert f"map diff {base} {base + 1}" in told["next"]
    assert current(api) == base + 1
    assert len([one for one in log.records(event="map.published") if one.content["details"]["base"] == str(base)]) == 1
    log.verify()


def test_a_map_that_locks_its_publisher_out_is_meant_or_refused(
    api: BrokerAPI, log: AuditLog, system: LocalSystem
) -> None:
    # A bootstrap administrator is never locked out, so the map makes one of somebody else.
    whole = of_cast(system)
    more = {"account": cast.FIRST_ACCOUNT, "permissionSet": "WebOperator"}
    both = {**whole, "administrators": [*whole["administrators"], more]}
    published(api, both)
    assert publish(api, whole, WEB, dryRun=True).body["locksYouOut"] is True
    refused = publish(api, whole, WEB)
    assert (refused.status, refused.code) == (409, "MAP_LOCKS_YOU_OUT")
    published(api, whole, WEB, force=True)
    assert publish(api, both, WEB).code == "MAP_NOT_ALLOWED"
    forced = [one for one in log.records(event="map.published") if one.content["details"].get("force")]
    assert [one.content["caller"]["permissionSet"] for one in forced] == ["WebOperator"]


def test_publishers_may_publish_and_do_nothing_else(api: BrokerAPI, system: LocalSystem) -> None:
    whole = of_cast(system)
    entry = {"account": cast.FIRST_ACCOUNT, "permissionSet": "WebOperator"}
    published(api, {**whole, "publishers": [entry]})
    reply = published(api, with_entry({**whole, "publishers": [entry]}, "Made"), WEB)
    assert reply["difference"]["added"] == ["Made"]
    assert api.call(WEB, "GET", "/v1/role-map/versions/1").status == 200
    assert api.call(WEB, "GET", "/v1/audit/heads").code == "AUDIT_NOT_ALLOWED"
    assert api.call(WEB, "GET", "/v1/sessions?all=true").code == "AUDIT_NOT_ALLOWED"
    published(api, whole)


def test_no_map_exceeds_the_deployments_ceiling(api: BrokerAPI, system: LocalSystem) -> None:
    whole = of_cast(system)
    publish(api, whole)
    before = current(api)
    refused = publish(api, with_entry(whole, "Ops", linuxUser="oracle"), force=True)
    assert (refused.status, refused.code) == (403, "MAP_EXCEEDS_CEILING")
    assert "Ops" in refused.body["detail"] and "oracle" in refused.body["detail"]
    assert current(api) == before


def test_what_is_no_map_is_named_and_not_published(api: BrokerAPI, system: LocalSystem) -> None:
    publish(api, of_cast(system))
    before = current(api)
    refused = publish(api, with_entry(of_cast(system), "Ops", linuxUser="root", sessions=["desktop"]))
    assert (refused.status, refused.code) == (422, "MAP_INVALID")
    assert "permissionSets.Ops.linuxUser" in refused.body["detail"]
    assert publish(api, of_cast(system), note="two\nlines").code == "BODY_INVALID"
    assert api.call(BOOTSTRAP, "PUT", "/v1/role-map", {"base": before}).code == "BODY_INVALID"
    assert current(api) == before


def test_a_map_of_a_megabyte_is_published_whole(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, tmp_path: Path
) -> None:
    whole = role_maps.large(of_cast(system), 1_050_000)
    file = write(whole, tmp_path)
    done = command(system, "publish", str(file), "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    number = json.loads(done.stdout)["number"]
    shown = command(system, "show", str(number))
    assert json.loads(shown.stdout) == whole
    assert api.open(ALICE, cast.DB_1).status == 200
    summary = api.call(BOOTSTRAP, "GET", "/v1/role-map/versions?limit=1").body["versions"][0]["summary"]
    assert summary["added"]["count"] > 3000 and len(json.dumps(summary)) < 16_000
    log.verify()


def test_a_rollback_is_a_new_version(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    publish(api, of_cast(system))
    good = current(api)
    published(api, without(of_cast(system), "DatabaseAdmin"), note="oops")
    assert api.open(ALICE, cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    done = command(system, "rollback", str(good), "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["number"] == good + 2
    assert api.open(ALICE, cast.DB_1).status == 200
    history = json.loads(command(system, "history", "-o", "json").stdout)["versions"]
    assert [one["number"] for one in history] == list(range(good + 2, 0, -1))
    assert history[0]["note"] == f"Rollback to version {good}" and history[1]["note"] == "oops"
    assert history[0]["hash"] == history[2]["hash"]
    same = command(system, "diff", str(good), str(good + 2))
    assert same.stdout == "The maps say the same.\n"
    changed = command(system, "diff", str(good), str(good + 1))
    assert re.search(r"entry +DatabaseAdmin +removed", changed.stdout) and "loses dbadmin" in changed.stdout
    missing = failure(command(system, "rollback", "999", "--yes", "-o", "json"))
    assert missing["code"] == "MAP_VERSION_NOT_FOUND" and "map history" in missing["next"]


def test_a_plan_names_the_live_sessions_that_would_not_be_allowed_and_publishes_nothing(
    api: BrokerAPI, system: LocalSystem, tmp_path: Path
) -> None:
    publish(api, of_cast(system))
    before = current(api)
    session = api.open(ALICE, cast.DB_1).body["id"]
    file = write(without(of_cast(system), "DatabaseAdmin"), tmp_path)
    plan = json.loads(command(system, "plan", str(file), "-o", "json").stdout)
    assert session in [one["id"] for one in plan["sessions"]]
    assert {one["user"] for one in plan["sessions"]} == {"alice"}
    assert plan["difference"]["removed"] == ["DatabaseAdmin"]
    table = command(system, "plan", str(file)).stdout
    assert "loses dbadmin" in table and session in table
    assert current(api) == before
    assert "is this map already" in command(system, "plan", str(write(of_cast(system), tmp_path, "same.yaml"))).stdout


def test_sessions_that_the_new_map_would_not_allow_are_ended_when_that_is_asked(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, tmp_path: Path
) -> None:
    publish(api, of_cast(system))
    forbidden, allowed = api.open(ALICE, cast.DB_1).body["id"], api.open(WEB, cast.WEB_1).body["id"]
    file = write(without(of_cast(system), "DatabaseAdmin"), tmp_path)
    done = command(system, "publish", str(file), "--end-sessions", "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert forbidden in json.loads(done.stdout)["ended"] and json.loads(done.stdout)["left"] == []
    assert log.events(forbidden) == ["session.intent", "session.started", "session.ended"]
    assert log.events(allowed) == ["session.intent", "session.started"]
    assert len(system.sessions.live()) == 1
    published(api, of_cast(system))


def test_on_a_terminal_the_plan_is_shown_and_asked_about(api: BrokerAPI, system: LocalSystem, tmp_path: Path) -> None:
    publish(api, of_cast(system))
    before = current(api)
    file = write(with_entry(of_cast(system), "Asked"), tmp_path)
    for answer, status, number in (("n", 1, before), ("y", 0, before + 1)):
        terminal = Terminal(environment_of(system, BOOTSTRAP), "map", "publish", str(file))
        terminal.expect(r"entry +Asked +added")
        terminal.expect(rf"Publish this as version {before + 1}\? \[y/N\] ")
        terminal.type(answer + "\n")
        assert terminal.wait() == status
        assert current(api) == number
    nobody = command(system, "publish", str(write(of_cast(system), tmp_path)))
    assert nobody.returncode == 64 and "--yes" in nobody.stderr
    assert current(api) == before + 1
    published(api, of_cast(system))


def test_every_publication_is_in_the_log_and_in_a_copy_of_it(
    api: BrokerAPI, log: AuditLog, system: LocalSystem, tmp_path: Path
) -> None:
    published(api, with_entry(of_cast(system), "Logged"), note="for the log")
    records = log.records(event="map.published")
    numbers = [int(one.content["details"]["number"]) for one in records]
    assert numbers == list(range(1, current(api) + 1))
    assert json.loads(records[-1].content["details"]["summary"])["added"]["first"] == ["Logged"]
    auditor = environment_of(system, "sam/SecurityAudit")
    copy = tmp_path / "copy.db"
    assert run(auditor, "audit", "pull", "--to", str(copy)).returncode == 0
    verified = run(auditor, "audit", "verify", "--local", str(copy))
    assert verified.returncode == 0, verified.stderr
    found = run(auditor, "audit", "query", "--event", "map.published", "--local", str(copy), "-o", "json")
    assert found.returncode == 0 and len(json.loads(found.stdout)["records"]) == len(numbers), found.stderr
    published(api, of_cast(system))
