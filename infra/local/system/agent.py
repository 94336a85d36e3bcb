"""What the SSM agent on a node does with a session: read the document, become its user, run what it is for.

The rules and the texts follow amazon-ssm-agent 3.x. There, StartSession has long succeeded when any of this fails: the
person sees the failure as the last words of the session, some seconds after it began.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from .agent_session import AGENT_VERSION, Ending, Rejected, is_version_after, shake_hands
from .basic_port import BasicPort
from .command_session import CommandProperties, CommandSession, words_of
from .contracts import StartRequest
from .data_channel import PayloadType
from .mux_port import MuxPort
from .node_process import NodeProcess
from .node_users import LinuxUser, NodeUsers
from .port_session import Destination, PortProperties
from .run_as import CannotStart, run_as, shell_environment
from .session_channel import SessionChannel
from .session_document import NotSupported, SessionDocument
from .terminal import Terminal

MULTIPLEXES_AFTER = "3.0.196.0"
"""The last version whose agents carry one connection at a time; clients go by it, too."""

REPLY_SECONDS = 0.1
"""How long the agent's result takes through the service. The real plugin is deaf for a moment after the handshake: when it
hears of the end just then it may hang."""

ELEVATED = "runAsElevated is true: the agent would run this as root, whatever Run As says"


class Agent:
    """Runs sessions on the nodes."""

    DRAIN_SECONDS = 2.0
    """How long the agent waits, after the shell, for the client to acknowledge its output."""

    def __init__(
        self,
        node_users: NodeUsers,
        *,
        failure_delay: float = 2.0,
        always_handshake: bool = False,
        version: str = AGENT_VERSION,
    ) -> None:
        """
        Args:
            failure_delay: seconds between a failure and its report; the agent sleeps two.
            always_handshake: shake hands for a plain shell too, as the agent does for the other kinds of session.
            version: what it tells clients, and behaves like.
        """
        self._node_users = node_users
        self._failure_delay = failure_delay
        self._always_handshake = always_handshake
        self._version = version

    async def run(self, request: StartRequest, channel: SessionChannel) -> Ending:
        """Runs a session to its end. Cancelling it kills what it runs."""
        runs: dict[str, Callable[[StartRequest, SessionDocument, SessionChannel], Awaitable[Ending]]] = {
            "Standard_Stream": self._run_shell,
            "InteractiveCommands": self._run_interactive_command,
            "NonInteractiveCommands": self._run_command,
            "Port": self._run_port,
        }
        try:
            document = SessionDocument.read(request.document, request.parameters)
            if document.session_type not in runs:
                raise NotSupported(f"infra/local runs no sessions of type {document.session_type!r}")
            if document.kms_key_id and document.session_type != "Port":
                raise NotSupported("infra/local has no KMS: kmsKeyId must be empty")
            return await runs[document.session_type](request, document, channel)
        except Rejected as error:
            await asyncio.sleep(REPLY_SECONDS)
            return Ending(str(error), failed=True)
        except NotSupported as error:
            return await self._failure(str(error))
        except CannotStart as error:
            return await self._failure(f"Unable to start command: {error}")

    async def _failure(self, reason: str) -> Ending:
        await asyncio.sleep(self._failure_delay)
        return Ending(f"\n----------ERROR-------\n{reason}\n", failed=True)

    # Sessions with a terminal

    async def _run_shell(self, request: StartRequest, document: SessionDocument, channel: SessionChannel) -> Ending:
        if self._always_handshake:
            await shake_hands(channel, document.session_type, None, self._version)
        return await self._run_on_terminal(request, document, channel, ["sh"], typed=document.shell_profile)

    async def _run_interactive_command(
        self, request: StartRequest, document: SessionDocument, channel: SessionChannel
    ) -> Ending:
        properties = CommandProperties.read(document.properties, document.session_type)
        if properties.is_elevated:
            raise CannotStart(ELEVATED)
        return await self._run_on_terminal(request, document, channel, ["sh", "-c", properties.line])

    async def _run_on_terminal(
        self, request: StartRequest, document: SessionDocument, channel: SessionChannel, words: Sequence[str],
        typed: str = "",
    ) -> Ending:  # fmt: skip
        user = self._user(request, document)
        node = await self._node(request.target)
        if node.switch.identity == "none":
            channel.send(PayloadType.OUTPUT, f"infra/local: {node.switch.notice}\r\n".encode())
        terminal = Terminal(channel)
        shell = await self._start_on_terminal(node, user, terminal, words)
        try:
            terminal.connect()
            if typed.strip():
                terminal.write(f"{typed}\n".encode())
            await terminal.ended.wait()
            await channel.settle(self.DRAIN_SECONDS)
            return Ending()
        finally:
            terminal.close()
            node.kill(shell)

    @staticmethod
    async def _start_on_terminal(
        node: NodeProcess, user: LinuxUser, terminal: Terminal, words: Sequence[str]
    ) -> int:
        try:
            return await asyncio.to_thread(node.start_shell, user, shell_environment(user), terminal.slave, words)
        except OSError as error:
            terminal.close()
            raise CannotStart(f"Failed to start pty: {error}") from error

    # Sessions without one

    async def _run_command(self, request: StartRequest, document: SessionDocument, channel: SessionChannel) -> Ending:
        await shake_hands(channel, document.session_type, None, self._version)
        properties = CommandProperties.read(document.properties, document.session_type)
        pause = self._failure_delay / 2  # the agent's second beside its two
        try:
            words = words_of(properties.line)
            if properties.is_elevated:
                raise CannotStart(ELEVATED)
            user = self._user(request, document)
            node = await self._node(request.target)
        except CannotStart as error:
            ending = await self._failure(f"Unable to start command: {error}")
            await asyncio.sleep(pause)
            channel.send(PayloadType.STDERR, f"Unable to start command: {error}\n".encode())
        else:
            ending = await CommandSession(node, user, channel).run(properties, words, pause)
        await channel.settle(self.DRAIN_SECONDS)
        return ending

    async def _run_port(self, request: StartRequest, document: SessionDocument, channel: SessionChannel) -> Ending:
        await shake_hands(channel, document.session_type, document.properties, self._version)
        properties = PortProperties.read(document.properties)
        node = await self._node(request.target)
        networks = self._node_users.node(request.target).networks
        destination = await Destination.find(node, properties, networks)
        if properties.forwards and is_version_after(self._version, MULTIPLEXES_AFTER):
            return await MuxPort(channel, destination.connect).run()
        ending = await BasicPort(channel, destination.connect, forwards=properties.forwards).run()
        with contextlib.suppress(TimeoutError):  # a client that has said it is over does not wait for more
            await asyncio.wait_for(channel.settle(self.DRAIN_SECONDS), self.DRAIN_SECONDS)
        return ending

    def _user(self, request: StartRequest, document: SessionDocument) -> LinuxUser:
        return run_as(document, self._node_users.node(request.target), request.run_as_tag)

    async def _node(self, target: str) -> NodeProcess:
        try:
            return await asyncio.to_thread(self._node_users.process, target)
        except OSError as error:
            raise CannotStart(str(error)) from error
