"""What the deployment sets holds against any map and any event: front door, organisation, accounts, Linux users."""

from __future__ import annotations

import pytest
from broker_api import BrokerAPI

from system import cast, places
from system.local_system import LocalSystem, Settings, StartupProblem

ALICE = "alice/DatabaseAdmin"

LIMITS = [
    ("another organisation", {"SSM_BROKER_ORGANIZATION": "o-somewhere1"}, "ORGANIZATION_NOT_ALLOWED"),
    ("an account that is not served", {"SSM_BROKER_ALLOWED_ACCOUNTS": cast.SECOND_ACCOUNT}, "ACCOUNT_NOT_ALLOWED"),
    ("a forbidden Linux user", {"SSM_BROKER_FORBIDDEN_LINUX_USERS": "oracle, dbadmin"}, "LINUX_USER_FORBIDDEN"),
]


@pytest.mark.parametrize(("variables", "code"), [one[1:] for one in LIMITS], ids=[one[0] for one in LIMITS])
def test_a_session_beyond_the_ceiling_is_refused(variables: dict[str, str], code: str) -> None:
    with LocalSystem(Settings(broker_environment=variables)) as system:
        answer = BrokerAPI(system).open(ALICE, cast.DB_1)
        assert answer.status != 200 and code in answer.text, answer.text
        assert system.sessions.live() == []


@pytest.mark.parametrize("door", ["rest:zzzzzzzzzz", f"url:{places.URL_ID}"])
def test_an_event_of_another_front_door_is_not_even_answered(door: str) -> None:
    with LocalSystem(Settings(broker_environment={"SSM_BROKER_FRONT_DOOR": door})) as system:
        # Its caller is nobody's word, so it is an invocation error: no problem document, no record.
        assert BrokerAPI(system).open(ALICE, cast.DB_1).code == "INTEGRATION_FAILED"
        assert system.trail == []
        assert "NotThroughFrontDoor" in system.broker_log.read_text()


def test_a_wrong_configuration_stops_the_broker_with_every_problem_at_once() -> None:
    wrong = {"SSM_BROKER_STORE": "postgres:x", "SSM_BROKER_FRONT_DOOR": "any", "SSM_BROKER_ALLOWED_ACCOUNTS": "12",
             "AWS_REGION": "nowhere"}  # fmt: skip
    with pytest.raises(StartupProblem) as problem:
        LocalSystem(Settings(broker_environment=wrong)).close()
    for name in wrong:
        assert name in str(problem.value)


def test_sqlite_is_refused_inside_real_lambda() -> None:
    with pytest.raises(StartupProblem, match="SSM_BROKER_STORE"):
        LocalSystem(Settings(broker_environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"})).close()
