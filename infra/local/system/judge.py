"""Judges requests and replies against botocore's service models, as AWS's own front ends do.

botocore checks types and lower bounds only; AWS also checks patterns, upper bounds and enumerations.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import botocore.loaders
from botocore.model import OperationModel, ServiceModel, Shape

from .errors import AWSError, invalid

_LOADER = botocore.loaders.create_loader()
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, datetime),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
}
_CLASSES = {r"\p{L}": "a-zA-Z\u00c0-\U0010ffff", r"\p{Z}": r"\s", r"\p{N}": "0-9"}
"""Java's character classes in Python's words, wide enough for the models that use them."""


@functools.cache
def model(service: str) -> ServiceModel:
    """botocore's model of a service, by its name in botocore."""
    # Straight from the loader: a session would read the machine's own AWS settings, which are none of ours.
    return ServiceModel(_LOADER.load_service_model(service, "service-2"), service)


def check_input(operation: OperationModel, parameters: Mapping[str, Any]) -> None:
    """Raises what AWS answers to a request that breaks the model."""
    if operation.input_shape is None:
        if parameters:
            raise invalid(f"Unknown parameter in input: \"{sorted(parameters)[0]}\", {operation.name} takes none")
        return
    _check(operation.input_shape, parameters, "")


def check_output(operation: OperationModel, reply: Mapping[str, Any], ignoring: frozenset[str] = frozenset()) -> None:
    """Raises ``AssertionError`` when a reply of our own breaks the model: a defect of the stand-in."""
    if operation.output_shape is None:
        assert not reply, f"{operation.name} has no output"
        return
    try:
        _check(operation.output_shape, {name: value for name, value in reply.items() if name not in ignoring}, "")
    except AWSError as error:
        raise AssertionError(f"{operation.name}'s reply: {error.message}") from error


def _check(shape: Shape, value: Any, where: str) -> None:
    kinds = _TYPES[shape.type_name]
    is_of_kind = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))  # True is an int to Python
    if not is_of_kind:
        raise AWSError("SerializationException", f"{_spell(where) or 'The request'} is not a {shape.type_name}")
    if shape.type_name == "structure":
        _check_structure(shape, value, where)
    elif shape.type_name == "list":
        _check_size(shape, len(value), value, where)
        for index, item in enumerate(value, start=1):
            _check(shape.member, item, f"{where}.{index}.member")
    elif shape.type_name == "map":
        _check_size(shape, len(value), value, where)
        for key, item in value.items():
            _check(shape.key, key, f"{where}.key")
            _check(shape.value, item, f"{where}.{key}.member")
    elif shape.type_name == "string":
        _check_size(shape, len(value), value, where)
        _check_text(shape, value, where)
    elif shape.type_name in ("integer", "long", "double", "float"):
        _check_range(shape, value, where)


def _check_structure(shape: Shape, value: Mapping[str, Any], where: str) -> None:
    unknown = sorted(set(value) - set(shape.members))
    if unknown:
        known = ", ".join(shape.members)
        raise invalid(f'Unknown parameter in {_spell(where) or "input"}: "{unknown[0]}", must be one of: {known}')
    for name in shape.required_members:
        if value.get(name) is None:
            raise _broken(None, f"{where}.{name}", "Member must not be null")
    for name, member in value.items():
        if member is not None:
            _check(shape.members[name], member, f"{where}.{name}")


def _check_size(shape: Shape, size: int, value: Any, where: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        raise _broken(value, where, f"Member must have length greater than or equal to {low}")
    if high is not None and size > high:
        raise _broken(value, where, f"Member must have length less than or equal to {high}")


def _check_range(shape: Shape, value: float, where: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        raise _broken(value, where, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        raise _broken(value, where, f"Member must have value less than or equal to {high}")


def _check_text(shape: Shape, value: str, where: str) -> None:
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        raise _broken(value, where, f"Member must satisfy regular expression pattern: {pattern}")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise _broken(value, where, f"Member must satisfy enum value set: [{', '.join(allowed)}]")


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    for java, python in _CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern, re.ASCII)


def _broken(value: Any, where: str, constraint: str) -> AWSError:
    shown = "null" if value is None else f"'{value}'"
    return invalid(
        f"1 validation error detected: Value {shown} at '{_spell(where)}' failed to satisfy constraint: {constraint}"
    )


def _spell(where: str) -> str:
    parts = where.lstrip(".").split(".")
    return ".".join(part[:1].lower() + part[1:] for part in parts)
