"""A NonInteractiveCommands session on the node: one program, no shell, no terminal, and its exit status.

The rules follow amazon-ssm-agent 3.x, `agent/session/shell`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import shell_words
from .agent_session import Ending, Rejected, text_member
from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType
from .node_process import NodeProcess
from .node_users import LinuxUser
from .run_as import CannotStart, shell_environment
from .session_channel import SessionChannel
from .session_document import boolean

_PREFIX = re.compile(r"[0-9a-zA-Z\r\n_:-]{0,30}")
_SIGNALS = {0x03: signal.SIGINT, 0x1C: signal.SIGQUIT}
"""All that the client's input can do to the program."""


@dataclass(frozen=True)
class CommandProperties:
    """What a document says of a command, for Linux."""

    line: str
    is_elevated: bool
    separates_output: bool
    prefixes: tuple[bytes, bytes]
    """What is put before standard output and standard error."""

    @classmethod
    def read(cls, properties: Mapping[str, Any], session_type: str) -> CommandProperties:
        """Raises :class:`Rejected` for what the agent would not run."""
        members = properties.get("linux") or {}
        line = text_member(members, "commands")
        if not line.strip():
            raise Rejected(f"Commands cannot be empty for session type {session_type}")
        prefixes = []
        for name in ("stdOutSeparatorPrefix", "stdErrSeparatorPrefix"):
            prefix = text_member(members, name)
            if not _PREFIX.fullmatch(prefix):
                raise Rejected(f"invalid {name.replace('Out', 'out').replace('Err', 'err')} {prefix}")
            prefixes.append(prefix.encode())
        return cls(
            line, members.get("runAsElevated") is True,
            boolean("separateOutputStream", members.get("separateOutputStream")), (prefixes[0], prefixes[1]),
        )  # fmt: skip


def words_of(line: str) -> list[str]:
    """The program and its arguments. Raises :class:`CannotStart`, in the agent's words."""
    try:
        words = shell_words.split(line)
    except shell_words.Unfinished as error:
        raise CannotStart(f"Failed to parse commands input: {error}\n") from error
    if not words:
        raise CannotStart("infra/local: nothing is left of the command but comments, on which the agent dies")
    return words


class CommandSession:
    """Runs one program."""

    def __init__(self, node: NodeProcess, user: LinuxUser, channel: SessionChannel) -> None:
        self._node = node
        self._user = user
        self._channel = channel
        self._loop = asyncio.get_running_loop()

    async def run(self, properties: CommandProperties, words: Sequence[str], error_pause: float) -> Ending:
        """Runs the program to its end. Cancelling it kills the program, though not what that started."""
        try:
            if properties.separates_output:
                status = await self._run_separately(words, properties.prefixes)
                self._channel.send(PayloadType.EXIT_CODE, f"EXIT_CODE: {status}".encode())
            else:
                await self._run_then_show(words)
            return Ending()
        except OSError as error:
            if properties.separates_output:
                self._channel.send(PayloadType.EXIT_CODE, b"EXIT_CODE: 1")
            await asyncio.sleep(error_pause)
            self._channel.send(PayloadType.STDERR, (error.strerror or str(error)).encode())
            return Ending(failed=True)

    async def _run_separately(self, words: Sequence[str], prefixes: tuple[bytes, bytes]) -> int:
        with _Pipe() as output, _Pipe() as errors:
            async with self._started(words, output.write_end, errors.write_end) as ended:
                output.close_write_end()
                errors.close_write_end()
                await asyncio.gather(
                    self._pass_on(output, PayloadType.OUTPUT, prefixes[0]),
                    self._pass_on(errors, PayloadType.STDERR, prefixes[1]),
                )
                # Not before both are at their end, which what the program left behind may put off.
                return await ended

    async def _run_then_show(self, words: Sequence[str]) -> None:
        with tempfile.TemporaryFile() as shown:
            async with self._started(words, shown.fileno(), shown.fileno()) as ended:
                await ended
            shown.seek(0)
            while data := shown.read(STREAM_PAYLOAD_LIMIT):
                await self._channel.send_all(PayloadType.OUTPUT, data)

    @contextlib.asynccontextmanager
    async def _started(
        self, words: Sequence[str], output: int, errors: int
    ) -> AsyncIterator[asyncio.Task[int]]:
        """Gives a task that ends with the program, as its exit status."""
        with _Pipe() as report:
            streams = (output, errors, report.write_end)
            process = await asyncio.to_thread(
                self._node.start_command, self._user, shell_environment(self._user), words, streams
            )
            report.close_write_end()

            async def status() -> int:
                return int(await (await report.reader()).read())

            def take(message: AgentMessage) -> bool:
                number = next((_SIGNALS[byte] for byte in message.payload if byte in _SIGNALS), None)
                if message.payload_type == PayloadType.OUTPUT and number is not None:
                    self._loop.run_in_executor(None, self._node.signal, process, number)
                return True

            self._channel.on_input = take
            ended = self._loop.create_task(status())
            try:
                yield ended
            finally:
                ended.cancel()
                self._channel.on_input = lambda message: True
                self._node.kill(process)

    async def _pass_on(self, pipe: _Pipe, payload_type: PayloadType, prefix: bytes) -> None:
        reader = await pipe.reader()
        held, wants_prefix = b"", True
        while data := await reader.read(STREAM_PAYLOAD_LIMIT - len(prefix)):
            held += (prefix if wants_prefix else b"") + data
            wants_prefix = data.endswith(b"\n")
            cut = agents_cut(held)
            await self._channel.send_all(payload_type, held[:cut])
            held = held[cut:]
        # What is held now, bytes that were never to become a character, the agent drops.


class _Pipe:
    """A pipe whose reading end belongs to the loop."""

    def __enter__(self) -> _Pipe:
        self._read_end, self.write_end = os.pipe()
        self._transport: asyncio.ReadTransport | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self.close_write_end()
        if self._transport is not None:
            self._transport.close()
        else:
            os.close(self._read_end)

    def close_write_end(self) -> None:
        """The program holds it now; without this there would be no end to read."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    async def reader(self) -> asyncio.StreamReader:
        reader = asyncio.StreamReader()
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._read_end, "rb", 0)
        )
        return reader


def agents_cut(data: bytes) -> int:
    """How many bytes of ``data`` the agent sends: all, but for a last three from the first on that is no character."""
    text = data.decode("utf-8", "surrogateescape")
    cut = offset = len(data)
    for character in reversed(text[-3:]):
        is_character = not 0xDC80 <= ord(character) <= 0xDCFF
        offset -= len(character.encode()) if is_character else 1
        if offset <= len(data) - 4:
            break
        if not is_character:
            cut = offset
    return cut
