"""Session documents in a member account, changed for a while behind the broker's back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from system import cast, documents
from system.local_system import LocalSystem

DATABASE_SHELL = "SSMBroker-Shell-DatabaseAdmin"
WEB_SHELL = "SSMBroker-Shell-WebOperator"


def as_root(text: str) -> str:
    """The document with another Linux user in it: what an attacker would write."""
    document = json.loads(text)
    document["inputs"]["runAsDefaultUser"] = "root"
    return json.dumps(document)


@contextlib.contextmanager
def changed(system: LocalSystem, name: str, promote: bool = True) -> Iterator[None]:
    """Adds a version that runs as root; unpromoted, it is the latest version and not the default one."""
    rendered = system.rendered.content(name, cast.FIRST_ACCOUNT, cast.REGION)
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, name, as_root(rendered), promote)
    try:
        yield
    finally:
        put_back(system, name)


@contextlib.contextmanager
def default_left_behind(system: LocalSystem, name: str) -> Iterator[None]:
    """The latest version is as rendered, and the default one is an older text."""
    rendered = system.rendered.content(name, cast.FIRST_ACCOUNT, cast.REGION)
    documents.delete(cast.FIRST_ACCOUNT, cast.REGION, name)
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, name, as_root(rendered))
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, name, rendered, promote=False)
    try:
        yield
    finally:
        put_back(system, name)


@contextlib.contextmanager
def missing(system: LocalSystem, name: str) -> Iterator[None]:
    """The document is not there."""
    documents.delete(cast.FIRST_ACCOUNT, cast.REGION, name)
    try:
        yield
    finally:
        put_back(system, name)


def put_back(system: LocalSystem, name: str) -> None:
    """The document as it was rendered, in one version."""
    with contextlib.suppress(Exception):  # it may be missing, which is as good as deleted
        documents.delete(cast.FIRST_ACCOUNT, cast.REGION, name)
    rendered = system.rendered.content(name, cast.FIRST_ACCOUNT, cast.REGION)
    documents.put(cast.FIRST_ACCOUNT, cast.REGION, name, rendered)
