"""What people and scripts rely on with every command: forms that agree, terminals left in peace, nothing asked of a script."""

from __future__ import annotations

import json
import re

import pytest
from broker_api import BrokerAPI
from engineer import Terminal, environment_of, run

from system import cast
from system.local_system import LocalSystem

ALICE, SAM, ADMINISTRATOR = "alice/DatabaseAdmin", "sam/SecurityAudit", "alice/BrokerAdmin"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def lines(system: LocalSystem, person: str, *arguments: str) -> list[str]:
    done = run(environment_of(system, person), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_forms_of_a_list_agree(system: LocalSystem, api: BrokerAPI) -> None:
    opened = [api.open(ALICE, cast.DB_1).body["id"] for _ in range(2)]
    (whole,) = lines(system, ALICE, "sessions", "-o", "json")
    rows = [json.loads(line) for line in lines(system, ALICE, "sessions", "-o", "ndjson")]
    assert rows == json.loads(whole)["sessions"] and {row["id"] for row in rows} >= set(opened)
    cells = [line.split("\t") for line in lines(system, ALICE, "sessions", "-o", "tsv")]
    assert [row[:6] for row in cells] == [
        [row["id"], row["state"], row["access"]["node"], row["opened"], row["owner"]["user"], row["permissionSet"]] for row in rows
    ]
    table = lines(system, ALICE, "sessions")
    assert [line.split()[0] for line in table[1:]] == [row["id"] for row in rows]


def test_records_are_the_same_in_tsv_as_in_csv_but_for_the_header(system: LocalSystem, api: BrokerAPI) -> None:
    api.open(ALICE, cast.DB_1)
    until = lines(system, SAM, "audit", "query", "--limit", "1", "-o", "tsv")[0].split("\t")[0]
    window = ["audit", "query", "--until", until, "--limit", "0"]
    tsv = [line.split("\t") for line in lines(system, SAM, *window, "-o", "tsv")]
    csv = lines(system, SAM, *window, "-o", "csv")
    assert len(tsv) == len(csv) - 1 and {len(row) for row in tsv} == {len(csv[0].split(","))}
    assert [row[0] for row in tsv] == [line.split(",")[0] for line in csv[1:]]


COMMANDS = [["whoami"], ["sessions"], ["nosuch"], ["connect", "i-0"], ["help"], ["blocks"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_colours_a_terminal(system: LocalSystem, command: list[str]) -> None:
    for changes in ({}, {"NO_COLOR": "1"}):
        terminal = Terminal(environment_of(system, ALICE, TERM="xterm-256color", **changes), *command)
        terminal.wait()
        assert terminal.seen and not COLOUR.search(terminal.seen)
        terminal.close()


@pytest.mark.parametrize(("arguments", "changes"), [(["--no-input"], {}), ([], {"SSM_BROKER_NO_INPUT": "1"})], ids=["option", "variable"])
def test_nothing_is_asked_at_a_terminal_when_it_is_forbidden(
    system: LocalSystem, api: BrokerAPI, arguments: list[str], changes: dict[str, str]
) -> None:
    api.open(ALICE, cast.DB_1)
    terminal = Terminal(environment_of(system, ADMINISTRATOR, **changes), "sessions", "end", "--user", "alice", *arguments)
    assert terminal.wait() == 64
    said = " ".join(terminal.seen.split())
    assert "[y/N]" not in said and "forbids to ask" in said and "--yes" in said
    assert len(system.sessions.live()) == 1
    terminal.close()
