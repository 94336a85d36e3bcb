"""Reads a policy as a reviewer with the Service Authorization Reference open beside it would."""

from __future__ import annotations

from typing import Any

from authorization_reference import Action, action, fits, has_key
from guardrails import listed


def problems(document: dict[str, Any]) -> list[str]:
    """What is wrong with a policy's actions, resources and condition keys; empty when nothing is."""
    found: list[str] = []
    for number, statement in enumerate(listed(document["Statement"])):
        found += [f"{statement.get('Sid', number)}: {one}" for one in _of_statement(statement)]
    return found


def _of_statement(statement: dict[str, Any]) -> list[str]:
    found: list[str] = []
    actions: list[Action] = []
    for name in listed(statement.get("Action", statement.get("NotAction"))):
        if "*" in name:
            found.append(f"{name} has a wildcard: name the actions")
            continue
        known = action(name)
        if known is None:
            found.append(f"there is no action {name}")
        else:
            actions.append(known)
    resources = listed(statement.get("Resource", statement.get("NotResource", "*")))
    if "Principal" not in statement:
        found += _of_resources(resources, actions)
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            found += [f"{one.name} carries no {key} ({operator})" for one in actions if not has_key(one, key, resources)]
    return found


def _of_resources(resources: list[str], actions: list[Action]) -> list[str]:
    if "*" in resources:
        return []
    found = []
    for one in actions:
        if not one.arns:
            found.append(f"{one.name} acts on no resource: it needs \"*\"")
        elif not any(fits(resource, form) for resource in resources for form in one.arns):
            found.append(f"{one.name} acts on none of {', '.join(resources)}")
    for resource in resources:
        if not any(fits(resource, form) for one in actions for form in one.arns):
            found.append(f"no action of the statement acts on {resource}")
    return found
