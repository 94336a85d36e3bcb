"""The rules of commands and ports that need no session: parameters, words, frames, addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from session_world import ROOT
from system import shell_words, smux
from system.command_session import agents_cut
from system.document_parameters import check_parameters
from system.errors import AWSError
from system.port_session import is_denied
from system.session_document import NotSupported, SessionDocument

DOCUMENTS = ROOT / "session-documents"


def rendered(name: str) -> dict[str, Any]:
    """A document as the role map renders it."""
    return dict(json.loads(Path(DOCUMENTS, f"{name}.json").read_text()))


DECLARED = {
    "parameters": {
        "port": {"type": "String", "allowedPattern": "^[0-9]+$"},
        "color": {"type": "String", "default": "red", "allowedValues": ["red", "blue"]},
        "short": {"type": "String", "default": "", "minChars": 2, "maxChars": "3"},
        "many": {"type": "StringList", "default": [], "minItems": 1, "maxItems": 2},
    }
}

REFUSED: list[tuple[dict[str, list[str]], str]] = [
    ({}, 'Parameter "port" is required.'),
    ({"port": ["ssh"]}, 'Parameter "port" has value "[ssh]" not matching "^[0-9]+$".'),
    ({"port": ["22", "23"]}, 'Parameter "port" is of type String and takes one value, not 2.'),
    ({"port": ["22"], "host": ["db"]}, 'Parameter "host" is not defined in the document.'),
    ({"port": ["22"], "color": ["green"]}, "Parameter \"color\" has value \"[green]\" not among ['red', 'blue']."),
    ({"port": ["22"], "short": ["x"]}, 'Parameter "short" has 1 characters, fewer than 2.'),
    ({"port": ["22"], "short": ["xxxx"]}, 'Parameter "short" has 4 characters, more than 3.'),
    ({"port": ["22"], "many": ["a", "b", "c"]}, 'Parameter "many" has 3 items, more than 2.'),
]


class TestParameters:
    @pytest.mark.parametrize(("given", "message"), REFUSED)
    def test_what_a_document_does_not_allow_is_refused(self, given: dict[str, list[str]], message: str) -> None:
        with pytest.raises(AWSError) as refusal:
            check_parameters(DECLARED, given)
        assert (refusal.value.code, refusal.value.message) == ("InvalidParameters", message)

    def test_what_it_allows_passes_and_a_default_is_not_judged(self) -> None:
        check_parameters(DECLARED, {"port": ["22"], "color": ["blue"], "short": ["xx"], "many": ["a", "b"]})
        check_parameters(DECLARED, {"port": ["22"]})

    @pytest.mark.parametrize(
        ("name", "given", "allowed"),
        [
            ("SSMBroker-Port-DatabaseAdmin", {"portNumber": ["5432"], "host": ["db.internal"]}, True),
            ("SSMBroker-Port-DatabaseAdmin", {"portNumber": ["22"], "host": ["db.internal"]}, False),
            ("SSMBroker-Port-DatabaseAdmin", {"portNumber": ["5432"], "host": ["other.internal"]}, False),
            ("SSMBroker-Port-DatabaseAdmin", {"portNumber": ["5432"]}, False),
            ("SSMBroker-Command-DatabaseAdmin", {"command": ["df -h /"]}, True),
            ("SSMBroker-Command-DatabaseAdmin", {"command": ["echo {{ssm:secret}}"]}, False),
            ("SSMBroker-SSH-WebOperator", {}, True),
            ("SSMBroker-SSH-WebOperator", {"portNumber": ["2222"]}, False),
        ],
    )
    def test_the_rendered_documents_hold_their_callers(
        self, name: str, given: dict[str, list[str]], allowed: bool
    ) -> None:
        if allowed:
            check_parameters(rendered(name), given)
        else:
            with pytest.raises(AWSError, match="InvalidParameters"):
                check_parameters(rendered(name), given)

    def test_parameters_are_put_into_the_properties(self) -> None:
        given = {"portNumber": ["5432"], "host": ["db.internal"]}
        assert SessionDocument.read(rendered("SSMBroker-Port-DatabaseAdmin"), given).properties == {
            "host": "db.internal", "localPortNumber": "0", "portNumber": "5432", "type": "LocalPortForwarding",
        }  # fmt: skip

    def test_two_dollars_within_a_text_are_one_and_a_value_by_itself_is_left_alone(self) -> None:
        content = {"schemaVersion": "1.0", "parameters": {"a": {"type": "String"}, "no-name": {"type": "String"}},
                   "properties": {"alone": "{{ a }}", "within": "x {{a}}", "dropped": "{{ no-name }}"}}  # fmt: skip
        got = SessionDocument.read(content, {"a": ["$$5"], "no-name": ["x"]}).properties
        assert got == {"alone": "$$5", "within": "x $5", "dropped": "{{ no-name }}"}

    @pytest.mark.parametrize("value", ["{{ssm:secret}}", "x {{ ssm-secure:secret }}"])
    def test_a_value_that_would_read_parameter_store_is_refused_loudly(self, value: str) -> None:
        content = {"schemaVersion": "1.0", "parameters": {"a": {"type": "String"}}, "properties": {"b": "{{ a }}"}}
        with pytest.raises(NotSupported, match="Parameter Store"):
            SessionDocument.read(content, {"a": [value]})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  df \t -h\r\n/ ", ["df", "-h", "/"]),
        ("a'b c'd", ["ab cd"]),
        ("'' \"\"", ["", ""]),
        ("'a\\b'", ["a\\b"]),
        ('"a\\b\\"c\\\\"', ['ab"c\\']),
        ("a\\ b \\'c", ["a b", "'c"]),
        ("a#b 'c'#d #e f\ng", ["a#b", "c#d", "g"]),
        ("# all of it", []),
        ("ä 'ö ü'", ["ä", "ö ü"]),
    ],
)
def test_a_command_is_split_as_the_agent_splits_it(line: str, words: list[str]) -> None:
    assert shell_words.split(line) == words


@pytest.mark.parametrize("line", ["'a", '"a', "a\\", '"a\\', "''''' x"])
def test_a_command_that_ends_within_a_word_is_refused(line: str) -> None:
    with pytest.raises(shell_words.Unfinished, match="EOF found"):
        shell_words.split(line)


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        (b"", 0),
        (b"plain", 5),
        ("grün".encode(), 5),
        ("grü".encode()[:-1], 2),
        ("a€".encode()[:-1], 1),
        ("a😀".encode()[:-1], 1),
        (b"\xffabc", 4),
        (b"\xffab", 0),
        (b"abc\xff", 3),
        (b"ab\xffc", 2),
        (b"a\xff\xff\xff\xff", 2),
    ],
)
def test_output_is_cut_where_the_agent_cuts_it(data: bytes, sent: int) -> None:
    assert agents_cut(data) == sent


class TestSmux:
    def test_a_frame_packs_to_the_bytes_of_the_protocol(self) -> None:
        packed = smux.Frame(smux.Command.DATA, 0x01020304, b"hello").pack()
        assert packed == bytes.fromhex("01 02 0500 04030201") + b"hello"
        assert smux.Frame(smux.Command.OPEN, 3).pack() == bytes.fromhex("01 00 0000 03000000")
        assert smux.Frame(smux.Command.CLOSE, 3).pack() == bytes.fromhex("01 01 0000 03000000")

    @pytest.mark.parametrize("size", [1, 7, 8, 9, 1024, 100_000])
    def test_frames_are_read_however_the_stream_is_cut(self, size: int) -> None:
        sent = [smux.Frame(smux.Command.OPEN, 3), *smux.data_frames(3, bytes(40_000)), smux.Frame(smux.Command.CLOSE, 3)]
        stream = b"".join(frame.pack() for frame in sent)
        reader = smux.FrameReader()
        read = [frame for start in range(0, len(stream), size) for frame in reader.read(stream[start : start + size])]
        assert read == sent
        assert [len(frame.data) for frame in sent] == [0, 32_768, 7_232, 0]

    @pytest.mark.parametrize("broken", ["02 02 0000 00000000", "01 04 0000 00000000"])
    def test_another_version_or_command_breaks_the_session(self, broken: str) -> None:
        with pytest.raises(smux.Broken):
            smux.FrameReader().read(bytes.fromhex(broken))


@pytest.mark.parametrize(
    ("address", "denied"),
    [
        ("169.254.169.254", True), ("fd00:ec2::254", True), ("fd00:ec2:0:0::254", True), ("169.254.169.250", True),
        ("10.1.0.0", True), ("10.1.0.2", True), ("10.1.0.3", True), ("10.1.255.255", True),
        ("10.1.0.4", False), ("10.2.0.2", False), ("127.0.0.1", False), ("::1", False),
    ],
)  # fmt: skip
def test_addresses_that_aws_keeps_for_itself_are_denied(address: str, denied: bool) -> None:
    assert is_denied(address, ["10.1.0.0/16"]) is denied
