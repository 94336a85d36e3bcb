"""The broker behind its other front door, a Function URL: the same answers to other events."""

from __future__ import annotations

import json

from audit_log import AuditLog
from broker_api import BrokerAPI
from engineer import Terminal, environment_of, run

from system import cast
from system.local_system import LocalSystem, Settings

SETTINGS = Settings(front_door="url")
ALICE = "alice/DatabaseAdmin"


def test_a_session_is_opened_renewed_and_ended(system: LocalSystem, api: BrokerAPI, log: AuditLog) -> None:
    opened = api.open(ALICE, cast.DB_1)
    assert opened.status == 200, opened.text
    session = opened.body["id"]
    assert api.renew(ALICE, session).status == 200
    assert api.end(ALICE, session).status == 200
    assert system.sessions.live() == []
    assert log.events(session) == ["session.intent", "session.started", "session.credentials", "session.ended"]
    log.verify()


def test_paths_and_methods_that_are_not_there_are_the_brokers_to_refuse(api: BrokerAPI, log: AuditLog) -> None:
    lost, wrong = api.call(ALICE, "GET", "/v1/secrets"), api.call(ALICE, "PUT", "/v1/sessions")
    assert (lost.status, lost.code) == (404, "ROUTE_NOT_FOUND")
    assert (wrong.status, wrong.code) == (405, "METHOD_NOT_ALLOWED")
    assert [one.code for one in log.about(lost) + log.about(wrong)] == ["ROUTE_NOT_FOUND", "METHOD_NOT_ALLOWED"]


def test_refusals_have_the_same_form(api: BrokerAPI) -> None:
    assert api.open("mallory/DatabaseAdmin", cast.DB_1).code == "ROLE_NOT_PROVEN"
    assert api.send("GET", "/v1/identity", {}).code == "NOT_SIGNED"


def test_the_client_signs_for_it_as_its_host_name_says(system: LocalSystem) -> None:
    variables = environment_of(system, ALICE)
    shown = run(variables, "whoami", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["linuxUser"] == "dbadmin"
    terminal = Terminal(variables, "connect", cast.DB_1)
    terminal.prompt()
    terminal.type("exit\n")
    assert terminal.wait() == 0
    terminal.close()
    assert system.sessions.live() == []
