"""The stand-in's own tests: they drive it with botocore, as AWS's clients would."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "infra" / "local", Path(__file__).resolve().parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# botocore would look for the profile of whoever runs the tests.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]

from aws_world import World  # noqa: E402


@pytest.fixture
def world() -> Iterator[World]:
    """AWS with the cast on stage; a planned fault that never struck fails the test."""
    with World() as up:
        yield up
        assert up.aws.faults.leftover() == []
