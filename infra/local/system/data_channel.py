"""The data channel's wire format and its sequencing, without I/O: bytes in, bytes out, time passed in.

A data channel carries binary WebSocket frames, one agent message each. Messages of the two stream types are numbered
from 0 in each direction and acknowledged one by one; everything else is neither. Both ends use the classes here: the
gateway (which plays service and agent) and the stand-in plugin.
"""

from __future__ import annotations

import hashlib
import json
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

INPUT = "input_stream_data"
OUTPUT = "output_stream_data"
ACKNOWLEDGE = "acknowledge"
CHANNEL_CLOSED = "channel_closed"

STREAM_PAYLOAD_LIMIT = 1024
"""Bytes in one stream message; the plugin and the agent both cut at this."""

_HEADER = struct.Struct(">I32sIQqQ16s32sII")
_HEADER_LENGTH = 116
"""What the first field says: the header up to, and not counting, the payload's own length."""

SYN, FIN = 1, 2


class PayloadType(IntEnum):
    """What a stream message's payload is."""

    NONE = 0
    OUTPUT = 1
    ERROR = 2
    SIZE = 3
    PARAMETER = 4
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    ENCRYPTION_CHALLENGE_REQUEST = 8
    ENCRYPTION_CHALLENGE_RESPONSE = 9
    FLAG = 10
    STDERR = 11
    EXIT_CODE = 12


HANDSHAKE = frozenset(
    {PayloadType.HANDSHAKE_REQUEST, PayloadType.HANDSHAKE_COMPLETE, PayloadType.ENCRYPTION_CHALLENGE_REQUEST}
)
"""What the plugin answers itself, before it has a handler for the session's output."""


class Malformed(ValueError):
    """A frame that the plugin would drop without an answer."""


def _now_ms() -> int:
    return int(time.time() * 1000)


@dataclass(frozen=True)
class AgentMessage:
    """One frame of the data channel."""

    type: str
    payload: bytes = b""
    sequence: int = 0
    flags: int = 0
    payload_type: int = PayloadType.NONE
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    created_ms: int = field(default_factory=_now_ms)

    def pack(self) -> bytes:
        """The frame: a 120-byte header, all big-endian, then the payload."""
        return (
            _HEADER.pack(
                _HEADER_LENGTH,
                self.type.encode().ljust(32),
                1,
                self.created_ms,
                self.sequence,
                self.flags,
                _swap_halves(self.id.bytes),
                hashlib.sha256(self.payload).digest(),
                self.payload_type,
                len(self.payload),
            )
            + self.payload
        )

    @classmethod
    def unpack(cls, frame: bytes) -> AgentMessage:
        """Reads a frame, judging it as the plugin does.

        Raises:
            Malformed: a short frame, an empty type, no date, or a digest that is not the payload's.
        """
        if len(frame) < _HEADER.size:
            raise Malformed(f"{len(frame)} bytes are less than a header")
        length, kind, _, created, sequence, flags, identifier, digest, payload_type, payload_length = _HEADER.unpack(
            frame[: _HEADER.size]
        )
        # The payload is all that follows the header: its length field only says whether there is one.
        payload = frame[length + 4 :]
        message_type = kind.strip(b" \0").decode("ascii", "replace")
        if length == 0 or not message_type or created == 0:
            raise Malformed("header length, type or date is missing")
        if payload_length and digest != hashlib.sha256(payload).digest():
            raise Malformed("the digest is not the payload's")
        return cls(
            message_type, payload, sequence, flags, payload_type, uuid.UUID(bytes=_swap_halves(identifier)), created
        )


def _swap_halves(identifier: bytes) -> bytes:
    # The agent writes a UUID as two longs, the low one first.
    return identifier[8:] + identifier[:8]


def acknowledgement(message: AgentMessage) -> AgentMessage:
    """The answer to a stream message. Its reader uses the sequence number only."""
    content = {
        "AcknowledgedMessageType": message.type,
        "AcknowledgedMessageId": str(message.id),
        "AcknowledgedMessageSequenceNumber": message.sequence,
        "IsSequentialMessage": True,
    }
    return AgentMessage(ACKNOWLEDGE, json.dumps(content).encode(), flags=SYN | FIN)


def acknowledged_sequence(message: AgentMessage) -> int:
    """The number that an acknowledgement names."""
    return int(json.loads(message.payload)["AcknowledgedMessageSequenceNumber"])


def channel_closed(session_id: str, target: str, output: str) -> AgentMessage:
    """The end of a session; ``output`` says why when the end is not the shell's own."""
    identifier, created = uuid.uuid4(), _now_ms()
    content = {
        "MessageId": str(identifier),
        "CreatedDate": str(created),
        "DestinationId": target,
        "SessionId": session_id,
        "MessageType": CHANNEL_CLOSED,
        "SchemaVersion": 1,
        "Output": output,
    }
    return AgentMessage(
        CHANNEL_CLOSED, json.dumps(content).encode(), flags=SYN | FIN, id=identifier, created_ms=created
    )


def complete_characters(data: bytes) -> int:
    """How many leading bytes of ``data`` end on a UTF-8 character's boundary.

    Output is cut there because each message is shown by itself. Bytes that are no UTF-8 at all count as complete.
    """
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return len(data) - back if needed > back else len(data)
    return len(data)


class InboundStream:
    """Puts the other end's stream messages in order and says which to acknowledge."""

    AHEAD_LIMIT = 10_000

    def __init__(self, *, acknowledges_duplicates: bool) -> None:
        """The agent acknowledges a duplicate again; the plugin ignores it."""
        self.expected = 0
        self._ahead: dict[int, AgentMessage] = {}
        self._acknowledges_duplicates = acknowledges_duplicates

    def receive(self, message: AgentMessage, deliver: Callable[[AgentMessage], bool]) -> bool:
        """Takes a message, hands over what is now in order, and returns whether to acknowledge this one.

        ``deliver`` returns False when it cannot take a message yet: that one is neither acknowledged nor passed over,
        so the other end sends it again.
        """
        if message.sequence < self.expected:
            return self._acknowledges_duplicates
        if message.sequence > self.expected:
            if len(self._ahead) < self.AHEAD_LIMIT:
                self._ahead[message.sequence] = message
            return message.sequence in self._ahead
        if not deliver(message):
            return False
        self.expected += 1
        self.deliver_ahead(deliver)
        return True

    def deliver_ahead(self, deliver: Callable[[AgentMessage], bool]) -> None:
        """Hands over messages that came early and are now due. Call it again once ``deliver`` can take more."""
        while (early := self._ahead.get(self.expected)) is not None and deliver(early):
            del self._ahead[self.expected]
            self.expected += 1
