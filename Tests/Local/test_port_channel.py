"""A port session's channel, message by message: what a client could say that no plugin says."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from channel_client import Client, opened
from plugin_contract import nodes
from session_world import NodeUsers, SessionService, eventually, port_document, session_service, start_request
from system.data_channel import ACKNOWLEDGE, CHANNEL_CLOSED, INPUT, OUTPUT, AgentMessage, PayloadType
from system.smux import Command, Frame

__all__ = ["nodes"]


@contextmanager
def forwarding(nodes: NodeUsers, port: str = "5432", **answer: Any) -> Iterator[tuple[SessionService, Client]]:
    """A client that has given its answer to the handshake."""
    with session_service(nodes) as service:
        request = start_request(port_document(), parameters={"portNumber": [port]})
        with opened(service.start(request)) as client:
            asked = json.loads(client.receive_until(of_type(PayloadType.HANDSHAKE_REQUEST)).payload)
            action = asked["RequestedClientActions"][0]
            assert action["ActionParameters"] == {
                "SessionType": "Port",
                "Properties": {"portNumber": port, "localPortNumber": "0", "type": "LocalPortForwarding"},
            }
            done = {"ActionType": "SessionType", "ActionStatus": 1, "ActionResult": None, "Error": "", **answer}
            client.send(message(0, PayloadType.HANDSHAKE_RESPONSE, json.dumps({"ProcessedClientActions": [done]}).encode()))
            yield service, client


def take_up(client: Client) -> None:
    """Says nothing, as message 1, until the agent is ready to hear it: as the plugin does, again and again."""
    client.receive_until(of_type(PayloadType.HANDSHAKE_COMPLETE))
    while True:
        client.send(frame(1, Command.NOTHING, 0))
        with contextlib.suppress(TimeoutError):
            if client.receive(seconds=0.1).type == ACKNOWLEDGE:
                return


def of_type(payload_type: PayloadType):  # noqa: ANN201
    return lambda received: received.type == OUTPUT and received.payload_type == payload_type


def message(sequence: int, payload_type: PayloadType, payload: bytes) -> AgentMessage:
    return AgentMessage(INPUT, payload, sequence, payload_type=payload_type)


def frame(sequence: int, command: Command, connection: int, data: bytes = b"") -> AgentMessage:
    return message(sequence, PayloadType.OUTPUT, Frame(command, connection, data).pack())


def test_frames_open_use_and_close_a_connection(nodes: NodeUsers) -> None:
    with forwarding(nodes, "5436") as (_, client):
        take_up(client)
        client.send(frame(2, Command.OPEN, 3))
        client.send(frame(3, Command.NOTHING, 0))
        client.send(frame(4, Command.DATA, 3, b"a line\n"))
        assert client.receive_until(of_type(PayloadType.OUTPUT)).payload == Frame(Command.DATA, 3, b"a line\n").pack()
        assert client.receive_until(of_type(PayloadType.OUTPUT)).payload == Frame(Command.CLOSE, 3).pack()


def test_a_port_where_nobody_listens_is_a_flag_and_the_end_of_that_connection(nodes: NodeUsers) -> None:
    with forwarding(nodes, "5999") as (service, client):
        take_up(client)
        client.send(frame(2, Command.OPEN, 3))
        assert client.receive_until(of_type(PayloadType.FLAG)).payload == struct.pack(">I", 3)
        assert client.receive_until(of_type(PayloadType.OUTPUT)).payload == Frame(Command.CLOSE, 3).pack()
        assert [state.status for state in service.live()] == ["Connected"]


def test_what_is_said_of_no_connection_is_ignored(nodes: NodeUsers) -> None:
    with forwarding(nodes) as (_, client):
        take_up(client)
        client.send(frame(2, Command.DATA, 9, b"lost"))
        client.send(frame(3, Command.CLOSE, 9))
        client.send(frame(4, Command.OPEN, 3))
        client.send(frame(5, Command.DATA, 3, b"found"))
        assert client.receive_until(of_type(PayloadType.OUTPUT)).payload == Frame(Command.DATA, 3, b"found").pack()


@pytest.mark.parametrize("nonsense", [b"\x02" + bytes(7), b"\x01\x09" + bytes(6)])
def test_bytes_that_are_no_frames_end_the_session(nodes: NodeUsers, nonsense: bytes) -> None:
    with forwarding(nodes) as (service, client):
        take_up(client)
        client.send(message(2, PayloadType.OUTPUT, nonsense))
        client.receive_until(lambda received: received.type == CHANNEL_CLOSED)
        eventually(lambda: not service.live(), "it ends")


def test_a_client_that_knows_no_ports_ends_the_session(nodes: NodeUsers) -> None:
    with forwarding(nodes, ActionStatus=3, Error="Unsupported action") as (service, client):
        end = client.receive_until(lambda received: received.type == CHANNEL_CLOSED)
        words = "Encountered error while initiating handshake. Unsupported action"
        assert words in json.loads(end.payload)["Output"]
        assert service.live() == []
