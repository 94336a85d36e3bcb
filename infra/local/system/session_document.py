"""A session document as the agent reads it when the start message arrives (agent 3.x)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DEFAULT_IDLE_MINUTES = 20

_NAME = re.compile(r"[a-zA-Z0-9]+")
_STORED = re.compile(r"\{\{\s*ssm(-secure)?:")
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
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What the kind of session reads: commands, or a port and a host."""

    @classmethod
    def read(cls, content: Mapping[str, Any], parameters: Mapping[str, Sequence[str]]) -> SessionDocument:
        """Interprets ``content``, with the caller's parameters put in.

        Raises:
            NotSupported: a schema version, parameter or value the agent would not run.
        """
        version = content.get("schemaVersion")
        if version != "1.0":
            raise NotSupported(f"Document with schema version {version} is not supported by this version of ssm agent")
        values = _values(content.get("parameters") or {}, parameters)
        inputs = _substitute(content.get("inputs") or {}, values)
        return cls(
            session_type=str(content.get("sessionType") or ""),
            run_as_enabled=boolean("runAsEnabled", inputs.get("runAsEnabled")),
            run_as_user=str(inputs.get("runAsDefaultUser") or ""),
            shell_profile=str((inputs.get("shellProfile") or {}).get("linux") or ""),
            kms_key_id=str(inputs.get("kmsKeyId") or ""),
            idle_minutes=_minutes("idleSessionTimeout", inputs.get("idleSessionTimeout"), 60) or DEFAULT_IDLE_MINUTES,
            max_minutes=_minutes("maxSessionDuration", inputs.get("maxSessionDuration"), 1440),
            properties=_substitute(content.get("properties") or {}, values),
        )


def _values(declared: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Each declared parameter's value: the caller's, else its default. What is not declared is dropped, as the agent
    does."""
    values: dict[str, Any] = {}
    for name, declaration in declared.items():
        if not _NAME.fullmatch(name):
            continue  # the agent drops it with a line in its log
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
        return _without_parameter_store(values[whole[1]])  # a string that is one placeholder takes the value's type

    def text(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        given = values[found[1]]
        # Within a longer string the agent has two dollar signs stand for one.
        return (given if isinstance(given, str) else json.dumps(given)).replace("$$", "$")

    return _without_parameter_store(_PLACEHOLDER.sub(text, value))


def _without_parameter_store(value: Any) -> Any:
    # The agent would ask Parameter Store, as the node: a caller's value could read what only the node may.
    if _STORED.search(json.dumps(value)):
        raise NotSupported("infra/local has no Parameter Store, which {{ssm:…}} would be read from with the node's rights")
    return value


def boolean(name: str, value: Any) -> bool:
    """A member that is a Boolean or the text of one; missing and empty are false.

    Raises:
        NotSupported: it is neither.
    """
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
