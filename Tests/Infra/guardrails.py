"""The service control policies as Landing Zone Accelerator attaches them: variables filled in, then minified."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "infra" / "guardrails"
EVERYWHERE = ("session-documents", "broker-only-sessions")
"""Attached to every account that has nodes."""
BROKER_ACCOUNT_ONLY = ("audit-log", "broker-code")
OLD_LIMIT = 5120
"""Characters of one SCP until May 2026; twice that since. Source: Organizations User Guide, "Quotas and service limits"."""


@dataclass(frozen=True)
class Landscape:
    """The values of LZA's variables in one organisation."""

    partition: str = "aws"
    accelerator_prefix: str = "AWSAccelerator"
    management_account_access_role: str = "AWSControlTowerExecution"

    def fill(self, text: str) -> str:
        """Replaces LZA's variables and leaves IAM's, as LZA's own policyReplacements does."""
        for name, value in {
            "PARTITION": self.partition,
            "ACCELERATOR_PREFIX": self.accelerator_prefix,
            "MANAGEMENT_ACCOUNT_ACCESS_ROLE": self.management_account_access_role,
        }.items():
            text = text.replace("${" + name + "}", value)
        return text


LANDSCAPES = {
    "Control Tower": Landscape(),
    "no Control Tower": Landscape(management_account_access_role="OrganizationAccountAccessRole"),
    "GovCloud, long names": Landscape("aws-us-gov", "AWSAcceleratorX", "OrganizationAccountAccessRole"),
    "China": Landscape("aws-cn", "Lza"),
}


def names() -> list[str]:
    """Every policy of the folder."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def source(name: str) -> str:
    """The text with its variables."""
    return (FOLDER / f"{name}.json").read_text()


def rendered(name: str, landscape: Landscape = Landscape()) -> str:
    """The text as Organizations gets it."""
    filled = landscape.fill(source(name))
    left = [one for one in re.findall(r"\$\{([^}]*)\}", filled) if ":" not in one]
    assert not left, f"{name}: LZA has no variable {left}"
    return json.dumps(json.loads(filled), separators=(",", ":"))


def statements(name: str, landscape: Landscape = Landscape()) -> list[dict[str, Any]]:
    """The statements, rendered."""
    found: list[dict[str, Any]] = json.loads(rendered(name, landscape))["Statement"]
    return found


def listed(value: Any) -> list[str]:
    """A policy's one-or-many as a list."""
    return value if isinstance(value, list) else [value]


def exempt_principals(statement: dict[str, Any]) -> list[str]:
    """The role patterns that a statement leaves out."""
    return listed(statement.get("Condition", {}).get("ArnNotLike", {}).get("aws:PrincipalArn", []))
