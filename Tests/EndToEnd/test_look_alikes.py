"""A role's name proves nothing: only a role that Identity Center made, under its path and with its id, is believed."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from audit_log import AuditLog
from broker_api import Answer, BrokerAPI, opening

from system import cast, cast_policies, roles
from system.local_system import LocalSystem
from system.principals import SessionCredentials

PATHS = [
    "/",
    "/aws-reserved/",
    "/aws-reserved/sso.amazonaws.com.example/",
    "/aws-reserved/sso.amazonaws.com/eu-west-1/more/",
    "/aws-reserved/sso.amazonaws.com/EU_WEST/",
    "/x/aws-reserved/sso.amazonaws.com/",
    "/AWS-reserved/sso.amazonaws.com/",
]


def call(api: BrokerAPI, credentials: SessionCredentials) -> Answer:
    """Asks for a session as whoever has these credentials."""
    data = json.dumps(opening(cast.DB_1)).encode()
    return api.send("POST", "/v1/sessions", api.signed(credentials, "POST", "/v1/sessions", data), data)


@pytest.mark.parametrize("path", PATHS)
def test_a_role_under_another_path_is_refused(
    system: LocalSystem, api: BrokerAPI, log: AuditLog, path: str
) -> None:
    # A suffix of its own: names are unique in an account, whatever the path.
    name = cast.reserved_name("DatabaseAdmin", f"{PATHS.index(path):016x}")
    trust = cast_policies.sign_in_trust(cast.FIRST_ACCOUNT)
    role = roles.create(cast.FIRST_ACCOUNT, path, name, trust, cast_policies.engineer_policy())
    session = cast._session(role.arn, "alice", system.aws.credentials, system.aws.clock.now, timedelta(hours=1))
    answer = call(api, session)
    assert (answer.status, answer.code) == (403, "ROLE_NOT_PROVEN")
    # The answer does not tell how the proof failed; the record does, and does not take the name for a person's.
    assert path.strip("/") == "" or path not in answer.body["detail"]
    (record,) = log.about(answer)
    assert record.event == "session.denied" and record.content["caller"]["proof"] != "verified"
    assert system.aws.trail.named("StartSession") == []


def test_a_role_made_anew_under_the_same_name_is_not_the_old_one(system: LocalSystem, api: BrokerAPI) -> None:
    own = system.aws.credentials_of("alice/DatabaseAdmin")
    before = dataclasses.replace(own.session, role_id="AROA" + "X" * 17)
    old = system.aws.credentials.mint(before, timedelta(hours=1))
    assert call(api, old).status == 403
    assert system.aws.trail.named("StartSession") == []
    assert call(api, own).status == 200
