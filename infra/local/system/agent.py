"""What the SSM agent on a node does with a session: read the document, become its user, run the shell.

The rules and the texts follow amazon-ssm-agent 3.x. There, StartSession has long succeeded when any of this fails: the
person sees the failure as the last words of the session, some seconds after it began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .contracts import StartRequest
from .data_channel import PayloadType
from .node_users import AGENT_PATH, LinuxUser, Node, NodeProcess, NodeUsers
from .session_channel import SessionChannel
from .session_document import NotSupported, SessionDocument
from .terminal import Terminal

AGENT_VERSION = "3.3.987.0"


@dataclass(frozen=True)
class Ending:
    """How a session ended on the node."""

    output: str = ""
    """The last words, in channel_closed; empty when the shell ended by itself."""
    failed: bool = False
    """Whether it never came to a shell."""


class CannotStart(Exception):
    """The agent cannot start the command; the text is the agent's."""


def run_as(document: SessionDocument, node: Node, tag: str | None = None) -> LinuxUser:
    """The user that the session runs as: the document's, unless its starter has a tag.

    Source: User Guide, "Turn on Run As support for Linux and macOS managed nodes"; amazon-ssm-agent, docparser.go.

    Raises:
        CannotStart: there is none, or it is one the agent refuses.
    """
    if not document.run_as_enabled:
        # The agent would create ssm-user here and let it sudo without a password. No document of ours may come to this.
        raise CannotStart(
            "runAsEnabled is false: the agent would run this as ssm-user, who has root's rights through sudo"
        )
    name = tag if tag and tag.strip() else document.run_as_user
    if not name.strip():
        raise CannotStart("please set the RunAs default user")
    user = node.user(name)
    if user is None:
        raise CannotStart(f"failed to start pty since RunAs user {name} does not exist")
    if user.uid <= 0 or user.gid <= 0:
        raise CannotStart("invalid uid and gid")
    return user


def shell_environment(user: LinuxUser) -> dict[str, str]:
    """What the shell finds: the agent's own environment and what it adds. HOME is by name, whatever passwd says."""
    return {"PATH": AGENT_PATH, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": f"/home/{user.name}"}


class Agent:
    """Runs sessions on the nodes."""

    DRAIN_SECONDS = 2.0
    """How long the agent waits, after the shell, for the client to acknowledge its output."""

    def __init__(self, node_users: NodeUsers, *, failure_delay: float = 2.0, always_handshake: bool = False) -> None:
        """
        Args:
            failure_delay: seconds between a failure and its report; the agent sleeps two.
            always_handshake: shake hands for a plain shell too, as the agent does for the other kinds of session.
        """
        self._node_users = node_users
        self._failure_delay = failure_delay
        self._always_handshake = always_handshake

    async def run(self, request: StartRequest, channel: SessionChannel) -> Ending:
        """Runs a session to its end. Cancelling it kills the shell."""
        runs: dict[str, Callable[[StartRequest, SessionDocument, SessionChannel], Awaitable[Ending]]] = {
            "Standard_Stream": self._run_shell,
        }
        try:
            document = SessionDocument.read(request.document, request.parameters)
            if document.session_type not in runs:
                raise NotSupported(f"infra/local runs no sessions of type {document.session_type!r}")
            if document.kms_key_id:
                raise NotSupported("infra/local has no KMS: kmsKeyId must be empty")
            return await runs[document.session_type](request, document, channel)
        except NotSupported as error:
            return await self._failure(str(error))
        except CannotStart as error:
            return await self._failure(f"Unable to start command: {error}")

    async def _failure(self, reason: str) -> Ending:
        await asyncio.sleep(self._failure_delay)
        return Ending(f"\n----------ERROR-------\n{reason}\n", failed=True)

    async def _run_shell(self, request: StartRequest, document: SessionDocument, channel: SessionChannel) -> Ending:
        if self._always_handshake:
            await self._shake_hands(document.session_type, channel)
        user = run_as(document, self._node_users.node(request.target), request.run_as_tag)
        node = await self._node(request.target)
        if node.switch.identity == "none":
            channel.send(PayloadType.OUTPUT, f"infra/local: {node.switch.notice}\r\n".encode())
        terminal = Terminal(channel)
        shell = await self._start_shell(node, user, terminal)
        try:
            terminal.connect()
            if document.shell_profile.strip():
                terminal.write(f"{document.shell_profile}\n".encode())
            await terminal.ended.wait()
            await channel.settle(self.DRAIN_SECONDS)
            return Ending()
        finally:
            terminal.close()
            node.kill(shell)

    async def _node(self, target: str) -> NodeProcess:
        try:
            return await asyncio.to_thread(self._node_users.process, target)
        except OSError as error:
            raise CannotStart(str(error)) from error

    @staticmethod
    async def _start_shell(node: NodeProcess, user: LinuxUser, terminal: Terminal) -> int:
        try:
            return await asyncio.to_thread(node.start_shell, user, shell_environment(user), terminal.slave)
        except OSError as error:
            terminal.close()
            raise CannotStart(f"Failed to start pty: {error}") from error

    @staticmethod
    async def _shake_hands(session_type: str, channel: SessionChannel) -> None:
        began = asyncio.get_running_loop().time()
        parameters = {"SessionType": session_type, "Properties": None}
        actions = [{"ActionType": "SessionType", "ActionParameters": parameters}]
        try:
            response = await channel.handshake({"AgentVersion": AGENT_VERSION, "RequestedClientActions": actions})
        except TimeoutError as error:
            raise NotSupported("Encountered error while initiating handshake. Handshake timed out.") from error
        for action in response.get("ProcessedClientActions", ()):
            if action.get("ActionStatus") != 1:
                raise NotSupported(f"Encountered error while initiating handshake. {action.get('Error')}")
        took = int((asyncio.get_running_loop().time() - began) * 1e9)
        channel.send_json(PayloadType.HANDSHAKE_COMPLETE, {"HandshakeTimeToComplete": took, "CustomerMessage": ""})
