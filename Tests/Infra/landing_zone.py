"""The landing zone's configuration files, read as Landing Zone Accelerator reads them but without its leniency.

LZA drops "additional property" errors, so a key that it does not know passes there and does nothing.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

FOLDER = Path(__file__).resolve().parents[2] / "infra" / "landing-zone"
SCHEMAS = Path(__file__).resolve().parent / "lza_schemas"
FILES = ("customizations-config", "organization-config", "iam-config", "replacements-config")
_TOKEN = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")
_POLICY_TOKEN = re.compile(r"\$\{ACCEL_LOOKUP::CUSTOM:([\w-]+)\}")


def replacements() -> dict[str, str]:
    """What replacements-config.yaml fills in."""
    found = yaml.safe_load((FOLDER / "replacements-config.yaml").read_text())
    return {one["key"]: one["value"] for one in found["globalReplacements"]}


def load(name: str) -> Any:
    """A configuration file with its tokens filled in; a token that nobody defines is a KeyError."""
    values = replacements()
    return yaml.safe_load(_TOKEN.sub(lambda match: values[match.group(1)], (FOLDER / f"{name}.yaml").read_text()))


def policy(path: str) -> dict[str, Any]:
    """A policy file of the configuration repository, variables filled in as LZA does."""
    values = {**{f"ACCEL_LOOKUP::CUSTOM:{key}": value for key, value in replacements().items()},
              "PARTITION": "aws", "HOME_REGION": replacements()["SsmBrokerHomeRegion"],
              "ACCELERATOR_PREFIX": "AWSAccelerator", "MANAGEMENT_ACCOUNT_ACCESS_ROLE": "AWSControlTowerExecution"}  # fmt: skip
    text = (FOLDER / path).read_text()
    for key, value in values.items():
        text = text.replace("${" + key + "}", value)
    left = [one for one in re.findall(r"\$\{([^}]*)\}", text) if not one.startswith("aws:")]
    assert not left, f"{path}: nothing fills in {left}"
    document: dict[str, Any] = json.loads(text)
    return document


def schema(name: str, folder: Path = SCHEMAS) -> dict[str, Any]:
    """A file's schema, ours or LZA's."""
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def errors(document: Any, name: str, folder: Path = SCHEMAS) -> list[str]:
    """What a schema has against a document: ``customizations/cloudFormationStacks/0: …``."""
    found = _validator(name, folder).iter_errors(document)
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in found]


@functools.cache
def _validator(name: str, folder: Path) -> Draft7Validator:
    return Draft7Validator(schema(name, folder))
