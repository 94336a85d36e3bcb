"""The data channel's wire format and sequencing, without sockets."""

from __future__ import annotations

import hashlib
import json
import struct
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import session_world  # noqa: F401  puts infra/local on the path
from system.data_channel import (
    INPUT,
    OUTPUT,
    AgentMessage,
    InboundStream,
    Malformed,
    PayloadType,
    acknowledged_sequence,
    acknowledgement,
    channel_closed,
    complete_characters,
)
from system.outbound_stream import OutboundStream

IDENTIFIER = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")


def frame_by_hand(payload: bytes) -> bytes:
    """A frame put together field by field from the protocol's table, not by the code under test."""
    return b"".join(
        (
            struct.pack(">I", 116),
            b"output_stream_data" + b" " * 14,
            struct.pack(">I", 1),
            struct.pack(">Q", 1_700_000_000_123),
            struct.pack(">q", 5),
            struct.pack(">Q", 1),
            bytes.fromhex("8899aabbccddeeff" + "0011223344556677"),
            hashlib.sha256(payload).digest(),
            struct.pack(">I", 1),
            struct.pack(">I", len(payload)),
            payload,
        )
    )


def message(sequence: int, payload: bytes = b"x", kind: str = INPUT) -> AgentMessage:
    return AgentMessage(kind, payload, sequence, payload_type=PayloadType.OUTPUT)


class TestAgentMessage:
    def test_a_message_packs_to_the_bytes_of_the_table(self) -> None:
        packed = AgentMessage(OUTPUT, b"hello", 5, 1, PayloadType.OUTPUT, IDENTIFIER, 1_700_000_000_123).pack()
        assert packed == frame_by_hand(b"hello")

    def test_what_is_packed_is_read_again(self) -> None:
        sent = AgentMessage(OUTPUT, "grüße".encode(), 7, 0, PayloadType.STDERR, IDENTIFIER, 1)
        assert AgentMessage.unpack(sent.pack()) == sent

    def test_the_payload_is_all_that_follows_the_header(self) -> None:
        frame = bytearray(frame_by_hand(b"hello"))
        frame[116:120] = struct.pack(">I", 3)  # the plugin reads to the end of the frame, whatever this says
        assert AgentMessage.unpack(bytes(frame)).payload == b"hello"

    @pytest.mark.parametrize(
        ("start", "end", "value", "why"),
        [
            (0, 4, bytes(4), "no header length"),
            (4, 36, b" " * 32, "no type"),
            (40, 48, bytes(8), "no date"),
            (80, 112, bytes(32), "another digest"),
        ],
    )
    def test_what_the_plugin_drops_is_malformed(self, start: int, end: int, value: bytes, why: str) -> None:
        frame = bytearray(frame_by_hand(b"hello"))
        frame[start:end] = value
        with pytest.raises(Malformed):
            AgentMessage.unpack(bytes(frame))

    def test_a_frame_shorter_than_a_header_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            AgentMessage.unpack(frame_by_hand(b"")[:119])

    def test_an_acknowledgement_names_the_message_it_answers(self) -> None:
        answer = acknowledgement(AgentMessage(INPUT, b"x", 9, id=IDENTIFIER))
        assert (answer.type, answer.sequence, answer.flags, answer.payload_type) == ("acknowledge", 0, 3, 0)
        assert json.loads(answer.payload) == {
            "AcknowledgedMessageType": "input_stream_data",
            "AcknowledgedMessageId": "00112233-4455-6677-8899-aabbccddeeff",
            "AcknowledgedMessageSequenceNumber": 9,
            "IsSequentialMessage": True,
        }
        assert acknowledged_sequence(answer) == 9

    def test_the_end_of_a_channel_says_why(self) -> None:
        end = channel_closed("alice-1", "i-1", "no such user")
        content = json.loads(end.payload)
        assert content == {
            "MessageId": str(end.id),
            "CreatedDate": str(end.created_ms),
            "DestinationId": "i-1",
            "SessionId": "alice-1",
            "MessageType": "channel_closed",
            "SchemaVersion": 1,
            "Output": "no such user",
        }


@pytest.mark.parametrize(
    ("data", "complete"),
    [
        (b"", 0),
        (b"plain", 5),
        ("aü".encode(), 3),
        ("aü".encode()[:-1], 1),
        ("a€".encode()[:-1], 1),
        ("a€".encode()[:-2], 1),
        ("a😀".encode()[:-1], 1),
        ("a😀".encode()[:-3], 1),
        ("a😀".encode(), 5),
        (b"a\x80\x80\x80\x80\x80", 6),
        (b"\xff", 0),
    ],
)
def test_output_is_cut_between_characters(data: bytes, complete: int) -> None:
    assert complete_characters(data) == complete


def note(numbers: list[int]) -> Callable[[AgentMessage], bool]:
    """Takes every message, and notes its number."""

    def deliver(taken: AgentMessage) -> bool:
        numbers.append(taken.sequence)
        return True

    return deliver


class TestInboundStream:
    def receive(self, stream: InboundStream, *sequences: int) -> tuple[list[int], list[int]]:
        delivered: list[int] = []
        acknowledged = [number for number in sequences if stream.receive(message(number), note(delivered))]
        return delivered, acknowledged

    def test_messages_are_handed_over_in_order_and_once(self) -> None:
        stream = InboundStream(acknowledges_duplicates=True)
        assert self.receive(stream, 0, 2, 3, 1, 2, 0) == ([0, 1, 2, 3], [0, 2, 3, 1, 2, 0])

    def test_the_plugin_does_not_acknowledge_a_duplicate(self) -> None:
        stream = InboundStream(acknowledges_duplicates=False)
        assert self.receive(stream, 0, 0, 1, 0) == ([0, 1], [0, 1])

    def test_a_message_that_cannot_be_taken_yet_is_not_acknowledged_and_not_passed_over(self) -> None:
        stream = InboundStream(acknowledges_duplicates=True)
        assert not stream.receive(message(0), lambda _: False)
        assert stream.receive(message(1), lambda _: False), "it is early, so kept"
        delivered, acknowledged = self.receive(stream, 0)
        assert (delivered, acknowledged) == ([0, 1], [0])

    def test_an_early_message_that_could_not_be_taken_is_handed_over_later(self) -> None:
        stream = InboundStream(acknowledges_duplicates=True)
        stream.receive(message(1), lambda _: True)
        stream.receive(message(0), lambda taken: taken.sequence == 0)
        late: list[int] = []
        stream.deliver_ahead(note(late))
        assert late == [1] and stream.expected == 2


class TestOutboundStream:
    def stream(self, **options: Any) -> OutboundStream:
        return OutboundStream(OUTPUT, **{"receiver_acknowledges_duplicates": False, **options})

    def sequence(self, frame: bytes | None) -> int | None:
        return AgentMessage.unpack(frame).sequence if frame is not None else None

    def test_messages_are_numbered_from_zero_and_the_first_of_the_agents_is_flagged(self) -> None:
        stream = self.stream()
        sent = [AgentMessage.unpack(stream.send(PayloadType.OUTPUT, b"x", 0)) for _ in range(3)]
        assert [(each.sequence, each.flags) for each in sent] == [(0, 1), (1, 0), (2, 0)]

    def test_only_the_oldest_is_sent_again_and_only_when_its_time_is_up(self) -> None:
        stream = self.stream()
        for _ in range(2):
            stream.send(PayloadType.OUTPUT, b"x", 0)
        assert stream.overdue(0.2) is None
        assert self.sequence(stream.overdue(0.21)) == 0
        assert stream.overdue(0.3) is None, "its time starts anew"

    def test_a_slow_receiver_is_given_more_time_but_no_more_than_a_second(self) -> None:
        stream = self.stream()
        for number in range(20):
            stream.send(PayloadType.OUTPUT, b"x", number * 10.0)
            stream.acknowledge(number, number * 10.0 + 3)
        stream.send(PayloadType.OUTPUT, b"x", 1000)
        assert stream.overdue(1000.9) is None
        assert stream.overdue(1001.1) is not None

    def test_a_new_connection_is_sent_all_that_is_unacknowledged_in_order(self) -> None:
        stream = self.stream()
        for _ in range(4):
            stream.send(PayloadType.OUTPUT, b"x", 0)
        stream.acknowledge(0, 0)
        assert [self.sequence(frame) for frame in stream.replay(1)] == [1, 2, 3]

    def test_once_the_plugin_shows_output_an_acknowledgement_vouches_for_all_before(self) -> None:
        stream = self.stream()
        for _ in range(4):
            stream.send(PayloadType.OUTPUT, b"x", 0)
        stream.acknowledge(0, 0)
        stream.acknowledge(3, 0)
        assert stream.is_settled

    def test_before_that_it_vouches_for_itself_only(self) -> None:
        # The plugin drops the first output while it has no handler, and keeps and acknowledges what comes after.
        stream = self.stream()
        for kind in (
            PayloadType.HANDSHAKE_REQUEST,
            PayloadType.HANDSHAKE_COMPLETE,
            PayloadType.OUTPUT,
            PayloadType.OUTPUT,
        ):
            stream.send(kind, b"x", 0)
        for sequence in (0, 1, 3):
            stream.acknowledge(sequence, 0)
        assert [self.sequence(frame) for frame in stream.replay(1)] == [2]

    def test_a_receiver_that_acknowledges_duplicates_vouches_for_each_alone(self) -> None:
        stream = self.stream(receiver_acknowledges_duplicates=True)
        for _ in range(3):
            stream.send(PayloadType.OUTPUT, b"x", 0)
        stream.acknowledge(0, 0)
        stream.acknowledge(2, 0)
        assert [self.sequence(frame) for frame in stream.replay(1)] == [1]

    def test_there_is_room_until_the_window_is_full(self) -> None:
        stream = self.stream(window=2)
        stream.send(PayloadType.OUTPUT, b"x", 0)
        assert stream.has_room
        stream.send(PayloadType.OUTPUT, b"x", 0)
        assert not stream.has_room
        stream.acknowledge(0, 0)
        assert stream.has_room
