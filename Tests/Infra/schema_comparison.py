"""Whether one JSON schema lets through nothing that another refuses, as far as both are of the plain kind we write."""

from __future__ import annotations

from typing import Any


def looser(ours: dict[str, Any], theirs: dict[str, Any], root: dict[str, Any], where: str = "") -> list[str]:
    """Where `ours` allows what `theirs` does not; `root` is the schema that `theirs`'s references are into."""
    theirs = _resolved(theirs, root)
    if "anyOf" in theirs:
        found = [looser(ours, one, root, where) for one in theirs["anyOf"]]
        return [] if [] in found else found[0]
    problems = _values(ours, theirs, where)
    if ours.get("type") == "object":
        problems += _objects(ours, theirs, root, where)
    if ours.get("type") == "array" and ours.get("maxItems") != 0:
        problems += looser(ours["items"], theirs["items"], root, f"{where}[]")
    return problems


def _values(ours: dict[str, Any], theirs: dict[str, Any], where: str) -> list[str]:
    named, known = _named(ours), _named(theirs)
    if known is not None:
        return [] if named is not None and named <= known else [f"{where}: allows others than {sorted(known)}"]
    if named is not None:  # ours are texts, all of them
        return [] if theirs.get("type") == "string" else [f"{where}: is a text, there {theirs.get('type')}"]
    problems = []
    if ours["type"] != theirs.get("type") and (ours["type"], theirs.get("type")) != ("integer", "number"):
        problems.append(f"{where}: is {ours['type']}, there {theirs.get('type')}")
    if theirs.get("minLength", 0) > ours.get("minLength", 0):
        problems.append(f"{where}: may be empty")
    return problems


def _objects(ours: dict[str, Any], theirs: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    problems = [] if ours.get("additionalProperties") is False else [f"{where}: allows any key"]
    for name in sorted(set(theirs.get("required", [])) - set(ours.get("required", []))):
        problems.append(f"{where}: {name} may be missing")
    for name, one in ours["properties"].items():
        if name in theirs.get("properties", {}):
            problems += looser(one, theirs["properties"][name], root, f"{where}/{name}")
        else:
            problems.append(f"{where}: there is no {name}")
    return problems


def _named(schema: dict[str, Any]) -> frozenset[str] | None:
    """The values that a schema lists; ``None`` when it lists none."""
    if "const" in schema:
        return frozenset({schema["const"]})
    return frozenset(schema["enum"]) if "enum" in schema else None


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
