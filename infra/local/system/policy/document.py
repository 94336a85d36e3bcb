"""Policy documents parsed into values that cannot be malformed."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import NotEmulated
from .conditions import Condition, is_known_key, parse_operator
from .patterns import pattern_parts

Kind = Literal["identity", "session", "trust", "resource", "service control"]

_STATEMENT_MEMBERS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
VERSION_WITH_VARIABLES = "2012-10-17"


class MalformedPolicy(ValueError):
    """Not a policy: AWS answers MalformedPolicyDocument."""


@dataclass(frozen=True)
class Statement:
    """One statement; `actions` excludes when `not_action` is set, and `resources` likewise."""

    sid: str
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...]
    not_resource: bool
    principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By type (``AWS``, ``Service``); a bare ``*`` is ``{"AWS": ("*",)}``. Empty in identity and session policies."""
    conditions: tuple[Condition, ...] = ()
    has_variables: bool = True
    """Whether ``${…}`` is replaced: only in documents of the newer version."""


@dataclass(frozen=True)
class Policy:
    """A parsed document and what it is attached to."""

    kind: Kind
    statements: tuple[Statement, ...]
    text: str = field(repr=False)


@functools.lru_cache(maxsize=512)
def parse(text: str, kind: Kind, told_keys: frozenset[str] = frozenset()) -> Policy:
    """Parses JSON text. Raises :class:`MalformedPolicy`, or :class:`NotEmulated` for what we cannot judge.

    `told_keys` are condition keys, in lower case, that the asker says with every question, beyond those the stand-in tells.
    """
    try:
        document = json.loads(text, object_pairs_hook=_no_duplicates)
    except ValueError as error:
        raise MalformedPolicy("This policy contains invalid Json") from error
    if not isinstance(document, dict) or not document:
        raise MalformedPolicy("Missing required field Statement")
    _only(document, {"Version", "Id", "Statement"}, "policy")
    version = document.get("Version", "2008-10-17")
    if version not in (VERSION_WITH_VARIABLES, "2008-10-17"):
        raise MalformedPolicy("The policy must contain a valid version string")
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicy("Missing required field Statement")
    parsed = tuple(_statement(one, kind, version == VERSION_WITH_VARIABLES, told_keys) for one in statements)
    return Policy(kind, parsed, text)


def _statement(raw: Any, kind: Kind, has_variables: bool, told_keys: frozenset[str]) -> Statement:
    if not isinstance(raw, dict):
        raise MalformedPolicy("Syntax errors in policy: a statement is not an object")
    _only(raw, _STATEMENT_MEMBERS, "statement")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Missing required field Effect")
    if "NotPrincipal" in raw:
        raise NotEmulated("NotPrincipal in a policy is not emulated")
    actions, not_action = _either(raw, "Action")
    for action in actions:
        if action != "*" and ":" not in action:
            raise MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if kind == "trust":
        if "Resource" in raw or "NotResource" in raw:
            raise MalformedPolicy("Has prohibited field Resource")
    resources, not_resource = (("*",), False) if kind == "trust" else _either(raw, "Resource")
    for resource in resources:
        if resource != "*" and len(pattern_parts(resource)) != 6:
            raise MalformedPolicy(f"Resource {resource} must be in ARN format or \"*\".")
    if (kind in ("trust", "resource")) != ("Principal" in raw):
        raise MalformedPolicy("Missing required field Principal" if kind in ("trust", "resource")
                              else "Policy document should not specify a principal.")  # fmt: skip
    return Statement(
        sid=raw.get("Sid", ""),
        effect=raw["Effect"],
        actions=actions,
        not_action=not_action,
        resources=resources,
        not_resource=not_resource,
        principals=_principals(raw.get("Principal")),
        conditions=_conditions(raw.get("Condition", {}), told_keys),
        has_variables=has_variables,
    )


def _conditions(raw: Any, told_keys: frozenset[str]) -> tuple[Condition, ...]:
    if not isinstance(raw, dict):
        raise MalformedPolicy("Syntax errors in policy: Condition is not an object")
    conditions = []
    for name, keys in raw.items():
        operator = parse_operator(name)
        if operator is None:
            raise MalformedPolicy(f"Invalid Condition type : {name}.")
        if not isinstance(keys, dict):
            raise MalformedPolicy(f"Syntax errors in policy: {name} is not an object")
        for key, values in keys.items():
            if not is_known_key(key) and key.lower() not in told_keys:
                raise NotEmulated(f"condition key {key} is not emulated: whether it holds cannot be judged")
            conditions.append(Condition(operator, key, _texts(values, scalars=True)))
    return tuple(conditions)


def _principals(raw: Any) -> Mapping[str, tuple[str, ...]]:
    if raw is None:
        return {}
    if raw == "*":
        return {"AWS": ("*",)}
    if not isinstance(raw, dict) or not raw:
        raise MalformedPolicy("Invalid principal in policy")
    _only(raw, {"AWS", "Service", "Federated"}, "Principal")
    return {kind: _texts(values) for kind, values in raw.items()}


def _either(raw: dict[str, Any], name: str) -> tuple[tuple[str, ...], bool]:
    if (name in raw) == (f"Not{name}" in raw):
        raise MalformedPolicy(f"Statement must contain exactly one of {name} and Not{name}.")
    is_negated = name not in raw
    values = _texts(raw[f"Not{name}" if is_negated else name])
    if not values:
        raise MalformedPolicy(f"{name} must not be empty.")
    return values, is_negated


def _texts(values: Any, scalars: bool = False) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    texts = []
    for value in listed:
        if scalars and isinstance(value, bool):
            value = "true" if value else "false"
        elif scalars and isinstance(value, int):
            value = str(value)
        if not isinstance(value, str):
            raise MalformedPolicy("Syntax errors in policy: expected text")
        texts.append(value)
    return tuple(texts)


def _only(raw: dict[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(set(raw) - allowed)
    if unknown:
        raise MalformedPolicy(f"Syntax errors in policy: {where} has unknown field {unknown[0]}")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedPolicy("Syntax errors in policy: duplicate keys")
    return members
