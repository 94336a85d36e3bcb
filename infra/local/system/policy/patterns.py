"""Wildcards and policy variables.

A variable's value is taken literally: a ``*`` in a session name is no wildcard.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

Keys = Mapping[str, str | Sequence[str]]
"""The request's condition keys, names in lower case (IAM compares them without case)."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
"""``${*}`` and its like stand for the character itself."""


class Undefined(LookupError):
    """A variable that the request has no single value for: what holds it matches nothing."""


def expand(text: str, keys: Keys, has_variables: bool) -> list[tuple[str, bool]]:
    """Splits into (text, is literal) parts, variables replaced. Raises :class:`Undefined`."""
    if not has_variables:
        return [(text, False)]
    parts: list[tuple[str, bool]] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        parts.append((text[end : match.start()], False))
        parts.append((_value(match.group(1), keys), True))
        end = match.end()
    parts.append((text[end:], False))
    return [part for part in parts if part[0]]


def plain(text: str, keys: Keys, has_variables: bool) -> str:
    """The text with its variables replaced, for operators without wildcards."""
    return "".join(part for part, _ in expand(text, keys, has_variables))


def matches(pattern: str, value: str, keys: Keys, has_variables: bool = True, ignore_case: bool = False) -> bool:
    """Whether `value` is of the form of `pattern`; ``*`` spans anything."""
    try:
        parts = tuple(expand(pattern, keys, has_variables))
    except Undefined:
        return False
    return _compiled(parts, ignore_case).fullmatch(value) is not None


def arn_matches(pattern: str, value: str, keys: Keys, has_variables: bool = True) -> bool:
    """As :func:`matches`, each of an ARN's six parts on its own: a ``*`` does not reach over a colon but in the last."""
    if pattern == "*":
        return True
    patterns, values = pattern_parts(pattern), value.split(":", 5)
    if len(patterns) != 6 or len(values) != 6:
        return False
    return all(matches(one, other, keys, has_variables) for one, other in zip(patterns, values, strict=True))


def pattern_parts(pattern: str) -> list[str]:
    """An ARN pattern split at its first five colons, those within ``${…}`` not counted."""
    hidden = _VARIABLE.sub(lambda match: match.group().replace(":", "\0"), pattern)
    return [part.replace("\0", ":") for part in hidden.split(":", 5)]


def _value(name: str, keys: Keys) -> str:
    if name in _LITERALS:
        return _LITERALS[name]
    name, has_default, default = name.partition(",")
    value = keys.get(name.strip().lower())
    if isinstance(value, str):
        return value
    if has_default:
        return default.strip().strip("'")
    raise Undefined(name)


@functools.lru_cache(maxsize=4096)
def _compiled(parts: tuple[tuple[str, bool], ...], ignore_case: bool) -> re.Pattern[str]:
    expression = "".join(re.escape(text) if is_literal else _wildcards(text) for text, is_literal in parts)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _wildcards(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
