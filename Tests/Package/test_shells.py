"""What ships beside the client: completion in each shell, and manual pages, read as those programs read them."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from test_archives import only

NEXT = "next: infra/local/setup shells"


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the package, below a folder of their own."""
    root = tmp_path_factory.mktemp("installed")
    subprocess.run(["dpkg-deb", "--extract", str(only(package, "ssm-broker_*.deb")), str(root)], check=True)
    return root


@pytest.fixture
def environment(installed: Path, tmp_path: Path) -> dict[str, str]:
    """Of a person who has the client on the PATH and no settings."""
    return {"PATH": f"{installed}/usr/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def found(program: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is not installed; {NEXT}"
    return path


CASES = [
    ("ssm-broker ", {"connect", "sessions", "audit", "map", "whoami"}, {"channel-credentials"}),
    ("ssm-broker aud", {"audit"}, {"connect"}),
    ("ssm-broker audit ", {"query", "verify", "heads"}, {"connect"}),
    ("ssm-broker connect --rea", {"--reason"}, {"--region"}),
    ("ssm-broker whoami -o ", {"table", "json", "ndjson", "tsv"}, {"csv"}),
    ("ssm-broker audit query --count-by ", {"user", "role", "node", "outcome", "day"}, set()),
]
"""What is typed, what is offered then, and what is not."""


@pytest.mark.parametrize(("typed", "offered", "kept"), CASES)
def test_bash_completes(installed: Path, environment: dict[str, str], typed: str, offered: set[str], kept: set[str]) -> None:
    script = f"""
        source {installed}/usr/share/bash-completion/completions/ssm-broker || exit 1
        COMP_LINE=$1 COMP_POINT=${{#1}}
        read -ra COMP_WORDS <<<"$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        registered=$(complete -p ssm-broker) && [[ $registered =~ -F\\ ([^\\ ]+) ]] || exit 1
        "${{BASH_REMATCH[1]}}" ssm-broker "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    command = [found("bash"), "--norc", "-c", script, "bash", typed]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    words = set(done.stdout.split())
    assert offered <= words and not kept & words


@pytest.fixture
def fish(installed: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[pexpect.spawn]:
    """A shell at a terminal, as the script reads the line that is typed; Control-G writes what fits it to `offered`."""
    shown = f"function shown; complete -C >{tmp_path}/offered 2>&1; commandline ''; echo do''ne; end; bind \\cg shown"
    begin = f"source {installed}/usr/share/fish/vendor_completions.d/ssm-broker.fish; function fish_prompt; echo 'rea''dy> '; end; {shown}"
    child = pexpect.spawn(
        found("fish"), ["--no-config", "--interactive", "--init-command", begin],
        env={**environment, "TERM": "vt100"}, encoding="utf-8", timeout=60, dimensions=(60, 100),
    )  # fmt: skip
    child.expect("ready> ")
    yield child
    child.close(force=True)


@pytest.mark.parametrize(("typed", "offered", "kept"), CASES)
def test_fish_completes(fish: pexpect.spawn, tmp_path: Path, typed: str, offered: set[str], kept: set[str]) -> None:
    fish.send(f"{typed}\x07")
    fish.expect("done")
    lines = (tmp_path / "offered").read_text().splitlines()
    words = {line.split("\t")[0] for line in lines}
    assert offered <= words and not kept & words, lines
    assert not any("rror" in line for line in lines), lines


@pytest.fixture
def zsh(installed: Path, environment: dict[str, str]) -> Iterator[pexpect.spawn]:
    """A shell at a terminal: zsh completes nowhere else."""
    child = pexpect.spawn(
        found("zsh"), ["-f", "-i"], env={**environment, "TERM": "vt100"}, encoding="utf-8", timeout=60, dimensions=(60, 100)
    )
    folder = f"{installed}/usr/share/zsh/vendor-completions"
    child.sendline(f"PS1='rea''dy> ' fpath=({folder} $fpath); autoload -Uz compinit && compinit -D -u; setopt NO_LIST_BEEP; LISTMAX=500")
    child.expect("ready> ")
    yield child
    child.close(force=True)


@pytest.mark.parametrize(("typed", "offered", "kept"), CASES)
def test_zsh_completes(zsh: pexpect.spawn, typed: str, offered: set[str], kept: set[str]) -> None:
    # The first Tab completes what is common to all, the next list what is left; the line is then thrown away and another begun.
    zsh.send(f"{typed}\t\t\t")
    zsh.send("\x15print -r -- do''ne\r")
    zsh.expect("done\r\n")
    shown = zsh.before
    for word in offered:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", shown), f"{word} is not in:\n{shown}"
    for word in kept:
        assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", shown), f"{word} is in:\n{shown}"


def pages(installed: Path) -> dict[str, str]:
    files = sorted((installed / "usr/share/man/man1").glob("*.gz"))
    return {path.name.removesuffix(".1.gz"): gzip.decompress(path.read_bytes()).decode() for path in files}


def test_there_is_a_page_for_the_program_and_for_every_command(installed: Path, environment: dict[str, str]) -> None:
    have = pages(installed)
    assert {"ssm-broker", "ssm-broker-connect", "ssm-broker-audit-query", "ssm-broker-map-publish"} <= set(have)
    assert "ssm-broker-channel-credentials" not in have
    for name, text in have.items():
        sections = re.findall(r"(?m)^\.SH (.+)$", text)
        assert sections[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"] and {"OPTIONS", "EXIT STATUS", "EXAMPLES"} <= set(sections), name
        for other in re.findall(r"(?m)^\.BR (ssm\S+) \(1\)", text):
            assert other.replace("\\-", "-") in have, f"{name} names {other}"


def test_the_programs_page_has_the_exit_codes_the_variables_and_the_files(installed: Path, environment: dict[str, str]) -> None:
    command = [found("man"), "--local-file", str(installed / "usr/share/man/man1/ssm-broker.1.gz")]
    shown = subprocess.run(command, env={**environment, "MANWIDTH": "80"}, capture_output=True, text=True, check=True).stdout
    sections = {part.split("\n")[0]: part for part in re.split(r"(?m)^(?=[A-Z])", shown)}
    codes = re.findall(r"(?m)^ +(\d+) +\S", sections["EXIT STATUS"])
    assert codes == ["0", "1", "4", "5", "6", "7", "8", "9", "64", "130"]
    assert {"SSM_BROKER_URL", "SSM_BROKER_NO_INPUT", "AWS_REGION"} <= set(re.findall(r"[A-Z_]{6,}", sections["ENVIRONMENT"]))
    assert "~/.aws/config" in sections["FILES"] and "tsv" in sections["OUTPUT"] and "connect" in sections["EXAMPLES"]


def test_no_reader_of_manual_pages_has_anything_to_say_about_them(installed: Path, environment: dict[str, str]) -> None:
    for path in sorted((installed / "usr/share/man/man1").glob("*.gz")):
        text = gzip.decompress(path.read_bytes())
        lint = subprocess.run([found("mandoc"), "-Tlint", "-Wstyle"], input=text, capture_output=True, check=False)
        assert lint.stdout.decode() == "", path.name
        warned = subprocess.run(
            [found("man"), "--warnings", "--local-file", str(path)], env={**environment, "MANWIDTH": "80"}, capture_output=True, check=True
        )
        assert warned.stderr.decode() == "", path.name


def test_the_files_for_shells_and_man_stand_where_these_look_below_usr_local_too(package: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(only(package, "ssm-broker_*.tar.gz"), tmp_path, filter="data")
    for path in ("bin/ssm-broker", "share/man/man1/ssm-broker.1.gz", "share/bash-completion/completions/ssm-broker",
                 "share/zsh/site-functions/_ssm-broker", "share/fish/vendor_completions.d/ssm-broker.fish"):  # fmt: skip
        assert (tmp_path / path).is_file(), path
