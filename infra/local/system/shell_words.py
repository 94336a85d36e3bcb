"""A command line as the agent splits it for NonInteractiveCommands: into words, and that is all a shell's syntax does.

It is not Python's ``shlex``: in double quotes a backslash takes the next character whatever it is, and ``#`` begins a
comment only where a word would begin.
"""

from __future__ import annotations

from collections.abc import Iterator

_SPACES = " \t\r\n"


class Unfinished(ValueError):
    """A quote or an escape that nothing follows; the text is the agent's."""


def split(line: str) -> list[str]:
    """The words of ``line``.

    Raises:
        Unfinished: it ends in the middle of a word.
    """
    words: list[str] = []
    rest = iter(line)
    for character in rest:
        if character in _SPACES:
            continue
        if character == "#":
            for skipped in rest:
                if skipped == "\n":
                    break
            continue
        word: list[str] = []
        current: str | None = character
        while current is not None and current not in _SPACES:
            if current == "\\":
                word.append(_next(rest, "EOF found after escape character"))
            elif current in "\"'":
                word.extend(_quoted(current, rest))
            else:
                word.append(current)
            current = next(rest, None)
        words.append("".join(word))
    return words


def _quoted(quote: str, rest: Iterator[str]) -> list[str]:
    characters: list[str] = []
    while (character := _next(rest, "EOF found when expecting closing quote")) != quote:
        if character == "\\" and quote == '"':
            character = _next(rest, "EOF found after escape character")
        characters.append(character)
    return characters


def _next(rest: Iterator[str], problem: str) -> str:
    character = next(rest, None)
    if character is None:
        raise Unfinished(problem)
    return character
