"""A caller who is refused in a loop does not fill the log, and what is granted meanwhile is recorded as ever."""

from __future__ import annotations

from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast
from system.local_system import Settings

PER_MINUTE = 20
SETTINGS = Settings(broker_environment={"SSM_BROKER_REFUSALS_PER_MINUTE": str(PER_MINUTE)})
ALICE, BOB = "alice/DatabaseAdmin", "bob/ReadOnly"


def test_refusals_beyond_twenty_a_minute_are_announced_as_summed(api: BrokerAPI, log: AuditLog) -> None:
    for _ in range(PER_MINUTE + 15):
        assert api.open(BOB, cast.DB_1).code == "PERMISSION_SET_NOT_MAPPED"
    denials = [one.content for one in log.records(user="bob")]
    assert len(denials) == PER_MINUTE + 1
    assert {one["event"] for one in denials} == {"session.denied"}
    announced = [one for one in denials if "othersSummedUntil" in one.get("details", {})]
    assert len(announced) == 1
    assert announced[0]["details"]["othersSummedUntil"] > announced[0]["time"]

    # Nobody else is affected, and a session of the same minute has all its records.
    session = api.open(ALICE, cast.DB_1).body["id"]
    assert log.events(session) == ["session.intent", "session.started"]
    assert [one.code for one in log.about(api.open(ALICE, cast.WIN_1))] == ["NODE_NOT_LINUX"]
    assert log.open_intents() == []
    log.verify()
