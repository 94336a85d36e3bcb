"""Keeps the machine's own AWS settings out of what is imported or done under it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


def without_aws(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment without AWS or broker settings: whatever its owner has there is of another world."""
    return {name: value for name, value in variables.items() if not name.startswith(("AWS_", "SSM_BROKER_"))}


@contextmanager
def no_real_aws() -> Iterator[None]:
    """Hides AWS settings for a while. moto asks boto3 for Regions when imported, and boto3 fails on an unknown profile."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(without_aws(before))
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
