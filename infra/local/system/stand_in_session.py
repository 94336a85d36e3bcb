"""The stand-in plugin's session: finds out what kind it is and hands it to what does that kind."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from .data_channel import AgentMessage, PayloadType
from .stand_in_channel import PluginChannel, leave
from .stand_in_plugin import VERSION, Invocation, say
from .stand_in_port import port_session
from .stand_in_shell import ShellSession

SHELLS = ("Standard_Stream", "InteractiveCommands", "NonInteractiveCommands")


class KindOfSession(Protocol):
    """What does one kind of session."""

    def run(self) -> NoReturn:
        """Serves the person's side on the main thread, until the process ends."""

    def deliver(self, message: AgentMessage) -> bool:
        """Takes what the agent sends; False when it cannot yet."""

    def stop(self) -> None:
        """Gives back what was taken; the process ends."""


class PluginSession:
    """Runs one session."""

    def __init__(self, invocation: Invocation) -> None:
        self._session_id = invocation.session_id
        self._channel = PluginChannel(invocation, self._deliver, self._closed)
        self._session_type: str | None = None
        self._properties: Mapping[str, Any] = {}
        self._agent_version = ""
        self._is_decided = threading.Event()
        self._kind: KindOfSession | None = None

    def run(self) -> NoReturn:
        """Runs until the session, the input or a signal ends the process."""
        say(f"\nStarting session with SessionId: {self._session_id}\n")
        self._channel.start()
        self._is_decided.wait()
        if self._session_type is None:
            leave("Cannot perform start session: unable to determine SessionType\n")
        if self._session_type == "Port":
            self._kind = port_session(self._channel, self._session_id, self._properties, self._agent_version)
        else:
            self._kind = ShellSession(self._channel, self._session_type)
        self._kind.run()

    def _deliver(self, message: AgentMessage) -> bool:
        if message.payload_type == PayloadType.HANDSHAKE_REQUEST:
            self._answer_handshake(json.loads(message.payload))
        elif message.payload_type == PayloadType.HANDSHAKE_COMPLETE:
            if text := json.loads(message.payload).get("CustomerMessage"):
                say(f"{text}\n")
            self._is_decided.set()
        elif self._session_type is not None:
            return self._kind is not None and self._kind.deliver(message)
        else:
            # An agent that starts with output, and no handshake, has a shell.
            self._session_type = "Standard_Stream"
            self._is_decided.set()
            say_bytes(message.payload)
        return True

    def _answer_handshake(self, request: dict[str, Any]) -> None:
        self._agent_version = request["AgentVersion"]
        processed, errors = [], []
        for action in request["RequestedClientActions"]:
            kind = action["ActionType"]
            answer: dict[str, Any] = {"ActionType": kind, "ActionStatus": 1, "ActionResult": None, "Error": ""}
            parameters = action.get("ActionParameters") or {}
            session_type = parameters.get("SessionType")
            if kind == "SessionType" and session_type in (*SHELLS, "Port"):
                self._session_type = session_type
                self._properties = parameters.get("Properties") or {}
            else:
                subject = f"Unknown session type {session_type}" if kind == "SessionType" else f"the stand-in has no {kind}"
                answer.update(ActionStatus=2, Error=f"Failed to process action {kind}: {subject}")
                errors.append(answer["Error"])
            processed.append(answer)
        response = {"ClientVersion": VERSION, "ProcessedClientActions": processed, "Errors": errors or None}
        self._channel.send(PayloadType.HANDSHAKE_RESPONSE, json.dumps(response).encode())

    def _closed(self, output: str) -> NoReturn:
        if output:
            say(f"\n\nSessionId: {self._session_id} : {output}\n\n")
        else:
            say(f"\n\nExiting session with sessionId: {self._session_id}.\n\n")
        if self._kind is not None:
            self._kind.stop()
        os._exit(0)


def say_bytes(data: bytes) -> None:
    """Writes to standard output as it is: all of a session's output, its errors and its exit status among it."""
    while data:
        data = data[os.write(1, data) :]
