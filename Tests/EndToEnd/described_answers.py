"""Sends generated requests as several people and holds every answer against the API's description.

    SSM_BROKER_API_REQUESTS   how many requests of each sort to an operation, 12 unless said
    SSM_BROKER_API_SEED       what they are drawn from; a new one is made and printed unless it is given

A seed draws the same requests again. What the broker makes of the time of day, it does not.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from typing import Any

import requests
from generated_requests import Case, Operation
from hypothesis import HealthCheck, Phase, given, note, seed, settings, strategies
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance, negative_data_rejection, response_schema_conformance, status_code_conformance,
)  # fmt: skip
from signed_session import signed_session
from test_openapi import FRONT_DOOR_CODES, statuses

from system.local_system import LocalSystem

PATIENCE_SECONDS = 35
"""More than the front door's own 29."""
REQUESTS = int(os.environ.get("SSM_BROKER_API_REQUESTS") or 12)
SEED = os.environ.get("SSM_BROKER_API_SEED") or secrets.token_hex(4)
STATUSES = statuses()
CHECKS: list[CheckFunction] = [status_code_conformance, content_type_conformance, response_schema_conformance]


class Correspondence:
    """What people of the cast send and are answered."""

    def __init__(self, system: LocalSystem, people: Mapping[str, str], failures: frozenset[str] = frozenset()) -> None:
        """`people` are those who send, each with a pattern of the operations that are theirs; they send half of those.

        `failures` are the codes of 5xx answers that the state of the system gives a reason for.
        """
        self._url = system.url
        self._sessions = {person: signed_session(system.aws.credentials_of(person)) for person in people}
        self._people = people
        self._failures = failures

    def send_all(self, operation: Operation, cases: SearchStrategy[Case], how: Mapping[str, Any] | None = None) -> None:
        """Sends as many cases as are asked for, each as somebody; fails with the first answer that is not as described.

        `how` are strategies that draw arguments of the sending, which take the place of the case's own.
        """

        @seed(SEED)
        @settings(
            max_examples=REQUESTS, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            case=cases,
            person=self._senders(operation),
            changes=strategies.fixed_dictionaries(dict(how or {})),
        )
        def send(case: Case, person: str, changes: dict[str, Any]) -> None:
            sent = {**case.as_transport_kwargs(self._url), **changes}
            if "data" in changes:
                sent.pop("json", None)
            response = self._sessions[person].request(timeout=PATIENCE_SECONDS, allow_redirects=False, **sent)
            asked = response.request
            said = f"{person}: {asked.method} {asked.url} {asked.body!r}: {response.status_code} {response.text}"
            note(said)
            # What does not fit must be refused; that is judged by the case, so by it as it was made.
            case.validate_response(response, checks=CHECKS if changes else [*CHECKS, negative_data_rejection])
            if response.status_code != 200:
                problem = response.json()
                assert problem["code"] in _codes(operation), f"undocumented code; {said}"
                assert problem["status"] == response.status_code == STATUSES[problem["code"]], said
                assert response.status_code < 500 or problem["code"] in self._failures, f"a failure; {said}"

        print(f"\nSSM_BROKER_API_SEED={SEED} SSM_BROKER_API_REQUESTS={REQUESTS}", flush=True)
        send()

    def _senders(self, operation: Operation) -> SearchStrategy[str]:
        name = operation.definition.raw["operationId"]
        owners = [person for person, pattern in self._people.items() if re.fullmatch(pattern, name)]
        return strategies.one_of(strategies.sampled_from(owners), strategies.sampled_from(sorted(self._people)))


def _codes(operation: Operation) -> set[str]:
    """The problem codes that an operation may answer, the front door's among them."""
    described = operation.definition.raw["responses"]["default"]["description"]
    return set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", described)) | FRONT_DOOR_CODES
