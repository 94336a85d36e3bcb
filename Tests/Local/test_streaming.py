"""What flows through a data channel, and that nothing is lost or doubled: through a bare client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from channel_client import opened
from plugin_contract import nodes
from session_world import NodeUsers, SessionService, eventually, session_service, start_request
from system.data_channel import ACKNOWLEDGE, INPUT, AgentMessage, PayloadType

__all__ = ["nodes"]


@pytest.fixture
def service(nodes: NodeUsers) -> Iterator[SessionService]:
    with session_service(nodes) as service:
        yield service


class TestStreaming:
    def test_output_that_nobody_acknowledges_is_sent_again(self, service: SessionService) -> None:
        with opened(service.start(start_request())) as client:
            first = client.receive(acknowledge=False)
            again = client.receive(acknowledge=False)
        assert (first.sequence, first.flags) == (0, 1)
        assert again == first

    def test_a_connection_after_a_break_is_sent_what_the_last_one_missed(self, service: SessionService) -> None:
        started = service.start(start_request())
        with opened(started) as client:
            client.read_until("$ ")
            client.type("echo one; echo tw''o\n")
            while b"two" not in (missed := client.receive(acknowledge=False)).payload:
                pass
        eventually(lambda: service.live()[0].status == "Disconnected", "the service notices")
        with opened(service.resume(started.session_id)) as client:
            client.receive_until(lambda message: message.sequence == missed.sequence)
            assert service.live()[0].status == "Connected"

    def test_a_second_connection_takes_over_from_the_first(self, service: SessionService) -> None:
        started = service.start(start_request())
        with opened(started) as first:
            first.read_until("$ ")
            with opened(service.resume(started.session_id)) as second:
                assert first.close_code == 1000
                second.type("echo here n''ow\n")
                second.read_until("here now")
                assert [state.status for state in service.live()] == ["Connected"]

    def test_output_waits_while_there_is_no_client(self, service: SessionService) -> None:
        started = service.start(start_request())
        with opened(started) as client:
            client.read_until("$ ")
            client.type("seq -f 'line %g.' 1 30000; echo al''l\n")
            client.read_until("line 1.")
        with opened(service.resume(started.session_id)) as client:
            seen: dict[int, bytes] = {}
            while b"all" not in b"".join(seen.values())[-20:]:
                message = client.receive()
                seen.setdefault(message.sequence, message.payload)
        numbers = [
            int(number) for number in re.findall(rb"line (\d+)\.\r", b"".join(seen[key] for key in sorted(seen)))
        ]
        assert numbers == list(range(numbers[0], 30001))

    def test_input_is_acknowledged_even_twice_and_typed_once_and_in_order(self, service: SessionService) -> None:
        with opened(service.start(start_request())) as client:
            client.read_until("$ ")
            for sequence, text in ((1, "b=2\n"), (0, "a=1\n"), (0, "a=9\n"), (2, "echo $a-$b\n")):
                client.type(text, sequence)
                answer = client.receive_until(lambda message: message.type == ACKNOWLEDGE)
                assert json.loads(answer.payload)["AcknowledgedMessageSequenceNumber"] == sequence
            client.read_until("1-2")

    def test_frames_that_mean_nothing_are_ignored(self, service: SessionService) -> None:
        with opened(service.start(start_request())) as client:
            client.read_until("$ ")
            for frame in (
                b"short",
                AgentMessage("acknowledge", b"no json").pack(),
                AgentMessage("other_type", b"x").pack(),
                AgentMessage(INPUT, b"{}", 0, payload_type=PayloadType.SIZE).pack(),
                AgentMessage(INPUT, b"[1", 1, payload_type=PayloadType.SIZE).pack(),
            ):
                client.send(frame)
            client.type("echo still he''re\n", 2)
            client.read_until("still here")

    def test_a_service_that_takes_no_input_acknowledges_none(self, service: SessionService) -> None:
        started = service.start(start_request())
        with opened(started) as client:
            client.read_until("$ ")
            service.acknowledge_input(started.session_id, False)
            client.type("echo 1\n", 0)
            service.acknowledge_input(started.session_id, True)
            client.type("echo tw''o\n", 1)
            client.type("echo on''e\n", 0)
            client.read_until("two")
