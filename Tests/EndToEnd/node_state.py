"""A node in another state for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from system import cast
from system.local_system import LocalSystem


@contextlib.contextmanager
def changed(system: LocalSystem, **members: Any) -> Iterator[None]:
    """db-1 with other members, e.g. other tags."""
    node = system.aws.nodes.find(cast.FIRST_ACCOUNT, cast.REGION, cast.DB_1)
    assert node is not None
    system.aws.nodes.change(node, **members)
    try:
        yield
    finally:
        system.aws.nodes.put(node)


def offline(system: LocalSystem) -> contextlib.AbstractContextManager[None]:
    """db-1's agent does not report."""
    return changed(system, ping_status="ConnectionLost")
