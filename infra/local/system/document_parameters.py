"""StartSession's judgement of parameters, by what the document declares.

The service's words for a value that does not match are known from its users' reports; the codes of the other refusals
are taken to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import AWSError


def check_parameters(document: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> None:
    """Refuses parameters that the document does not declare or allow, and the lack of those that it wants.

    Raises:
        AWSError: InvalidParameters, naming the parameter.
    """
    declared = document.get("parameters") or {}
    for name, values in given.items():
        if name not in declared:
            raise _refusal(f'Parameter "{name}" is not defined in the document.')
        _check(name, list(values), declared[name])
    for name, rule in declared.items():
        if "default" not in rule and name not in given:
            raise _refusal(f'Parameter "{name}" is required.')


def _check(name: str, values: list[str], rule: Mapping[str, Any]) -> None:
    if rule.get("type") == "StringList":
        _check_count(name, "items", len(values), rule.get("minItems"), rule.get("maxItems"))
    elif len(values) != 1:
        # The agent would take the first and drop the others without a word.
        raise _refusal(f'Parameter "{name}" is of type {rule.get("type")} and takes one value, not {len(values)}.')
    shown = f"[{', '.join(values)}]"
    for value in values:
        if "allowedValues" in rule and value not in rule["allowedValues"]:
            raise _refusal(f'Parameter "{name}" has value "{shown}" not among {rule["allowedValues"]}.')
        # The pattern is looked for anywhere in the value, as the agent does: only its own anchors hold it.
        if "allowedPattern" in rule and not re.search(rule["allowedPattern"], value):
            raise _refusal(f'Parameter "{name}" has value "{shown}" not matching "{rule["allowedPattern"]}".')
        _check_count(name, "characters", len(value), rule.get("minChars"), rule.get("maxChars"))


def _check_count(name: str, what: str, count: int, least: Any, most: Any) -> None:
    if least is not None and count < int(least):
        raise _refusal(f'Parameter "{name}" has {count} {what}, fewer than {least}.')
    if most is not None and count > int(most):
        raise _refusal(f'Parameter "{name}" has {count} {what}, more than {most}.')


def _refusal(message: str) -> AWSError:
    return AWSError("InvalidParameters", message)
