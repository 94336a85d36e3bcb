"""What any session-manager-plugin does with port sessions of one connection: SSH's, and those of old agents."""

from __future__ import annotations

import signal
import threading

from connections import connected, digest, exchange, opened_port, receive_all, some_bytes
from kinds_contract import KindsContract, Start, begun, exited, failed
from session_world import SSH, SessionService, StartedSession, eventually, port_document

BANNER = "SSH-2.0-OpenSSH_9.2p1 web-1\r\n"


class ProxyContract(KindsContract):
    """Standard input and output are the connection to the node's port 22."""

    megabytes: int
    """How much is sent in the test of much."""

    def test_the_connection_begins_after_the_plugins_first_line(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        plugin = start(SSH)
        plugin.expect(BANNER.encode())
        everything = bytes(range(256))
        plugin.write(everything)
        eventually(lambda: plugin.shown.endswith(everything), "the echo")
        assert bytes(plugin.shown) == begun(sessions[0], BANNER) + everything

    def test_much_goes_through_unchanged(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(SSH)
        plugin.expect(BANNER.encode())
        data = some_bytes(self.megabytes * 1_000_000)
        sending = threading.Thread(target=plugin.write, args=(data,))
        sending.start()
        sending.join()
        whole = len(begun(sessions[0], BANNER)) + len(data)
        for _ in range(8):  # it takes its time
            plugin.process.poll()
            if len(plugin.shown) < whole:
                threading.Event().wait(1)
        eventually(lambda: len(plugin.shown) >= whole, "all of it")
        assert digest(bytes(plugin.shown[-len(data) :])) == digest(data)

    def test_the_end_of_input_ends_it_without_a_word_and_not_the_session(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(SSH)
        plugin.expect(BANNER.encode())
        plugin.end_input()
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0], BANNER)
        eventually(lambda: [state.status for state in service.live()] == ["Disconnected"], "the session lives on")

    def test_a_server_that_hangs_up_ends_plugin_and_session(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        content = {**SSH, "properties": {"portNumber": "5435"}}
        plugin = start(content)
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0]) + exited(sessions[0])
        eventually(lambda: service.get(sessions[0].session_id).status == "Terminated", "it ends")  # type: ignore[union-attr]

    def test_nobody_at_the_port_is_the_sessions_last_word(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        plugin = start({**SSH, "properties": {"portNumber": "5999"}})
        assert plugin.end() == 0
        words = "Unable to connect to specified port: dial tcp 127.0.0.1:5999: connect: connection refused"
        assert bytes(plugin.shown) == begun(sessions[0]) + failed(sessions[0], words)

    def test_a_signal_kills_it(self, start: Start) -> None:
        plugin = start(SSH)
        plugin.expect(BANNER.encode())
        plugin.process.send_signal(signal.SIGINT)
        assert plugin.end() == -signal.SIGINT

    def test_a_document_without_a_port_is_refused(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start({**SSH, "properties": {}})
        assert plugin.end() == 0
        assert b" : Port number is empty in session properties." in plugin.shown


class OldAgentContract(KindsContract):
    """Forwarding through an agent that carries one connection at a time."""

    agent_version = "3.0.196.0"

    def test_one_connection_follows_another(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(port_document(), portNumber="5432")
        port = opened_port(plugin)
        name = sessions[0].session_id
        for text in (b"first", b"second", b"third"):
            with connected(port) as connection:
                assert exchange(connection, text) == text
        said = f"Port {port} opened for sessionId {name}.\nConnection accepted for session {name}.\n"
        assert bytes(plugin.shown) == begun(sessions[0], said)

    def test_a_connection_that_the_node_ended_is_made_anew_for_the_next_bytes(self, start: Start) -> None:
        plugin = start(port_document(), portNumber="5436")
        with connected(opened_port(plugin)) as connection:
            for text in (b"one\n", b"two\n"):
                assert exchange(connection, text) == text

    def test_nobody_at_the_port_is_the_sessions_last_word(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        plugin = start(port_document(), portNumber="5999")
        words = b"Unable to connect to specified port: dial tcp 127.0.0.1:5999: connect: connection refused"
        plugin.expect(words)
        assert plugin.end() == 0

    def test_a_terminals_signal_ends_plugin_and_session(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(port_document(), portNumber="5432")
        with connected(opened_port(plugin)) as connection:
            assert exchange(connection, b"x") == b"x"
            plugin.process.send_signal(signal.SIGINT)
            assert plugin.end() == 0
            assert receive_all(connection) == b""
        assert plugin.shown.endswith(b"Terminate signal received, exiting.\n" + exited(sessions[0]))
        eventually(lambda: service.get(sessions[0].session_id).status == "Terminated", "it ends")  # type: ignore[union-attr]
