"""The table "What happens when" of the broker's README names a test in every row, and every test that it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "infra/broker/README.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The last cell of each row."""
    table = TEXT.split("## What happens when", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith(("| ---", "| what |"))]
    return [line.rstrip(" |").rpartition(" | ")[2] for line in lines]


def named(cell: str) -> Iterator[tuple[str, str | None]]:
    """The suites or files of a cell, each with the titles that follow it; without one, alone."""
    suite, has_title = None, True
    for name, title in re.findall(r'`(\w+)`|"([^"]+)"', cell):
        if title:
            assert suite is not None, f"a title without a suite: {cell}"
            yield suite, title.rstrip("…")
            has_title = True
            continue
        if suite is not None and not has_title:
            yield suite, None
        suite, has_title = name, False
    if suite is not None and not has_title:
        yield suite, None


NAMED = sorted({(suite, title or "") for cell in rows() for suite, title in named(cell)})


def test_every_row_names_a_test() -> None:
    assert len(rows()) > 25
    assert [cell for cell in rows() if not list(named(cell))] == []


@pytest.mark.parametrize(("suite", "title"), NAMED)
def test_a_named_test_is_there(suite: str, title: str) -> None:
    if suite.startswith("test_"):
        source = (ROOT / "Tests/EndToEnd" / f"{suite}.py").read_text(encoding="utf-8")
        assert re.search(rf"^def test_\w*{title.replace(' ', '_')}", source, re.MULTILINE), title
    else:
        # The rules of a contract stand in several files that begin with its name.
        files = [*(ROOT / "Tests").rglob(f"{suite}.swift"), *(ROOT / "Tests").rglob(f"{suite}+*.swift")]
        assert files, f"there is no suite {suite}"
        assert not title or any(f'"{title}' in file.read_text(encoding="utf-8") for file in files), title
