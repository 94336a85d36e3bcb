"""What any session-manager-plugin shows of commands that the agent runs without a shell and without a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from kinds_contract import KindsContract, Start, begun, exited, failed
from session_world import Person, SessionService, StartedSession, command_document, document, eventually

STATUSES = [
    ("true", 0),
    ("false", 1),
    ("sh -c 'exit 42'", 42),
    ("sh -c nosuch", 127),
    ("sh -c /etc/passwd", 126),
    ("sh -c 'kill -9 $$'", -1),
    ("sh -c 'kill -TERM $$'", -1),
]

NEVER_STARTED = [
    ("nosuch -x", 'exec: "nosuch": executable file not found in $PATH'),
    ("/nosuch", "fork/exec /nosuch: no such file or directory"),
    ("/etc/passwd", "fork/exec /etc/passwd: permission denied"),
]

UNFIT = [
    ("echo 'unfinished", {}, "Failed to parse commands input: EOF found when expecting closing quote\n"),
    ("echo unfinished\\", {}, "Failed to parse commands input: EOF found after escape character\n"),
    ("# nothing", {}, "infra/local: nothing is left of the command but comments, on which the agent dies"),
    ("id", {"runAsElevated": True}, "runAsElevated is true: the agent would run this as root, whatever Run As says"),
]


class CommandContract(KindsContract):
    """A command's output, its errors and its status are all on the plugin's standard output; its own status is 0."""

    def test_a_command_runs_as_the_documents_user(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(command_document(), command="sh -c 'id; hostname; pwd; echo $HOME; tty'")
        assert plugin.end() == 0
        who = b"uid=61001(dbadmin) gid=61001(dbadmin) groups="
        where = b"\nweb-1\n/usr/bin\n/home/dbadmin\nnot a tty\n"
        assert plugin.shown.startswith(begun(sessions[0]) + who)
        assert plugin.shown.endswith(where + b"EXIT_CODE: 1" + exited(sessions[0]))

    @pytest.mark.parametrize(("line", "status"), STATUSES)
    def test_the_status_is_told_on_standard_output_and_the_plugins_own_is_0(
        self, start: Start, sessions: list[StartedSession], service: SessionService, line: str, status: int
    ) -> None:
        plugin = start(command_document(), command=line)
        assert plugin.end() == 0
        assert plugin.shown.startswith(begun(sessions[0]))
        assert plugin.shown.endswith(b"EXIT_CODE: %d" % status + exited(sessions[0]))
        eventually(lambda: service.get(sessions[0].session_id).status == "Terminated", "it ends")  # type: ignore[union-attr]

    @pytest.mark.parametrize(("line", "words"), NEVER_STARTED)
    def test_a_program_that_does_not_start_is_said_after_a_status_of_1(
        self, start: Start, sessions: list[StartedSession], line: str, words: str
    ) -> None:
        plugin = start(command_document(), command=line)
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0], f"EXIT_CODE: 1{words}") + exited(sessions[0])

    @pytest.mark.parametrize(("line", "properties", "words"), UNFIT)
    def test_a_command_the_agent_refuses_has_no_status(
        self, start: Start, sessions: list[StartedSession], line: str, properties: dict[str, Any], words: str
    ) -> None:
        plugin = start(command_document(**properties), command=line)
        assert plugin.end() == 0
        said = f"Unable to start command: {words}\n"
        last = failed(sessions[0], f"\n----------ERROR-------\n{said}")
        assert bytes(plugin.shown) == begun(sessions[0], said) + last

    def test_a_blank_command_is_the_sessions_last_word(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(command_document(), command="  ")
        assert plugin.end() == 0
        words = "Commands cannot be empty for session type NonInteractiveCommands"
        assert plugin.shown.endswith(failed(sessions[0], words))

    def test_a_user_the_node_has_not_is_said_twice(self, start: Start, sessions: list[StartedSession]) -> None:
        content = {**command_document("id"), "inputs": document(runAsDefaultUser="nobodys")["inputs"]}
        plugin = start(content, command="")
        assert plugin.end() == 0
        words = "Unable to start command: failed to start pty since RunAs user nobodys does not exist\n"
        last = failed(sessions[0], f"\n----------ERROR-------\n{words}")
        assert bytes(plugin.shown) == begun(sessions[0], words) + last

    def test_no_shell_reads_the_command(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(command_document(), command='printf "%s|" "a\\nb" $HOME \'; ls\' * > x | cat && \\# c # no')
        assert plugin.end() == 0
        words = "anb|$HOME|; ls|*|>|x|||cat|&&|#|c|"
        assert bytes(plugin.shown) == begun(sessions[0], f"{words}EXIT_CODE: 0") + exited(sessions[0])

    def test_much_output_and_many_errors_come_whole_and_each_in_order(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        plugin = start(command_document(), command="sh -c 'seq 1 400000 | tr 0-9 a-j & seq 1 400000 >&2; wait'")
        assert plugin.end(60) == 0
        both = bytes(plugin.shown).removeprefix(begun(sessions[0])).removesuffix(b"EXIT_CODE: 0" + exited(sessions[0]))
        numbers = "".join(str(number) for number in range(1, 400_001)).encode()
        assert both.translate(None, b"abcdefghij\n") == numbers
        letters = numbers.translate(bytes.maketrans(b"0123456789", b"abcdefghij"))
        assert both.translate(None, b"0123456789\n") == letters
        assert both.count(b"\n") == 800_000

    def test_prefixes_tell_output_from_errors(self, start: Start, sessions: list[StartedSession]) -> None:
        content = command_document(stdOutSeparatorPrefix="o:", stdErrSeparatorPrefix="e:")
        line = "sh -c 'printf one; sleep 0.3; echo two; sleep 0.3; echo three >&2; sleep 0.3; echo four'"
        plugin = start(content, command=line)
        assert plugin.end() == 0
        shown = "o:onetwo\ne:three\no:four\nEXIT_CODE: 0"
        assert bytes(plugin.shown) == begun(sessions[0], shown) + exited(sessions[0])

    def test_without_separate_streams_there_is_no_status_and_all_is_shown_at_the_end(
        self, start: Start, sessions: list[StartedSession]
    ) -> None:
        began = time.monotonic()
        plugin = start(command_document(separateOutputStream=False), command="sh -c 'echo a; echo b >&2; sleep 1; exit 9'")
        plugin.expect(b"a\nb\n")
        assert time.monotonic() - began >= 1
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0], "a\nb\n") + exited(sessions[0])

    def test_bytes_that_end_as_no_character_are_lost(self, start: Start, sessions: list[StartedSession]) -> None:
        plugin = start(command_document(), command="printf 'gr\\303\\274n \\377 in the middle, at the end \\377'")
        assert plugin.end() == 0
        shown = begun(sessions[0]) + "grün ".encode() + b"\xff in the middle, at the end EXIT_CODE: 0"
        assert bytes(plugin.shown) == shown + exited(sessions[0])

    def test_the_end_of_input_ends_the_plugin_and_not_the_command(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(command_document(), command="sh -c 'echo running; sleep 30'")
        plugin.expect(b"running\n")
        plugin.end_input()
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0], "running\nCannot perform start session: EOF\n")
        eventually(lambda: [state.status for state in service.live()] == ["Disconnected"], "the session lives on")

    def test_a_terminated_session_has_no_status(
        self, start: Start, sessions: list[StartedSession], service: SessionService
    ) -> None:
        plugin = start(command_document(), command="sh -c 'echo running; exec sleep 30'")
        plugin.expect(b"running\n")
        service.terminate(sessions[0].session_id)
        assert plugin.end() == 0
        assert bytes(plugin.shown) == begun(sessions[0], "running\n") + exited(sessions[0])

    def test_control_c_interrupts_the_command_and_its_input_is_nothing_else(
        self, arguments: Callable[..., tuple[list[str], dict[str, str]]]
    ) -> None:
        # Its trap is set before it speaks, for it may be interrupted from then on.
        script = "trap 'echo caught; exit 5' INT; read line || echo no input; echo running; while :; do sleep 0.05; done"
        person = Person(*arguments(command_document(), command=f'sh -c "{script}"'))
        person.expect(r"no input\s+running")
        person.type("this is lost\n")
        person.type("\x03")
        person.expect(r"caught\s+EXIT_CODE: 5")
        assert person.wait() == 0
        person.kill()

    def test_an_interactive_command_is_a_shells_on_a_terminal_and_its_status_is_not_told(
        self, arguments: Callable[..., tuple[list[str], dict[str, str]]]
    ) -> None:
        line = "tty | cut -c -8; id -un; echo $((6 * 7)); read x; echo got $x; exit 3"
        person = Person(*arguments(command_document(kind="InteractiveCommands"), command=line))
        person.expect(r"/dev/pts\s+dbadmin\s+42\s")
        person.type("this\n")
        person.expect("got this")
        person.expect("Exiting session with sessionId")
        assert person.wait() == 0
        assert "EXIT_CODE" not in person.seen
        person.kill()
