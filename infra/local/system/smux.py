"""The multiplexing inside a port session: version 1 of the smux protocol, without I/O.

Many connections share a byte stream, which is cut into stream messages without regard to frames. A frame is eight bytes
and its data, little-endian: version 1, command, length, number of the connection.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

_HEADER = struct.Struct("<BBHI")
_VERSION = 1

FRAME_LIMIT = 32_768
"""Bytes of data in a frame; both ends cut at this."""

RECEIVE_LIMIT = 4 * 1024 * 1024
"""Bytes received and not yet handed on, all connections together; at this an end stops reading."""


class Command(IntEnum):
    """What a frame says."""

    OPEN = 0
    CLOSE = 1
    """No more data; as smux knows no half-open connection, the sender takes none either."""
    DATA = 2
    NOTHING = 3
    """A sign of life."""


class Broken(ValueError):
    """Bytes that are no frame: the session cannot go on."""


@dataclass(frozen=True)
class Frame:
    """One frame."""

    command: Command
    connection: int
    data: bytes = b""

    def pack(self) -> bytes:
        return _HEADER.pack(_VERSION, self.command, len(self.data), self.connection) + self.data


def data_frames(connection: int, data: bytes) -> Iterator[Frame]:
    """The frames that carry ``data``."""
    for start in range(0, len(data), FRAME_LIMIT):
        yield Frame(Command.DATA, connection, data[start : start + FRAME_LIMIT])


class FrameReader:
    """Puts frames together again."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def read(self, data: bytes) -> list[Frame]:
        """The frames that ``data`` completes.

        Raises:
            Broken: another version, or a command there is none of.
        """
        self._pending += data
        frames = []
        start = 0
        while len(self._pending) - start >= _HEADER.size:
            version, command, length, connection = _HEADER.unpack_from(self._pending, start)
            if version != _VERSION or command > Command.NOTHING:
                raise Broken("invalid protocol")
            end = start + _HEADER.size + length
            if len(self._pending) < end:
                break
            frames.append(Frame(Command(command), connection, bytes(self._pending[start + _HEADER.size : end])))
            start = end
        del self._pending[:start]
        return frames
