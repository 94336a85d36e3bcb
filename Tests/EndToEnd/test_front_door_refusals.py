"""The front door's own refusals have the broker's form, and the broker never hears of the request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from audit_log import AuditLog
from broker_api import BrokerAPI

from system import cast, environment
from system.local_system import LocalSystem, Settings
from system.principals import SessionCredentials

SETTINGS = Settings(enforce_resource_policy=True)
ALICE = "alice/DatabaseAdmin"
PATH = "/v1/identity"
Headers = dict[str, str]


def _signed(system: LocalSystem, api: BrokerAPI, **changes: object) -> Headers:
    credentials = system.aws.credentials_of(ALICE)
    kept = {name: getattr(credentials, name) for name in ("access_key", "secret_key", "token", "expiration", "session")}
    return api.signed(SessionCredentials(**{**kept, **changes}), "GET", PATH, b"")  # type: ignore[arg-type]


def _expired(system: LocalSystem, api: BrokerAPI) -> Headers:
    return api.signed(environment.expired(system.aws), "GET", PATH, b"")


def _tampered(system: LocalSystem, api: BrokerAPI) -> Headers:
    headers = _signed(system, api)
    last = headers["Authorization"][-1]
    return {**headers, "Authorization": headers["Authorization"][:-1] + ("0" if last != "0" else "1")}


@dataclass(frozen=True)
class Knock:
    """A request that does not get in."""

    why: str
    code: str
    headers: Callable[[LocalSystem, BrokerAPI], Headers]

    def __str__(self) -> str:
        return self.why


KNOCKS = [
    Knock("no signature", "NOT_SIGNED", lambda *_: {}),
    Knock("another secret key", "SIGNATURE_INVALID", lambda *both: _signed(*both, secret_key="x" * 40)),
    Knock("a signature with one digit changed", "SIGNATURE_INVALID", _tampered),
    Knock("a signature for another Region", "SIGNATURE_INVALID",
          lambda system, api: api.signed(system.aws.credentials_of(ALICE), "GET", PATH, b"", region="us-east-1")),
    Knock("a signature for another path", "SIGNATURE_INVALID",
          lambda system, api: api.signed(system.aws.credentials_of(ALICE), "GET", "/v1/audit/heads", b"")),
    Knock("expired credentials", "CREDENTIALS_EXPIRED", _expired),
    Knock("another session token", "CREDENTIALS_EXPIRED", lambda *both: _signed(*both, token="x" * 240)),
    Knock("a key that nobody has", "CREDENTIALS_EXPIRED", lambda *both: _signed(*both, access_key="ASIA" + "X" * 16)),
    Knock("a role outside the reserved path", "FRONT_DOOR_DENIED",
          lambda system, api: api.signed(system.aws.credentials_of("mallory/DatabaseAdmin"), "GET", PATH, b"")),
    Knock("the broker's own role", "FRONT_DOOR_DENIED",
          lambda system, api: api.signed(
              cast.broker_credentials(system.aws.credentials, system.aws.clock.now), "GET", PATH, b"")),
]  # fmt: skip


@pytest.mark.parametrize("knock", KNOCKS, ids=str)
def test_refused_at_the_door_in_the_same_form(system: LocalSystem, api: BrokerAPI, log: AuditLog, knock: Knock) -> None:
    heard = system.broker_log.read_text().count("request finished")
    answer = api.send("GET", PATH, knock.headers(system, api))
    assert (answer.status, answer.code) == (403, knock.code), answer.text
    assert set(answer.body) >= {"title", "status", "code", "detail", "next", "requestId"}
    assert answer.body["requestId"] == answer.request_id
    assert system.broker_log.read_text().count("request finished") == heard
    assert log.about(answer) == []


def test_a_signature_is_good_for_five_minutes(system: LocalSystem, api: BrokerAPI) -> None:
    headers = _signed(system, api)
    assert api.send("GET", PATH, headers).status == 200
    system.aws.clock.advance(timedelta(minutes=6))
    try:
        answer = api.send("GET", PATH, headers)
    finally:
        system.aws.clock.advance(-timedelta(minutes=6))
    assert (answer.status, answer.code) == (403, "CREDENTIALS_EXPIRED")


def test_nobody_is_told_which_paths_there_are(system: LocalSystem, api: BrokerAPI) -> None:
    for method, path in (("GET", "/v1/secrets"), ("PUT", PATH), ("GET", "/v1/sessions/x/y")):
        assert api.call(ALICE, method, path).code == "NOT_SIGNED"


def test_headers_that_name_somebody_else_change_nothing(api: BrokerAPI, system: LocalSystem) -> None:
    claims = {"X-Amzn-Caller": "sam", "X-Forwarded-User": "root", "X-Real-User": "arn:aws:iam::111122223333:root"}
    answer = api.send("GET", PATH, {**_signed(system, api), **claims})
    assert (answer.status, answer.body["user"], answer.body["linuxUser"]) == (200, "alice", "dbadmin")
