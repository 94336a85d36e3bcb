"""Requests drawn from the API's description, with and without what is really there.

Values made from a schema alone name no session and no node, so a broker refuses them early. Half of the requests that
fit the description therefore name real things instead, which takes them through the whole of a use case.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies
from hypothesis.strategies import DrawFn, SearchStrategy
from schemathesis.config import GenerationConfig, SchemathesisConfig

DESCRIPTION = Path(__file__).resolve().parents[2] / "infra" / "broker" / "openapi.yaml"
Operation = schemathesis.APIOperation
Case = schemathesis.Case

JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=40),
    lambda inner: strategies.lists(inner, max_size=3)
    | strategies.dictionaries(strategies.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@dataclass(frozen=True)
class Truth:
    """What there really is, for requests to name."""

    parameters: Mapping[str, list[str]]
    """Values of parameters and of members of bodies, by name; for one operation, by `operation.name`."""
    role_map: dict[str, Any]
    number: Callable[[], int]
    """The number of the role map's current version."""


def operations() -> dict[str, Operation]:
    """Every operation of the description, by its id. Signing is not generated: it is the sender's."""
    configuration = SchemathesisConfig()
    configuration.projects.default.generation = GenerationConfig(with_security_parameters=False)
    loaded = schemathesis.openapi.from_path(DESCRIPTION, config=configuration)
    found = [one.ok() for one in loaded.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


def has_input(operation: Operation) -> bool:
    """Whether anything in a request can be wrong."""
    return "parameters" in operation.definition.raw or "requestBody" in operation.definition.raw


def fitting(operation: Operation, truth: Truth) -> SearchStrategy[Case]:
    """Requests as the description has them, half of them about what is there."""
    generated = operation.as_strategy(schemathesis.GenerationMode.POSITIVE)

    @strategies.composite
    def drawn(draw: DrawFn) -> Case:
        case = draw(generated)
        if draw(strategies.booleans()):
            _say_what_is_there(draw, case, truth)
        return case

    return drawn()


def unfitting(operation: Operation) -> SearchStrategy[Case]:
    """Requests that break the description in one place or more."""
    return operation.as_strategy(schemathesis.GenerationMode.NEGATIVE)


def disfigured() -> dict[str, SearchStrategy[Any]]:
    """How a request is sent that no schema has: bodies that are no JSON, parameters unknown, repeated and empty."""
    names = strategies.sampled_from(["limit", "user", "cursor", "read", "state", "since"]) | strategies.text(max_size=8)
    values = strategies.sampled_from(["", "1", "-1", "9223372036854775808", "true"]) | strategies.text(max_size=40)
    texts = JSON.map(lambda value: json.dumps(value).encode())
    return {
        "params": strategies.lists(strategies.tuples(names, values), max_size=4),
        "data": strategies.binary(max_size=200)
        | texts
        | texts.map(lambda text: text[:-1])
        | strategies.integers(1, 20_000).map(lambda depth: b"[" * depth)
        | (strategies.integers(8000, 9000) | strategies.integers(32_000, 33_000)).map(lambda length: b'{"reason":"' + b"a" * length + b'"}'),
        "headers": strategies.sampled_from([{}, {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}]),
    }


def _say_what_is_there(draw: DrawFn, case: Case, truth: Truth) -> None:
    operation = case.operation.definition.raw["operationId"]

    def real(members: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: truth.parameters.get(f"{operation}.{name}") or truth.parameters.get(name) for name in members}
        return {**members, **{name: draw(strategies.sampled_from(values)) for name, values in own.items() if values}}

    query, body = dict(case.query or {}), case.body
    query.pop("cursor", None)
    # What no schema says: one of the two names who is blocked, and a chain is read by nothing but its places.
    if operation in ("block", "unblock"):
        members = query if operation == "unblock" else body
        who = draw(strategies.sampled_from(["user", "roleId"]))
        for name in ("user", "roleId"):
            members.pop(name, None)
        members[who] = ""
    if {"chain", "from"} & set(query):
        query = {name: query[name] for name in ("from", "limit") if name in query} | {"chain": 0}
    case.path_parameters, case.query = real(case.path_parameters or {}), real(query)
    if not isinstance(body, dict):
        return
    if operation == "openSession":
        body = _of_its_kind(body)
    body = real(body)
    if "time" in body:
        body["time"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        body["requestId"] = str(uuid.uuid4())
    if "map" in body:
        body |= {"base": truth.number(), "map": draw(_nearly(truth.role_map))}
    case.body = body


def _of_its_kind(body: Mapping[str, Any]) -> dict[str, Any]:
    """What no schema says: which members belong to which kind of session."""
    own = {"command": {"command"}, "port": {"port", "host", "localPort"}}.get(body["kind"], set())
    needed = {name: 0 for name in own & {"command", "port"}}
    return {**needed, **{name: value for name, value in body.items()
                         if name in own or name not in ("command", "port", "host", "localPort")}}  # fmt: skip


@strategies.composite
def _nearly(draw: DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document, or the same with one value, somewhere, replaced or taken away."""
    changed = copy.deepcopy(document)
    where: Any = changed
    while isinstance(where, (dict, list)) and where:
        name = draw(strategies.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        if isinstance(where[name], (dict, list)) and where[name] and draw(strategies.integers(0, 3)):
            where = where[name]
            continue
        change = draw(strategies.sampled_from(["keep", "remove", "replace"]))
        if change == "remove":
            del where[name]
        elif change == "replace":
            where[name] = draw(JSON)
        break
    return changed
