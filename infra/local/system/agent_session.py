"""What every kind of session has on the node: how it ends, and the handshake it may begin with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .data_channel import PayloadType
from .session_channel import SessionChannel
from .session_document import NotSupported

AGENT_VERSION = "3.3.987.0"


@dataclass(frozen=True)
class Ending:
    """How a session ended on the node."""

    output: str = ""
    """The last words, in channel_closed; empty when it ended by itself."""
    failed: bool = False
    """Whether it never came to what it was for."""


class Rejected(Exception):
    """The agent will not run the session; the text is its last word as it is, said at once."""


async def shake_hands(channel: SessionChannel, session_type: str, properties: Any, agent_version: str) -> None:
    """Tells the client what kind of session this is and waits for its consent.

    Raises:
        NotSupported: it did not answer in time, or it refuses.
    """
    began = asyncio.get_running_loop().time()
    parameters = {"SessionType": session_type, "Properties": properties}
    actions = [{"ActionType": "SessionType", "ActionParameters": parameters}]
    try:
        response = await channel.handshake({"AgentVersion": agent_version, "RequestedClientActions": actions})
    except TimeoutError as error:
        raise NotSupported("Encountered error while initiating handshake. Handshake timed out.") from error
    for action in response.get("ProcessedClientActions", ()):
        if action.get("ActionStatus") != 1:
            raise NotSupported(f"Encountered error while initiating handshake. {action.get('Error')}")
    took = int((asyncio.get_running_loop().time() - began) * 1e9)
    channel.send_json(PayloadType.HANDSHAKE_COMPLETE, {"HandshakeTimeToComplete": took, "CustomerMessage": ""})


def is_version_after(version: str, other: str) -> bool:
    """Whether a version of numbers and dots is later than another, compared number by number."""
    return [int(part) for part in version.split(".")] > [int(part) for part in other.split(".")]


def text_member(members: Mapping[str, Any], name: str) -> str:
    """A member that must be text, empty when it is missing.

    Raises:
        Rejected: it is something else, as a number written without quotes.
    """
    value = members.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Rejected(f"Unable to remarshal session properties. json: cannot unmarshal {name} into a string")
    return value
