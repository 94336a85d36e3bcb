"""The session service through its API and through a bare WebSocket client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from channel_client import Client, opened
from plugin_contract import nodes
from session_world import (
    WEB,
    ChannelRefused,
    ChannelRequest,
    NodeUsers,
    SessionGone,
    SessionService,
    document,
    eventually,
    session_service,
    start_request,
)
from system.data_channel import CHANNEL_CLOSED
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

__all__ = ["nodes"]


@pytest.fixture
def service(nodes: NodeUsers) -> Iterator[SessionService]:
    with session_service(nodes) as service:
        yield service


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


class TestStarting:
    def test_ids_tokens_and_urls_have_awss_form(self, service: SessionService) -> None:
        started = service.start(start_request(role_session_name="a.b@example.org"))
        assert re.fullmatch(r"a\.b@example\.org-[a-z0-9]{26}", started.session_id)
        assert len(started.token_value) >= 400
        path = f"/v1/data-channel/{started.session_id}"
        assert re.fullmatch(
            rf"ws://127\.0\.0\.1:\d+{re.escape(path)}\?role=publish_subscribe&cell-number=[\w%-]+", started.stream_url
        )
        assert started.token_value not in repr(started)

    def test_a_session_is_described_to_its_own_account_and_region_newest_first(self, service: SessionService) -> None:
        first = service.start(start_request(reason="ticket 7", document=document(maxSessionDuration="90")))
        second = service.start(start_request())
        service.start(start_request(account="444455556666"))
        service.start(start_request(region="eu-central-1"))
        listed = service.describe("111122223333", "eu-west-1", "Active")
        assert [state.session_id for state in listed] == [second.session_id, first.session_id]
        assert (listed[1].status, listed[1].reason, listed[1].max_session_duration) == ("Connecting", "ticket 7", "90")
        service.terminate(first.session_id)
        (ended,) = service.describe("111122223333", "eu-west-1", "History")
        assert (ended.session_id, ended.status) == (first.session_id, "Terminated")
        assert ended.end_date is not None

    def test_a_target_that_is_no_node_is_the_callers_mistake(self, service: SessionService) -> None:
        with pytest.raises(KeyError):
            service.start(start_request(target="i-0eeeeeeeeeeeeeee9"))

    def test_terminating_twice_or_what_never_was_is_no_error(self, service: SessionService) -> None:
        started = service.start(start_request())
        for session_id in (started.session_id, started.session_id, "nobody-1"):
            service.terminate(session_id)
        assert service.live() == []

    def test_what_has_ended_or_never_was_cannot_be_resumed(self, service: SessionService) -> None:
        started = service.start(start_request())
        service.terminate(started.session_id)
        for session_id in (started.session_id, "nobody-1"):
            with pytest.raises(SessionGone):
                service.resume(session_id)


class TestConnecting:
    def test_a_token_opens_one_connection(self, service: SessionService) -> None:
        started = service.start(start_request())
        with opened(started) as client:
            client.read_until("$ ")
        with opened(started) as client:
            assert client.close_code == 1008

    def test_a_resumed_sessions_earlier_token_is_worth_nothing(self, service: SessionService) -> None:
        started = service.start(start_request())
        resumed = service.resume(started.session_id)
        assert resumed.session_id == started.session_id and resumed.stream_url == started.stream_url
        with opened(started) as client:
            assert client.close_code == 1008
        with opened(resumed) as client:
            client.read_until("$ ")

    def test_a_token_is_good_for_a_minute(self, nodes: NodeUsers) -> None:
        clock = Clock()
        with session_service(nodes, clock=clock) as service:
            started = service.start(start_request())
            clock.now += 61
            with opened(started) as client:
                assert client.close_code == 1008

    @pytest.mark.parametrize("first", ["", "{}", "[]", '{"TokenValue":"x"}', b"binary"])
    def test_what_does_not_open_a_channel_is_hung_up_on(self, service: SessionService, first: str | bytes) -> None:
        started = service.start(start_request())
        with connect(started.stream_url, compression=None, proxy=None) as socket:
            socket.send(first)
            assert Client(socket).close_code == 1008
        assert [state.status for state in service.live()] == ["Connecting"]

    @pytest.mark.parametrize("path", ["/v1/data-channel/nobody-1", "/v1/control-channel/x", "/"])
    def test_another_path_is_not_found(self, service: SessionService, path: str) -> None:
        with pytest.raises(InvalidStatus) as refused, connect(service.gateway_url + path, proxy=None):
            pass
        assert refused.value.response.status_code == 404

    def test_whom_the_authoriser_refuses_gets_403_and_the_reason(self, nodes: NodeUsers) -> None:
        asked: list[ChannelRequest] = []

        def refuse(request: ChannelRequest) -> None:
            asked.append(request)
            raise ChannelRefused("not this one")

        with session_service(nodes, authorize_channel=refuse) as service:
            started = service.start(start_request(role_session_name="a@b"))
            with pytest.raises(InvalidStatus) as refused, opened(started, **{"X-One": "1"}):
                pass
        assert refused.value.response.status_code == 403
        assert refused.value.response.body == b"not this one\n"
        (request,) = asked
        assert (request.method, request.session_id) == ("GET", started.session_id)
        assert f"ws://{dict(request.headers)['Host']}{request.path}?{request.query}" == started.stream_url
        assert ("X-One", "1") in request.headers

    def test_strict_signing_lets_only_signed_requests_to_the_authoriser(self, nodes: NodeUsers) -> None:
        asked: list[ChannelRequest] = []
        with session_service(nodes, strict_signing=True, authorize_channel=asked.append) as service:
            started = service.start(start_request())
            with pytest.raises(InvalidStatus) as refused, opened(started):
                pass
            assert refused.value.response.status_code == 403 and not asked
            with opened(started, Authorization="AWS4-HMAC-SHA256 Credential=A/1/2/3/aws4_request"):
                eventually(lambda: asked, "the authoriser is asked")


class TestEnding:
    def closed(self, client: Client) -> str:
        message = client.receive_until(lambda message: message.type == CHANNEL_CLOSED)
        return str(json.loads(message.payload)["Output"])

    def test_the_shells_end_closes_the_channel_after_its_last_output(self, service: SessionService) -> None:
        with opened(service.start(start_request())) as client:
            client.read_until("$ ")
            client.type("echo by''e; exit\n")
            client.read_until("bye")
            assert self.closed(client) == ""
            assert client.close_code == 1000
        assert service.live() == []

    def test_a_session_idle_too_long_is_ended_by_the_service(self, nodes: NodeUsers) -> None:
        clock = Clock()
        with session_service(nodes, clock=clock) as service:
            with opened(service.start(start_request(document=document(idleSessionTimeout="5")))) as client:
                client.read_until("$ ")
                clock.now += 4 * 60
                client.type("echo awa''ke\n")
                client.read_until("awake")
                clock.now += 4 * 60
                client.type("echo aga''in\n")
                client.read_until("again")
                clock.now += 5 * 60
                assert self.closed(client) == "Your session timed out due to inactivity and has been terminated."
            (ended,) = service.describe("111122223333", "eu-west-1", "History")
            assert ended.status == "Terminated"

    def test_a_session_has_its_maximum_duration_however_busy(self, nodes: NodeUsers) -> None:
        clock = Clock()
        limited = document(maxSessionDuration="10", idleSessionTimeout="6")
        with session_service(nodes, clock=clock) as service:
            with opened(service.start(start_request(document=limited))) as client:
                client.read_until("$ ")
                for word in ("one", "two"):
                    client.type(f"echo {word}''.\n")
                    client.read_until(f"{word}.")
                    clock.now += 5 * 60
                assert "maximum session duration" in self.closed(client)

    def test_a_session_that_is_never_opened_ends_when_idle(self, nodes: NodeUsers) -> None:
        clock = Clock()
        with session_service(nodes, clock=clock) as service:
            service.start(start_request())
            clock.now += 20 * 60
            eventually(lambda: not service.live(), "it ends")

    def test_closing_the_service_ends_all_it_started(self, nodes: NodeUsers) -> None:
        with session_service(nodes) as service:
            with opened(service.start(start_request())) as client:
                client.read_until("$ ")
                service.close()
                service.close()
                assert self.closed(client) == ""
        process = nodes.process(WEB)
        assert process.switch.identity in ("full", "mapped", "none")
