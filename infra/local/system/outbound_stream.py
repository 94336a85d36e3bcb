"""The sending half of a data channel's sequencing: number, keep until acknowledged, send again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from .data_channel import HANDSHAKE, SYN, AgentMessage


@dataclass
class _Unacknowledged:
    frame: bytes
    payload_type: int
    sent: float
    sent_again: bool = False


class OutboundStream:
    """Numbers stream messages and keeps each until it is acknowledged.

    Within a connection nothing is lost, but a receiver that is not ready drops a message silently: so the oldest one is
    sent again when its time is up. A new connection gets everything that is unacknowledged, in order.

    The plugin never acknowledges a duplicate. So when an acknowledgement is lost with its connection, that message
    would stay here for ever. But the plugin handles a connection's messages in order, and once it has acknowledged the
    first message after the handshake it drops none: from then on an acknowledgement vouches for every earlier message
    too.
    """

    FIRST_TIMEOUT = 0.2
    LONGEST_TIMEOUT = 1.0
    CLOCK_GRANULARITY = 0.01

    def __init__(self, message_type: str, *, window: int = 256, receiver_acknowledges_duplicates: bool) -> None:
        self.next_sequence = 0
        self._type = message_type
        self.window = window
        """How many may be unacknowledged before the source should be paused."""
        self._exact = receiver_acknowledges_duplicates
        self._receiver_is_ready = False
        self._first_after_handshake: int | None = None
        self._unacknowledged: OrderedDict[int, _Unacknowledged] = OrderedDict()  # the oldest first
        self._round_trip = 0.1
        self._variation = 0.0
        self._timeout = self.FIRST_TIMEOUT

    @property
    def has_room(self) -> bool:
        """Whether the receiver keeps up; when not, its source should be paused."""
        return len(self._unacknowledged) < self.window

    @property
    def is_settled(self) -> bool:
        """Whether everything was acknowledged."""
        return not self._unacknowledged

    def send(self, payload_type: int, payload: bytes, now: float) -> bytes:
        """Numbers a message, keeps it, and returns its frame."""
        sequence = self.next_sequence
        self.next_sequence += 1
        if self._first_after_handshake is None and payload_type not in HANDSHAKE:
            self._first_after_handshake = sequence
        # The agent flags the first message of its stream; the plugin flags none.
        flags = SYN if sequence == 0 and not self._exact else 0
        frame = AgentMessage(self._type, payload, sequence, flags, payload_type).pack()
        self._unacknowledged[sequence] = _Unacknowledged(frame, payload_type, now)
        return frame

    def acknowledge(self, sequence: int, now: float) -> None:
        """Forgets what an acknowledgement vouches for. One that vouches for nothing kept is not an error."""
        kept = self._unacknowledged.pop(sequence, None)
        if kept is None:
            return
        if not kept.sent_again:
            self._measure(now - kept.sent)
        if self._exact:
            return
        self._receiver_is_ready = self._receiver_is_ready or sequence == self._first_after_handshake
        if self._receiver_is_ready:
            while self._unacknowledged and next(iter(self._unacknowledged)) < sequence:
                self._unacknowledged.popitem(last=False)

    def overdue(self, now: float) -> bytes | None:
        """The oldest unacknowledged frame, when it is time to send it again."""
        if not self._unacknowledged:
            return None
        oldest = next(iter(self._unacknowledged.values()))
        if now - oldest.sent <= self._timeout:
            return None
        return self._again(oldest, now)

    def replay(self, now: float) -> list[bytes]:
        """Everything a new connection must be sent, in order."""
        return [self._again(message, now) for message in self._unacknowledged.values()]

    @staticmethod
    def _again(message: _Unacknowledged, now: float) -> bytes:
        message.sent, message.sent_again = now, True
        return message.frame

    def _measure(self, round_trip: float) -> None:
        # RFC 6298's estimator with the agent's constants.
        self._variation = 0.75 * self._variation + 0.25 * abs(self._round_trip - round_trip)
        self._round_trip = 0.875 * self._round_trip + 0.125 * round_trip
        timeout = self._round_trip + max(self.CLOCK_GRANULARITY, 4 * self._variation)
        self._timeout = min(timeout, self.LONGEST_TIMEOUT)
