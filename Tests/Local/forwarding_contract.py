"""What any session-manager-plugin does with a forwarded port, many connections at once."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from connections import connected, digest, exchange, opened_port, receive, receive_all, some_bytes
from kinds_contract import KindsContract, Start, begun, exited, failed
from session_world import SessionService, StartedSession, eventually, port_document

ECHO, GREETING_ECHO, SUMMING, HANGING_UP, TALKING, NOBODY = "5432", "5433", "5434", "5435", "5437", "5999"
REFUSED = b"\nConnection to destination port failed, check SSM Agent logs.\n"


class ForwardingContract(KindsContract):
    """The node's services are those of session_world.NODES."""

    megabytes: int
    """How much is sent in the test of much."""

    def test_it_says_which_port_it_opened_and_when_it_is_first_used(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        port = opened_port(plugin)
        name = sessions[0].session_id
        opened = begun(sessions[0], f"Port {port} opened for sessionId {name}.\nWaiting for connections...\n")
        plugin.expect(b"Waiting for connections...\n")
        assert bytes(plugin.shown) == opened
        for _ in range(2):
            with connected(port) as connection:
                assert exchange(connection, b"hello\n") == b"hello\n"
        assert bytes(plugin.shown) == opened + f"\nConnection accepted for session [{name}]\n".encode()

    def test_a_local_port_that_is_asked_for_is_the_one(self, start: Start) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        assert opened_port(start(port_document(), portNumber=ECHO, localPortNumber=str(port))) == port

    def test_it_listens_on_loopback_only(self, start: Start) -> None:
        port = opened_port(start(port_document(), portNumber=ECHO))
        listening = [line.split()[1] for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
                     if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"]  # fmt: skip
        assert listening == [f"0100007F:{port:04X}"]

    def test_much_goes_through_unchanged_in_both_directions_at_once(self, start: Start) -> None:
        data = some_bytes(self.megabytes * 1_000_000)
        with connected(opened_port(start(port_document(), portNumber=ECHO))) as connection:
            assert digest(exchange(connection, data)) == digest(data)

    def test_many_connections_at_once_have_their_own_bytes_each(self, start: Start) -> None:
        port = opened_port(start(port_document(), portNumber=ECHO))

        def use(number: int) -> bool:
            data = some_bytes(1_000 + 700 * number, seed=number)
            with connected(port) as connection:
                return exchange(connection, data) == data

        with ThreadPoolExecutor(60) as people:
            assert all(people.map(use, range(60)))

    def test_a_server_may_speak_first(self, start: Start) -> None:
        with connected(opened_port(start(port_document(), portNumber=GREETING_ECHO))) as connection:
            assert receive(connection, 13) == b"web-1 greets\n"
            assert exchange(connection, b"and listens") == b"and listens"

    def test_a_server_that_hangs_up_ends_that_connection_and_no_other(self, start: Start) -> None:
        port = opened_port(start(port_document(), portNumber=HANGING_UP))
        for _ in range(3):
            with connected(port) as connection:
                assert receive_all(connection) == b""

    def test_what_a_server_answers_after_the_end_of_the_question_is_lost(self, start: Start) -> None:
        port = opened_port(start(port_document(), portNumber=SUMMING))
        with connected(port) as connection:
            connection.sendall(b"question")
            connection.shutdown(socket.SHUT_WR)
            assert receive_all(connection) == b"", "there is no half-open connection in a port session"

    def test_nobody_at_the_port_is_said_each_time_and_ends_nothing(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(port_document(), portNumber=NOBODY)
        port = opened_port(plugin)
        for _ in range(2):
            with connected(port) as connection:
                assert receive_all(connection) == b""
        plugin.expect(REFUSED + REFUSED)
        assert [state.status for state in service.live()] == ["Connected"]

    def test_a_remote_host_is_reached_from_the_node(self, start: Start) -> None:
        content = port_document(host="{{ host }}")
        port = opened_port(start(content, portNumber=ECHO, host="db.internal"))
        with connected(port) as connection:
            assert receive(connection, 19) == b"db.internal greets\n"

    @pytest.mark.parametrize("host", ["", "localhost", "web-1", "127.0.0.1"])
    def test_the_node_itself_is_reached_by_no_host_and_by_its_own_names(self, start: Start, host: str) -> None:
        given = {"host": host} if host else {}  # an empty value the API does not take, but a default may be empty
        port = opened_port(start(port_document(host="{{ host }}"), portNumber=GREETING_ECHO, **given))
        with connected(port) as connection:
            assert receive(connection, 13) == b"web-1 greets\n"

    @pytest.mark.parametrize("host", ["nosuch.internal", "10.1.0.77"])
    def test_a_host_the_node_cannot_reach_is_as_nobody_at_the_port(self, start: Start, host: str) -> None:
        plugin = start(port_document(host="{{ host }}"), portNumber=ECHO, host=host)
        with connected(opened_port(plugin)) as connection:
            assert receive_all(connection) == b""
        plugin.expect(REFUSED)

    @pytest.mark.parametrize("host", ["metadata.internal", "169.254.169.254", "dns.internal", "10.1.255.255"])
    def test_an_address_that_aws_keeps_for_itself_is_the_sessions_last_word(
        self, start: Start, sessions: list[StartedSession], service: SessionService, host: str
    ) -> None:
        plugin = start(port_document(host="{{ host }}"), portNumber="80", host=host)
        assert plugin.end() == 0
        assert plugin.shown.endswith(failed(sessions[0], f"Forwarding to IP address {host} is forbidden."))
        eventually(lambda: service.get(sessions[0].session_id).status == "Failed", "it ends")  # type: ignore[union-attr]

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP])
    def test_a_terminals_signal_ends_plugin_and_session(
        self, start: Start, sessions: list[StartedSession], service: SessionService, number: signal.Signals
    ) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        plugin.expect(b"Waiting for connections...\n")
        plugin.process.send_signal(number)
        assert plugin.end() == 0
        assert plugin.shown.endswith(b"Terminate signal received, exiting.\n" + exited(sessions[0]))
        eventually(lambda: service.get(sessions[0].session_id).status == "Terminated", "it ends")  # type: ignore[union-attr]

    def test_sigterm_ends_the_plugin_and_not_the_session(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        plugin.expect(b"Waiting for connections...\n")
        plugin.process.terminate()
        assert plugin.end() == -signal.SIGTERM
        eventually(lambda: [state.status for state in service.live()] == ["Disconnected"], "the session lives on")

    def test_a_terminated_session_ends_the_plugin(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        with connected(opened_port(plugin)) as connection:
            assert exchange(connection, b"x") == b"x"
            service.terminate(sessions[0].session_id)
            assert plugin.end() == 0
            assert receive_all(connection) == b""
        assert plugin.shown.endswith(exited(sessions[0]))

    def test_the_end_of_its_input_is_nothing_to_it(self, start: Start) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        plugin.end_input()
        with connected(opened_port(plugin)) as connection:
            assert exchange(connection, b"hello") == b"hello"

    def test_a_connection_outlives_its_channels(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        with connected(opened_port(start(port_document(), portNumber=ECHO))) as connection:
            for text in (b"before", b"after", b"after another"):
                assert exchange(connection, text) == text
                service.drop_connection(sessions[0].session_id)

    def test_what_the_node_sends_comes_whole_across_broken_channels(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        said = "".join(f"{number}\n" for number in range(1, 900_001)).encode()
        heard = b""
        with connected(opened_port(start(port_document(), portNumber=TALKING))) as connection:
            for part in (1_000_000, 2_000_000, len(said)):
                heard += receive(connection, part - len(heard))
                service.drop_connection(sessions[0].session_id)
            assert receive_all(connection) == b""
        assert digest(heard) == digest(said)

    def test_one_newline_alone_becomes_a_carriage_return(self, start: Start) -> None:
        # A frame's header is 8 bytes and a message carries 1,024: this frame's last byte is a message of its own.
        data = b"x" * (1024 - 8) + b"\n"
        with connected(opened_port(start(port_document(), portNumber=ECHO))) as connection:
            assert exchange(connection, data) == data[:-1] + b"\r"

    def test_its_socket_file_is_where_tmpdir_says_and_goes_with_it(
        self, start: Start, tmp_path: pathlib.Path
    ) -> None:
        plugin = start(port_document(), portNumber=ECHO)
        plugin.expect(b"Waiting for connections...\n")
        (file,) = (tmp_path / "1").glob("*_session_manager_plugin_mux.sock")
        plugin.process.send_signal(signal.SIGINT)
        assert plugin.end() == 0
        assert not file.exists()

    def test_a_port_that_is_taken_is_said_at_most_and_hung_upon_at_worst(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            plugin = start(port_document(), portNumber=ECHO, localPortNumber=str(port))
            with contextlib.suppress(Exception):
                plugin.process.wait(2)
        words = f"Cannot perform start session: listen tcp 127.0.0.1:{port}: bind: address already in use\n"
        assert bytes(plugin.shown) in (begun(sessions[0]), begun(sessions[0], words))
        assert plugin.process.poll() in (None, 0)
        assert os.path.exists(f"/proc/{plugin.process.pid}") == (plugin.process.returncode is None)
