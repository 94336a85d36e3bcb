"""What `infra/package` makes, made once for all tests of this folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra" / "local"))
sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder with everything that ships."""
    output = ROOT / ".build-package"
    done = subprocess.run([str(ROOT / "infra" / "package"), "--output", str(output)], stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, "infra/package failed; its words are above"
    return output


@pytest.fixture
def empty_root(tmp_path: Path) -> Iterator[Path]:
    """A folder to become `/`, with nothing in it."""
    root = tmp_path / "root"
    root.mkdir()
    yield root
