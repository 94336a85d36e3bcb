"""Copies of a document with one thing wrong in each."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

UNKNOWN_KEYS = ("permissionModel", "autoDeployment", "runOrders")
_WRONG = {"not": "a value"}


def spoilt(document: Any) -> Iterator[tuple[str, Any]]:
    """One key too many, one too few, or one value of another kind, everywhere in turn; each with what was done."""
    for way, value in list(_places(document, ())):
        where = "/".join(map(str, way)) or "the file"
        if isinstance(value, dict):
            for key in UNKNOWN_KEYS:
                copied, place = _copy(document, way)
                place[key] = "SERVICE_MANAGED"
                yield f"{where} has {key}", copied
            for key in value:
                copied, place = _copy(document, way)
                del place[key]
                yield f"{where} lacks {key}", copied
        elif way:
            copied, place = _copy(document, way[:-1])
            place[way[-1]] = _WRONG
            yield f"{where} is of another kind", copied


def _places(value: Any, way: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield way, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*way, key))


def _copy(document: Any, way: tuple[Any, ...]) -> tuple[Any, Any]:
    copied = copy.deepcopy(document)
    place = copied
    for step in way:
        place = place[step]
    return copied, place
