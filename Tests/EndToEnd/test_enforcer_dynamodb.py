"""The enforcer on DynamoDB, within the rights of its role: the same records and standings as on SQLite."""

from __future__ import annotations

import enforcer_world as world
import pytest
from audit_log import AuditLog

from system import cast, moto_services
from system.faults import throttle
from system.invocation_failures import InvocationFailed
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(store="dynamodb:ssm-broker", enforcer=True)


def test_a_rollout_is_recorded_in_the_tables_of_the_broker(system: LocalSystem, log: AuditLog) -> None:
    assert world.run_as(cast.FIRST_ACCOUNT) == "dbadmin"
    records = [one for one in log.records() if one.event == "documents.enforced"]
    assert {one.content["details"]["account"] for one in records} == set(cast.MEMBER_ACCOUNTS)
    assert system.enforcer.run_scheduled()["changed"] == 0
    assert len([one for one in log.records() if one.event == "documents.enforced"]) == len(records)
    log.verify()


def test_a_run_that_cannot_record_what_it_does_stops_and_is_done_again(system: LocalSystem, log: AuditLog) -> None:
    name = "SSMBroker-Shell-WebOperator"
    moto_services.ssm(cast.FIRST_ACCOUNT, cast.REGION)._documents.pop(name)
    fault = system.faults.before("TransactWriteItems", throttle, times=1000)
    with pytest.raises(InvocationFailed, match="Enforcer.Stopped"):
        system.enforcer.run_scheduled()
    assert fault.struck > 0
    system.faults.clear()
    assert system.enforcer.run_scheduled()["failed"] == 0
    assert world.run_as(cast.FIRST_ACCOUNT, name) == "webops"
    log.verify()
