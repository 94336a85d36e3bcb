"""The broker on DynamoDB: the same sessions, records and lists as on SQLite, within the rights of its role."""

from __future__ import annotations

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast, moto_services
from system.faults import throttle
from system.local_system import LocalSystem, Settings

TABLES = "ssm-broker"
SETTINGS = Settings(store=f"dynamodb:{TABLES}")


def test_a_session_from_its_intent_to_its_end(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    answer = api.open("alice/DatabaseAdmin", cast.DB_1)
    assert answer.status == 200, answer.text
    (state,) = system.sessions.live()
    assert state.session_id == answer.body["session"]["SessionId"]
    renewed = api.renew("alice/DatabaseAdmin", answer.body["id"])
    assert renewed.status == 200, renewed.text
    ended = api.end("alice/DatabaseAdmin", answer.body["id"])
    assert ended.status == 200, ended.text
    assert [one.event for one in log.of_session(answer.body["id"])] == [
        "session.intent", "session.started", "session.credentials", "session.ended",
    ]  # fmt: skip
    log.verify()


def test_records_outlive_the_process(api: BrokerAPI, log: AuditLog, system: LocalSystem) -> None:
    answer = api.open("alice/WebOperator", cast.WEB_1)
    assert answer.status == 200, answer.text
    before = log.of_session(answer.body["id"])
    system.restart_broker()
    assert log.of_session(answer.body["id"]) == before
    log.verify()


def test_nothing_is_started_while_records_cannot_be_written(api: BrokerAPI, system: LocalSystem) -> None:
    fault = system.faults.before("TransactWriteItems", throttle, times=1000)
    answer = api.open("alice/DatabaseAdmin", cast.DB_1)
    assert (answer.status, answer.body["code"]) == (503, "AUDIT_UNAVAILABLE")
    assert fault.struck > 0
    assert system.sessions.live() == []


@pytest.mark.parametrize("suffix", ["audit", "heads", "sessions"])
def test_the_tables_are_those_of_the_broker_account(api: BrokerAPI, system: LocalSystem, suffix: str) -> None:
    assert api.open("alice/DatabaseAdmin", cast.DB_1).status == 200
    backend = moto_services.get_backend("dynamodb")
    table = backend[cast.BROKER_ACCOUNT][cast.REGION].tables[f"{TABLES}-{suffix}"]
    assert list(table.all_items())
    assert all(not backend[account][cast.REGION].tables for account in cast.MEMBER_ACCOUNTS)
