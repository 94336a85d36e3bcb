"""A session document as the agent reads it when the start message arrives (agent 3.x)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEFAULT_IDLE_MINUTES = 20

_PLACEHOLDER = re.compile(r"\{\{\s*([a-zA-Z0-9]+)\s*\}\}")


class NotSupported(ValueError):
    """The agent, or this stand-in, cannot run the document. The text is the session's last output."""


@dataclass(frozen=True)
class SessionDocument:
    """What the agent and the service take from a document's content."""

    session_type: str
    run_as_enabled: bool
    run_as_user: str
    shell_profile: str
    kms_key_id: str
    idle_minutes: int
    max_minutes: int | None

    @classmethod
    def read(cls, content: Mapping[str, Any], parameters: Mapping[str, Sequence[str]]) -> SessionDocument:
        """Interprets ``content``, with the caller's parameters put in.

        Raises:
            NotSupported: a schema version, parameter or value the agent would not run.
        """
        version = content.get("schemaVersion")
        if version != "1.0":
            raise NotSupported(f"Document with schema version {version} is not supported by this version of ssm agent")
        inputs = _substitute(content.get("inputs") or {}, _values(content.get("parameters") or {}, parameters))
        return cls(
            session_type=str(content.get("sessionType") or ""),
            run_as_enabled=_boolean("runAsEnabled", inputs.get("runAsEnabled")),
            run_as_user=str(inputs.get("runAsDefaultUser") or ""),
            shell_profile=str((inputs.get("shellProfile") or {}).get("linux") or ""),
            kms_key_id=str(inputs.get("kmsKeyId") or ""),
            idle_minutes=_minutes("idleSessionTimeout", inputs.get("idleSessionTimeout"), 60) or DEFAULT_IDLE_MINUTES,
            max_minutes=_minutes("maxSessionDuration", inputs.get("maxSessionDuration"), 1440),
        )


def _values(declared: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Each declared parameter's value: the caller's, else its default. What is not declared is dropped, as the agent
    does."""
    values: dict[str, Any] = {}
    for name, declaration in declared.items():
        if name in given:
            # For a String the agent takes the first element and ignores the others.
            values[name] = list(given[name]) if declaration.get("type") == "StringList" else next(iter(given[name]), "")
        elif "default" in declaration:
            values[name] = declaration["default"]
    return values


def _substitute(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _substitute(member, values) for name, member in value.items()}
    if isinstance(value, list):
        return [_substitute(member, values) for member in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole and whole[1] in values:
        return values[whole[1]]  # a string that is one placeholder takes the value's type
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), value)


def _boolean(name: str, value: Any) -> bool:
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return value
    # Go's ParseBool, which the agent uses on strings.
    if value in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if value in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    raise NotSupported(f"{name}: {value!r} is not a Boolean")


def _minutes(name: str, value: Any, largest: int) -> int | None:
    if value is None or value == "":
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= largest):
        raise NotSupported(f"{name}: {text!r} is not 1 to {largest} minutes")
    return int(text)
