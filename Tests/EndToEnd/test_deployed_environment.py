"""The real executables with the environment that the deployment's template gives them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests" / "Infra"))

import broker_stack  # noqa: E402
from system.settings import built  # noqa: E402

EXECUTABLES = {"Broker": ("broker-lambda", "BROKER_LAMBDA_PATH"), "Enforcer": ("enforcer-lambda", "ENFORCER_LAMBDA_PATH")}
PROVIDED = {
    # What Lambda itself sets; nothing listens at these ports, so no call leaves.
    "AWS_REGION": "eu-west-1", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "ASIAX", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "x",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}  # fmt: skip
OPTIONS: dict[str, dict[str, str]] = {
    "as it comes": {},
    "every option": {
        "AllowedAccounts": "111122223333,444455556666", "ForbiddenLinuxUsers": "postgres,oracle",
        "AdmittedRoles": "arn:aws:iam::111122223333:role/ci/Deploy", "FunctionUrl": "yes",
        "FunctionUrlId": "abcdefghijklmnopqrstuvwxyz012345",
        "BootstrapAdministrators": "999900001111/BrokerAdmin,111122223333/BrokerAdmin",
    },
}  # fmt: skip


def complaints(function: str, environment: dict[str, Any]) -> list[str]:
    """What the executable has against its configuration, before anything else happens."""
    name, variable = EXECUTABLES[function]
    run = subprocess.run(
        [built(name, variable)], env={**{key: str(value) for key, value in environment.items()}, **PROVIDED},
        capture_output=True, text=True, timeout=60, check=False, cwd=os.sep,
    )  # fmt: skip
    assert run.returncode != 0, "there is no Lambda here to serve"
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    return [line["problem"] for line in lines if line["message"] == "configuration"]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("function", EXECUTABLES)
def test_the_executable_takes_what_the_template_gives(function: str, options: str) -> None:
    variables = broker_stack.stack(OPTIONS[options]).properties(function)["Environment"]["Variables"]
    assert complaints(function, variables) == []


@pytest.mark.parametrize("function", EXECUTABLES)
def test_a_wrong_value_would_be_seen(function: str) -> None:
    variables = broker_stack.stack().properties(function)["Environment"]["Variables"]
    assert complaints(function, {**variables, "SSM_BROKER_STORE": "sqlite:/tmp/x"}) != []
