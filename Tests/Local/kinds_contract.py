"""What the contracts of commands, forwarding and SSH share: a service, and plugins for its sessions."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from running import Running
from session_world import (
    NodeUsers,
    SessionService,
    StartedSession,
    plugin_command,
    resume_endpoint,
    session_service,
    start_request,
)

Start = Callable[..., Running]
"""``start(document, **parameters)``: starts a session and the plugin for it."""


class KindsContract:
    """Each test is one session, or a few."""

    plugin: pathlib.Path
    agent_version = "3.3.987.0"

    @pytest.fixture
    def service(self, nodes: NodeUsers) -> Iterator[SessionService]:
        with session_service(nodes, version=self.agent_version) as service:
            yield service

    @pytest.fixture
    def sessions(self) -> list[StartedSession]:
        """The sessions that were started, in order."""
        return []

    @pytest.fixture
    def arguments(
        self, service: SessionService, sessions: list[StartedSession], tmp_path: pathlib.Path
    ) -> Iterator[Callable[..., tuple[list[str], dict[str, str]]]]:
        """Starts a session, and gives argv and environment of a plugin for it."""
        with resume_endpoint(service, []) as url:

            def make(content: Mapping[str, Any], **parameters: str) -> tuple[list[str], dict[str, str]]:
                given = {name: [value] for name, value in parameters.items()}
                sessions.append(service.start(start_request(content, parameters=given)))
                folder = tmp_path / str(len(sessions))
                folder.mkdir()
                return plugin_command(self.plugin, sessions[-1], url, folder)

            yield make

    @pytest.fixture
    def start(self, arguments: Callable[..., tuple[list[str], dict[str, str]]]) -> Iterator[Start]:
        running: list[Running] = []

        def start(content: Mapping[str, Any], **parameters: str) -> Running:
            running.append(Running(*arguments(content, **parameters)))
            return running[-1]

        yield start
        for one in running:
            one.kill()


def begun(session: StartedSession, rest: str = "") -> bytes:
    """What a plugin shows from its start on."""
    return f"\nStarting session with SessionId: {session.session_id}\n{rest}".encode()


def exited(session: StartedSession) -> bytes:
    """What a plugin shows when its session ends in good order."""
    return f"\n\nExiting session with sessionId: {session.session_id}.\n\n".encode()


def failed(session: StartedSession, words: str) -> bytes:
    """What a plugin shows when its session ends with last words."""
    return f"\n\nSessionId: {session.session_id} : {words}\n\n".encode()
