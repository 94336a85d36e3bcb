#!/usr/bin/env python3
"""Stands for the `ssm-broker` command where a test is about `run` itself: it renders a small map, and shows who calls it."""

import json
import os
import pathlib
import sys

SHELL = "SSMBroker-Shell-DatabaseAdmin"
BATCH = "SSMBroker-Shell-BatchOperator"


def shell(user: str) -> str:
    """A rendered shell document, account and Region left open."""
    inputs = {"runAsEnabled": True, "runAsDefaultUser": user, "idleSessionTimeout": "20"}
    return json.dumps({"schemaVersion": "1.0", "description": "for ${account} in ${region}", "inputs": inputs,
                       "sessionType": "Standard_Stream"})  # fmt: skip


def render(directory: pathlib.Path) -> None:
    """What `map render` writes."""
    directory.mkdir(exist_ok=True)
    sets = {
        "DatabaseAdmin": {"nodes": {"accounts": ["111122223333"], "regions": ["eu-west-1"]}},
        "BatchOperator": {"nodes": {"accounts": ["444455556666"]}},
    }
    (directory / "role-map.json").write_text(json.dumps({"permissionSets": sets}))
    (directory / f"{SHELL}.json").write_text(shell("dbadmin"))
    (directory / f"{BATCH}.json").write_text(shell("batchops"))


if __name__ == "__main__":
    if sys.argv[1:3] == ["map", "render"]:
        render(pathlib.Path(sys.argv[sys.argv.index("--output") + 1]))
    else:
        print("this is ssm-broker of", os.environ["SSM_BROKER_URL"])
