"""Finding the node: by name, tags, address and DNS name, and by choosing from the list at a terminal, with the real client."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import broker_process
import pytest
from engineer import Terminal, environment_of, run
from plugins import EVERY_PLUGIN, environment_with, path_of
from waiting import eventually

from system import cast
from system.local_system import LocalSystem

ALICE, WEB = "alice/DatabaseAdmin", "alice/WebOperator"
WEB_DNS = "ip-10-1-0-11.eu-west-1.compute.internal"


@pytest.fixture
def variables(system: LocalSystem, tmp_path: Path) -> dict[str, str]:
    """alice's environment, with a cache folder of the test's own."""
    return environment_of(system, ALICE, XDG_CACHE_HOME=str(tmp_path / "cache"), TERM="xterm")


@pytest.fixture
def at_terminal(system: LocalSystem, tmp_path: Path) -> Iterator[object]:
    """Starts a command at a terminal, with the stand-in plugin."""
    started: list[Terminal] = []

    def start(*arguments: str, person: str = ALICE, **changes: str | None) -> Terminal:
        folder = tmp_path / f"path{len(started)}"
        set_to = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TERM": "xterm", **changes}
        environment = environment_with(system, person, path_of(EVERY_PLUGIN[0]), folder, **set_to)
        started.append(Terminal(environment, *arguments))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.mark.parametrize(
    ("text", "node"),
    [
        (cast.WEB_1, cast.WEB_1), ("web-1", cast.WEB_1), ("Name=edge-1", cast.EDGE_1), ("Role=web,Name=web-1", cast.WEB_1),
        ("10.1.0.12", cast.DB_1), (WEB_DNS, cast.WEB_1), (WEB_DNS.upper(), cast.WEB_1),
    ],
)  # fmt: skip
def test_a_node_is_found_by_what_people_call_it(variables: dict[str, str], text: str, node: str) -> None:
    ended = run(variables, "connect", text, "--dry-run", "-o", "json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["node"] == node


@pytest.mark.parametrize("text", ["edge-1.internal", "192.168.7.17"])
def test_a_machine_is_not_found_by_what_only_it_says_of_itself(variables: dict[str, str], text: str) -> None:
    ended = run(variables, "connect", text, "--dry-run", "-o", "json")
    assert (ended.returncode, ended.stdout) == (6, "")
    told = json.loads(ended.stderr)
    assert told["code"] == "NODE_SELF_REPORTED" and [one["id"] for one in told["candidates"]] == [cast.EDGE_1]


def test_an_id_costs_no_look_up_and_a_name_one(system: LocalSystem, variables: dict[str, str]) -> None:
    run(variables, "connect", "web-1", "--dry-run")
    for text, asked in ((cast.WEB_1, 0), ("db-1", 1)):
        begun = len(system.trail)
        assert run(variables, "connect", text, "--dry-run").returncode == 0
        names = [str(call["eventName"]) for call in system.trail[begun:]]
        assert names.count("DescribeInstances") == asked


def test_several_nodes_of_a_name_are_refused_and_listed(variables: dict[str, str]) -> None:
    ended = run(variables, "connect", "cache-1")
    assert (ended.returncode, ended.stdout) == (6, "")
    assert cast.CACHE_1 in ended.stderr and cast.OTHER_CACHE_1 in ended.stderr
    table = [line for line in ended.stderr.splitlines() if line.startswith("    ")]
    assert len(table) == 3 and max(len(line) for line in table) <= 80
    told = json.loads(run(variables, "connect", "cache-1", "-o", "json").stderr)
    assert told["code"] == "NODE_AMBIGUOUS"
    assert [one["id"] for one in told["candidates"]] == [cast.CACHE_1, cast.OTHER_CACHE_1]


def test_what_no_node_has_is_told_with_what_comes_near(variables: dict[str, str]) -> None:
    ended = run(variables, "connect", "wbe-1")
    assert ended.returncode == 6 and "Did you mean web-1" in ended.stderr and "eu-west-1" in ended.stderr


def test_a_node_that_the_map_does_not_admit_is_not_there(system: LocalSystem, tmp_path: Path) -> None:
    variables = environment_of(system, WEB, XDG_CACHE_HOME=str(tmp_path))
    ended = run(variables, "connect", "db-1", "-o", "json")
    assert ended.returncode == 6 and json.loads(ended.stderr)["code"] == "NODE_NOT_FOUND"
    assert cast.DB_1 not in ended.stderr


def test_the_list_fits_a_terminal_and_names_every_node(variables: dict[str, str]) -> None:
    ended = run(variables, "instances", "--tags")
    assert ended.returncode == 0 and max(len(line) for line in ended.stdout.splitlines()) <= 100
    assert [line.split()[0] for line in ended.stdout.splitlines()[1:]] == ["cache-1", "cache-1", "db-1", "edge-1", "web-1"]
    assert max(len(line) for line in run(variables, "instances").stdout.splitlines()) <= 80


def test_escapes_in_tags_reach_no_terminal(system: LocalSystem, variables: dict[str, str]) -> None:
    node = system.aws.nodes.find(cast.FIRST_ACCOUNT, cast.REGION, cast.DB_1)
    assert node is not None
    broker_process.forget(system)
    system.aws.nodes.change(node, tags={**node.tags, "Name": "db\x9b2J\u202e", "Note": "\u200bx"})
    try:
        for arguments in (("instances", "--tags"), ("instances", "-o", "json")):
            shown = run(variables, *arguments).stdout
            assert not set("\x1b\x9b\u202e\u200b") & set(shown), repr(shown)
    finally:
        system.aws.nodes.put(node)
        broker_process.forget(system)


def test_without_a_terminal_a_node_must_be_named(variables: dict[str, str]) -> None:
    ended = run(variables, "connect")
    assert ended.returncode == 64 and "no node is named" in ended.stderr.lower()


def test_no_input_forbids_to_choose(at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect", "--no-input")
    assert terminal.wait() == 64 and "--no-input" in terminal.seen


def test_a_node_is_chosen_by_typing_and_then_connected_to(system: LocalSystem, at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect")
    terminal.expect("Connect to: ")
    terminal.expect("5 of 5")
    terminal.type("web-1")
    terminal.expect("1 of 5")
    terminal.type("\r")
    terminal.expect(cast.WEB_1 + r"\s+\(eu-west-1\), session")
    terminal.prompt()
    terminal.type("exit\n")
    assert terminal.wait() == 0
    assert terminal.modes == terminal.modes_before


def test_the_one_that_was_connected_to_stands_first_the_next_time(at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect", "web-1")
    terminal.prompt()
    terminal.type("exit\n")
    assert terminal.wait() == 0
    again = at_terminal("connect", "--dry-run")
    again.expect("> web-1")
    again.type("\x0e\x10\r")
    again.expect(f"Node:.*{cast.WEB_1}")
    assert again.wait() == 0


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
def test_whoever_leaves_has_connected_to_nothing(system: LocalSystem, at_terminal, key: str) -> None:  # noqa: ANN001
    terminal = at_terminal("connect")
    terminal.expect("5 of 5")
    terminal.type(key)
    assert terminal.wait() == 130
    assert terminal.modes == terminal.modes_before
    assert "\x1b[?1049l" in terminal.seen, "the screen is given back"
    assert system.sessions.live() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(at_terminal, number: signal.Signals) -> None:  # noqa: ANN001
    terminal = at_terminal("connect")
    terminal.expect("5 of 5")
    os.kill(terminal.pid, number)
    assert terminal.wait() == 130
    assert terminal.modes == terminal.modes_before and "\x1b[?1049l" in terminal.seen


def test_a_lost_terminal_ends_the_choosing(at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect")
    terminal.expect("5 of 5")
    assert terminal.hang_up() == 130


def test_a_window_may_become_narrow_meanwhile(at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect", "--dry-run")
    terminal.expect("5 of 5")
    terminal.resize(24, 4)
    terminal.expect("5 of 5. Enter connect…")
    terminal.type("edge\r")
    terminal.expect(f"Node:.*{cast.EDGE_1}")
    assert terminal.wait() == 0


def test_a_dumb_terminal_and_piped_messages_choose_nothing(system: LocalSystem, at_terminal) -> None:  # noqa: ANN001
    terminal = at_terminal("connect", TERM="dumb")
    assert terminal.wait() == 64


def test_names_are_completed_from_what_was_listed(variables: dict[str, str], tmp_path: Path) -> None:
    def offered(word: str) -> list[str]:
        words = ["ssm-broker", "connect", word]
        ended = run({**variables, "SAP_SHELL": "bash"}, "---completion", "connect", "--", "positional@0", "2", str(len(word)), *words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.split()

    assert offered("") == []
    assert run(variables, "instances").returncode == 0
    assert offered("") == ["db-1", "edge-1", cast.CACHE_1, cast.OTHER_CACHE_1, "web-1"]
    assert offered("w") == ["web-1"]
    kept = tmp_path / "cache" / "ssm-broker" / "nodes.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    variables["AWS_ACCESS_KEY_ID"] = "ASIAANOTHERSIGNIN000"
    assert offered("") == []


def test_a_cache_that_cannot_be_written_stops_nothing(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    assert run(variables, "instances").returncode == 0
    eventually(lambda: run(variables, "connect", "web-1", "--dry-run").returncode == 0, "it is connected all the same")
