"""Rollouts over many accounts and Regions by the real enforcer: whole, killed half-way, and beside the landing zone's pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import enforcer_world as world
import landing_zone
import pytest
from audit_log import AuditLog

from system import cast, faults
from system.invocation_failures import InvocationFailed
from system.local_system import LocalSystem, Settings
from system.moto_services import ssm
from system.organization_services import UNITS
from system.places import MANAGEMENT_ACCOUNT, REGIONS, SUSPENDED_ACCOUNT
from system.settings import ROOT, built

MAP = f"""
version: 1
permissionSets:
  DatabaseAdmin:
    linuxUser: dbadmin
    sessions: [shell]
    nodes: {{regions: [{", ".join(REGIONS)}]}}
  WebOperator:
    linuxUser: webops
    sessions: [shell]
    nodes: {{accounts: ["{cast.FIRST_ACCOUNT}"], regions: [{cast.REGION}]}}
administrators:
  - {{account: "{cast.FIRST_ACCOUNT}", permissionSet: BrokerAdmin}}
auditors:
  - {{account: "{cast.FIRST_ACCOUNT}", permissionSet: SecurityAudit}}
preferences:
  runAsDefaultUser: uniform
  organizationalUnits: {{{UNITS["Workloads"][0]}: workloads}}
  accounts: {{"{cast.SECOND_ACCOUNT}": second}}
rollout:
  regions: [{", ".join(REGIONS)}]
  retiredAccounts: ["200000000011"]
"""
NEW = [f"2000000000{number:02}" for number in range(12)]
RETIRED = NEW[11]
ACTIVE = [*cast.MEMBER_ACCOUNTS, "999900001111", *NEW[:11]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """A system with a map of its own and more accounts."""
    folder = tmp_path_factory.mktemp("map")
    source = folder / "role-map.yaml"
    source.write_text(MAP, encoding="utf-8")
    client = str(built("ssm-broker", "SSM_BROKER_CLIENT_PATH"))
    made = ["map", "render", "--map", str(source), "--output", str(folder / "rendered")]
    (folder / "rendered").mkdir()
    subprocess.run([client, *made], check=True, stdin=subprocess.DEVNULL, cwd=ROOT)
    with LocalSystem(Settings(enforcer=True, rendered=Path(folder / "rendered"))) as system:
        for account in NEW:
            cast.join(account, UNITS["Production"][0])
        yield system


def expected(account: str, region: str) -> dict[str, str]:
    """Name to Linux user, of every document that the map has in a place."""
    user = "second" if account == cast.SECOND_ACCOUNT else "uniform" if account == "999900001111" else "workloads"
    found = {world.DATABASE_SHELL: "dbadmin", world.PREFERENCES: user}
    if (account, region) == (cast.FIRST_ACCOUNT, cast.REGION):
        found["SSMBroker-Shell-WebOperator"] = "webops"
    return found


def check_everywhere() -> None:
    """Every document of every place is there, latest and default, with its user; and nowhere else is any."""
    for region in REGIONS:
        for account in ACTIVE:
            wanted = expected(account, region)
            assert world.names(account, region) == sorted(set(wanted) - {world.PREFERENCES})
            assert {name: world.run_as(account, name, region) for name in wanted} == wanted, (account, region)
        for account in (MANAGEMENT_ACCOUNT, SUSPENDED_ACCOUNT, RETIRED):
            assert world.names(account, region) == []


def test_a_rollout_reaches_every_account_and_region_and_the_next_run_writes_nothing(
    system: LocalSystem, log: AuditLog
) -> None:
    report = system.enforcer.run_scheduled()
    assert (report["end"], report["failed"], report["left"]) == ("complete", 0, 0), report
    check_everywhere()
    since = len(system.trail)
    report = system.enforcer.run_scheduled()
    assert (report["changed"], report["current"]) == (0, len(ACTIVE) * len(REGIONS) + len(REGIONS)), report
    assert world.writes(system, since) == []
    told = {(one.content["details"]["account"], one.content["details"]["region"])
            for one in log.records() if one.event == "documents.enforced"}  # fmt: skip
    assert told == {(account, region) for account in ACTIVE for region in REGIONS}
    log.verify()


@pytest.mark.parametrize("way", ["waited for", "left"])
def test_killed_in_the_middle_the_next_run_ends_it(system: LocalSystem, log: AuditLog, way: str) -> None:
    for region in REGIONS:
        world.put_away(ACTIVE, region)
    created = 0

    def kill_at_the_ninth() -> None:
        nonlocal created
        created += 1
        if created == 9:
            for instance in system.enforcer.function._all:
                assert instance._process is not None
                os.kill(instance._process.pid, signal.SIGKILL)
            faults.drop()

    system.faults.after("CreateDocument", kill_at_the_ninth, times=9)
    if way == "left":
        # Nobody waits, so Lambda itself delivers the event again.
        system.enforcer.function.leave({"trigger": "publication"})
        assert system.enforcer.settle()
    else:
        with pytest.raises(InvocationFailed):
            system.enforcer.run_scheduled()
        assert created == 9
        assert system.enforcer.run_scheduled()["failed"] == 0
    check_everywhere()
    since = len(system.trail)
    assert system.enforcer.run_scheduled()["changed"] == 0
    assert world.writes(system, since) == []
    log.verify()


@pytest.mark.parametrize("is_old", [False, True], ids=["from 1.14", "up to 1.13"])
def test_the_landing_zones_write_before_and_after_keeps_its_settings_and_our_users(
    system: LocalSystem, is_old: bool
) -> None:
    account, region = NEW[0], REGIONS[1]
    system.enforcer.run_scheduled()
    ssm(account, region)._documents.pop(world.PREFERENCES, None)
    client = world.Outsider(system, landing_zone.ROLE, account).ssm(region)
    # Before: the account's first pipeline run comes ahead of the enforcer.
    landing_zone.write(client, account, region, is_old=is_old)
    assert system.enforcer.settle()
    assert world.run_as(account, world.PREFERENCES, region) == "workloads"
    # After: a later run with other settings, which it leaves unpromoted.
    landing_zone.write(client, account, region, log_group="another-group", is_old=is_old)
    assert system.enforcer.settle()
    inputs = world.content(account, world.PREFERENCES, region)["inputs"]
    assert (inputs["runAsEnabled"], inputs["runAsDefaultUser"]) == (True, "workloads")
    assert inputs["cloudWatchLogGroupName"] == "another-group"
    assert inputs["s3KeyPrefix"] == f"session/{account}/{region}"
    since = len(system.trail)
    system.enforcer.run_scheduled()
    assert [one for one in world.writes(system, since) if one[0] == account and one[1] == region] == []


def test_a_new_accounts_stack_brings_its_documents_to_every_region(system: LocalSystem) -> None:
    for region in REGIONS:
        world.put_away([NEW[3]], region)
    assert system.enforcer.cloudformation.stack(NEW[3]).create().status == "SUCCESS"
    for region in REGIONS:
        assert world.run_as(NEW[3], region=region) == "dbadmin"
    assert system.enforcer.cloudformation.broken_rules == []


def test_only_a_retired_accounts_stack_takes_documents_with_it(system: LocalSystem) -> None:
    for account, stays in ((NEW[4], True), (RETIRED, False)):
        stack = system.enforcer.cloudformation.stack(account)
        assert stack.create().status == "SUCCESS"
        world.Outsider(system, "Admin", account).ssm().create_document(
            Name="SSMBroker-Shell-Left", Content=landing_zone.settings(account, cast.REGION, "x", {}), DocumentType="Session"
        )
        assert system.enforcer.settle()
        stack.physical_id = "somebody-elses"
        assert stack.delete().status == "SUCCESS"
        assert "SSMBroker-Shell-Left" in world.names(account)
        stack.physical_id = f"ssm-broker/{account}"
        assert stack.delete().status == "SUCCESS"
        assert ("SSMBroker-Shell-Left" in world.names(account)) == stays
