"""Role maps for tests of publishing, and the ways to publish one: by the API and by the command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from broker_api import Answer, BrokerAPI
from engineer import environment_of, run
from system.local_system import LocalSystem

BOOTSTRAP = "alice/BrokerAdmin"
"""Named by the deployment: SSM_BROKER_BOOTSTRAP_ADMINISTRATORS."""

Map = dict[str, Any]


def of_cast(system: LocalSystem) -> Map:
    """The cast's own map, to be changed."""
    return json.loads(system.rendered.role_map.read_text())


def without(role_map: Map, *names: str) -> Map:
    """The same without some permission sets."""
    kept = {name: entry for name, entry in role_map["permissionSets"].items() if name not in names}
    return {**role_map, "permissionSets": kept}


def with_entry(role_map: Map, name: str, **members: Any) -> Map:
    """The same with one permission set more, or another one in its place."""
    entry = {"linuxUser": "ops", "sessions": ["shell"], **members}
    return {**role_map, "permissionSets": {**role_map["permissionSets"], name: entry}}


def large(role_map: Map, size: int) -> Map:
    """The same, made longer than a size in bytes by permission sets in accounts that nobody has."""
    sets = dict(role_map["permissionSets"])
    number = 0
    while len(json.dumps(sets, separators=(",", ":"))) < size:
        for _ in range(200):
            account = f"{700_000_000_000 + number // 100:012}"
            sets[f"Set{number:05}"] = {
                "linuxUser": f"user{number:05}", "sessions": ["shell"], "reason": "required",
                "nodes": {"accounts": [account], "regions": ["eu-west-1"], "tags": {"Purpose": [f"purpose {number}"]}},
            }  # fmt: skip
            number += 1
    return {**role_map, "permissionSets": sets}


def current(api: BrokerAPI, person: str = BOOTSTRAP) -> int:
    """The number of the current version; 0 before the first."""
    answer = api.call(person, "GET", "/v1/role-map/versions?limit=1")
    assert answer.status == 200, answer.text
    return next((one["number"] for one in answer.body["versions"]), 0)


def publish(api: BrokerAPI, role_map: Map, person: str = BOOTSTRAP, **members: Any) -> Answer:
    """PUT /v1/role-map on the current version, unless told another base."""
    base = members.pop("base", None)
    body = {"base": current(api) if base is None else base, "map": role_map, **members}
    return api.call(person, "PUT", "/v1/role-map", body)


def published(api: BrokerAPI, role_map: Map, person: str = BOOTSTRAP, **members: Any) -> dict[str, Any]:
    """The same, which must succeed; the reply."""
    answer = publish(api, role_map, person, **members)
    assert answer.status == 200, answer.text
    return answer.body


def command(system: LocalSystem, *arguments: str, person: str = BOOTSTRAP) -> subprocess.CompletedProcess[str]:
    """`ssm-broker map …` without a terminal."""
    return run(environment_of(system, person), "map", *arguments)


def write(role_map: Map, folder: Path, name: str = "role-map.yaml") -> Path:
    """The map as a file; JSON is YAML."""
    path = folder / name
    path.write_text(json.dumps(role_map, indent=1))
    return path


def failure(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a failed command with `-o json` said."""
    assert done.returncode != 0, done.stdout
    return json.loads(done.stderr.strip().splitlines()[-1])
