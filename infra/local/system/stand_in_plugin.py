"""A stand-in for AWS's session-manager-plugin: what it is given, what it says, how it ends.

It behaves as the real one does where a client must make up for it: it exits 0 for nearly everything, never ends the
session, hangs when it cannot connect, and leaves the terminal without line editing. Like current releases it signs the
upgrade with the profile's credentials.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

VERSION = "1.2.814.0"
"""The release whose behaviour this follows; clients compare it with the least they accept."""

RESPONSE_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"


@dataclass
class Invocation:
    """What the plugin is started with."""

    session_id: str
    token: str
    stream_url: str
    region: str
    profile: str | None
    endpoint: str | None


def main(arguments: list[str]) -> NoReturn:
    """Runs the plugin and ends the process as the real one would."""
    if not arguments:
        say("\nssm-broker's stand-in for the Session Manager plugin. Use ssm-broker to start a session.\n\n")
    elif arguments == ["--version"]:
        say(f"{VERSION}\n")
    elif len(arguments) < 3:
        say(f"\nUnknown operation {arguments[0]}. \nUse session-manager-plugin --version to check the version.\n\n")
    else:
        start(arguments)
    sys.exit(0)


def start(arguments: list[str]) -> None:
    """Runs `<response> <region> <operation> <profile> <request> <endpoint>`; the last three may be missing."""
    response, region, operation, profile, request, endpoint = (*arguments, "", "", "")[:6]
    if response.startswith(RESPONSE_VARIABLE):
        response = os.environ.pop(response, "")
    if request or len(arguments) > 4:
        require_target(request)
    if operation != "StartSession":
        say("Invalid Operation")
        return
    try:
        session = json.loads(response)
    except ValueError as error:
        say(f"Cannot perform start session: {error}\n")
        return
    try:
        invocation = Invocation(
            session["SessionId"], session["TokenValue"], session["StreamUrl"], region, profile or None, endpoint or None
        )
    except (KeyError, TypeError):
        panic("the response lacks SessionId, TokenValue or StreamUrl")

    # Only now: what asks for the version should not wait for botocore.
    from .stand_in_session import PluginSession

    PluginSession(invocation).run()


def require_target(request: str) -> None:
    """The real plugin panics unless the request is JSON with a Target that is a string."""
    try:
        target = json.loads(request)["Target"]
    except (ValueError, KeyError, TypeError):
        target = None
    if not isinstance(target, str):
        panic("interface conversion: interface {} is nil, not string")


def panic(reason: str) -> NoReturn:
    """Ends as a Go program does on a panic."""
    sys.stderr.write(f"panic: {reason}\n")
    sys.exit(2)


def say(text: str) -> None:
    """Writes to standard output at once, whole."""
    data = text.encode()
    while data:
        data = data[os.write(1, data) :]
