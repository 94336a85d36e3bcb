"""The manual pages, from the client's own description of its commands: one for the program, and one for each command.

    manual.py PROGRAM FOLDER      writes them, as ssm-broker.1, ssm-broker-connect.1, ssm-broker-audit-query.1 …

What a page says is what `--help` says, so that the two never differ: the paragraphs of a command's discussion, and its blocks under
a heading of their own (`Examples:`, `Exit codes:` and the others of HEADINGS), which become sections.
Source: man(7); man-pages(7) for the order of the sections.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HEADINGS = {
    "Example": "EXAMPLES",
    "Examples": "EXAMPLES",
    "Exit codes": "EXIT STATUS",
    "Settings, from the environment": "ENVIRONMENT",
    "Files": "FILES",
    "Forms of output": "OUTPUT",
}
"""What a block of a discussion is headed with, and the section that it becomes; any other stays where it is."""

ORDER = ("OUTPUT", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES")
WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
SHARED = {"help", "version"}
"""Options that every command has."""


@dataclass(frozen=True)
class Command:
    """One command as the program describes itself."""

    words: tuple[str, ...]
    """What is typed, for example `("ssm-broker", "audit", "query")`."""
    description: dict[str, Any]

    @property
    def page(self) -> str:
        return "-".join(self.words)

    @property
    def abstract(self) -> str:
        abstract: str = self.description.get("abstract", "")
        return abstract.rstrip(".")

    @property
    def discussion(self) -> str:
        discussion: str = self.description.get("discussion", "")
        return discussion

    @property
    def arguments(self) -> list[dict[str, Any]]:
        return [one for one in self.description.get("arguments", []) if one["shouldDisplay"]]

    @property
    def children(self) -> list[Command]:
        """The commands under this one that are for people; `help` has no page of its own."""
        shown = [one for one in self.description.get("subcommands", []) if one["shouldDisplay"] and one["commandName"] != "help"]
        return [Command((*self.words, one["commandName"]), one) for one in shown]

    def all(self) -> Iterator[Command]:
        yield self
        for child in self.children:
            yield from child.all()


def described(program: Path) -> Command:
    """The program's description of itself."""
    said = subprocess.run([str(program), "--experimental-dump-help"], check=True, capture_output=True, text=True)
    description = json.loads(said.stdout)["command"]
    return Command((description["commandName"],), description)


def escaped(text: str) -> str:
    """Text in which roff sees no request and no escape, and of which a hyphen can be copied into a shell."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    return re.sub(r"(?m)^\.", "\\\\&.", text.replace("~", "\\(ti"))


def filled(text: str) -> list[str]:
    """Text that is filled anew for the reader's width: each sentence begins on a line, and none is long."""
    return [line for sentence in re.split(r"(?<=[a-z)]\.) (?=[A-Z-])", text) for line in textwrap.wrap(escaped(sentence), 78, **WORDS)]


def blocks(discussion: str) -> Iterator[tuple[str | None, list[str]]]:
    """The paragraphs of a discussion, each with its heading if it has one, and without the indent under it."""
    for paragraph in re.split(r"\n\s*\n", discussion.strip("\n")):
        lines = paragraph.split("\n")
        heading = lines[0].removesuffix(":") if lines[0].endswith(":") and len(lines) > 1 and lines[1].startswith("  ") else None
        yield (heading, [line.removeprefix("  ") for line in lines[1:]]) if heading else (None, lines)


def listed(lines: list[str]) -> list[str]:
    """A list of two columns, which stand apart by two spaces or more; a line that begins with spaces goes on."""
    output: list[str] = []
    for line in lines:
        # Numbers stand at the right of their column.
        parts = re.match(r"(\s*\S(?:\S| (?! ))*)(?:  +(.*))?$", line)
        assert parts, line
        name, meaning = parts[1].strip(), parts[2]
        if meaning is None and output and line.startswith(" "):
            output += filled(name)
            continue
        output += [".TP", f".B {escaped(name)}", *filled(meaning or "")]
    return output


def shown(lines: list[str]) -> list[str]:
    """Lines as they are to be typed."""
    return [".EX", *(escaped(line) for line in lines), ".EE"]


def sections(command: Command) -> tuple[list[str], dict[str, list[str]]]:
    """What a discussion says: the description, and the sections by name."""
    description: list[str] = []
    found: dict[str, list[str]] = {}
    for heading, lines in blocks(command.discussion):
        section = HEADINGS.get(heading) if heading else None
        if section:
            found.setdefault(section, []).extend(shown(lines) if section == "EXAMPLES" else listed(lines))
        elif heading:
            description += [".PP", escaped(f"{heading}:"), ".RS 4", *shown(lines), ".RE"]
        else:
            description += [".PP", *filled(" ".join(line.strip() for line in lines))]
    return description[1:] if description[:1] == [".PP"] else description, found


def value(argument: dict[str, Any]) -> str:
    return f"<{argument['valueName']}>"


def spelled(name: dict[str, Any]) -> str:
    return f"-{name['name']}" if name["kind"] == "short" else f"--{name['name']}"


def synopsis(command: Command) -> list[str]:
    """How the command is called: in bold what is typed as it stands, in italics what stands for something."""
    parts = [f"\\fB{escaped(' '.join(command.words))}\\fR"]
    if command.children:
        return [f"{parts[0]} \\fIcommand\\fR"]
    for argument in command.arguments:
        if argument["kind"] == "positional":
            text = f"\\fI{escaped(argument['valueName'])}\\fR"
        elif argument["preferredName"]["name"] in SHARED:
            continue
        else:
            text = f"\\fB{escaped(spelled(argument['preferredName']))}\\fR"
            # An option and its value stay on one line.
            text += f"\\ \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
        text += " ..." if argument["isRepeating"] else ""
        parts.append(f"[{text}]" if argument["isOptional"] else text)
    return parts


def options(command: Command) -> list[str]:
    """What each argument and option means."""
    lines: list[str] = []
    for argument in command.arguments:
        if argument["kind"] == "positional":
            head = f"\\fI{escaped(argument['valueName'])}\\fR"
        else:
            names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
            head = ", ".join(f"\\fB{escaped(spelled(name))}\\fR" for name in names)
            head += f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
        text = argument.get("abstract", "")
        if default := argument.get("defaultValue"):
            text += f" The default is {default}."
        lines += [".TP", head, *filled(text)]
    return lines


def page(command: Command, root: Command, version: str, day: str) -> str:
    """One page."""
    description, found = sections(command)
    name = escaped(command.page)
    abstract = command.abstract[:1].lower() + command.abstract[1:]
    lines = [
        f'.TH {command.page.upper()} 1 "{day}" "ssm\\-broker {version}" "User Commands"',
        # Words are not pulled apart and not broken: what stands there can be copied.
        ".nh",
        ".ad l",
        ".SH NAME",
        *textwrap.wrap(f"{name} \\- {escaped(abstract)}", 78, **WORDS),
        ".SH SYNOPSIS",
        *synopsis(command),
        ".SH DESCRIPTION",
        *(description or filled(command.abstract + ".")),
    ]
    if command.children:
        lines.append(".SH COMMANDS")
        for child in command.all():
            if child is not command and not child.children:
                lines += [".TP", f".BR {escaped(child.page)} (1)", *filled(child.description.get("abstract", ""))]
    lines += [".SH OPTIONS", *options(command)]
    if command.words != root.words:
        # What the program's own page says of every command is said there.
        found.setdefault("EXIT STATUS", [f"0 when it is done; the others are in the table of\n.BR {escaped(root.page)} (1)."])
    for section in ORDER:
        if section in found:
            lines += [f".SH {section}", *found[section]]
    return "\n".join([*lines, ".SH SEE ALSO", *see_also(command, root), ""])


def see_also(command: Command, root: Command) -> list[str]:
    """The pages beside this one, and the program's own."""
    if command.words == root.words:
        return [".BR aws (1),", ".BR ssh (1)"]
    parent = next(one for one in root.all() if one.words == command.words[:-1])
    near = [one for one in (parent.children if parent.words != root.words else command.children) if one.words != command.words]
    pages = [root, *([parent] if parent.words != root.words else []), *near]
    return [f".BR {escaped(one.page)} (1)" + ("," if one is not pages[-1] else "") for one in pages]


def pages(program: Path, version: str, time: int) -> dict[str, str]:
    """Every page by its file's name, for example `ssm-broker-connect.1`.

    Args:
        program: The client.
        version: Its version.
        time: Seconds since 1970 of what it was built from.
    """
    root = described(program)
    day = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")
    return {f"{command.page}.1": page(command, root, version, day) for command in root.all()}


def main(program: Path, folder: Path) -> None:
    version = subprocess.run([str(program), "--version"], check=True, capture_output=True, text=True).stdout.strip()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(program, version, int(program.stat().st_mtime)).items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
