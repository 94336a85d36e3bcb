"""Session documents in the member accounts: what the enforcer would have put there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .moto_services import ssm
from .places import MEMBER_ACCOUNTS, REGIONS

ROLE_MAP = "role-map.json"
PLACEMENTS = "placements.json"


@dataclass(frozen=True)
class Rendered:
    """What ``ssm-broker map render`` wrote: the compiled map and a document a file, account and Region left open."""

    directory: Path

    @property
    def role_map(self) -> Path:
        """The compiled map, which the broker reads."""
        return self.directory / ROLE_MAP

    @property
    def names(self) -> list[str]:
        """The documents' names."""
        return sorted(
            path.stem for path in self.directory.glob("*.json") if path.name not in (ROLE_MAP, PLACEMENTS)
        )

    def content(self, name: str, account: str, region: str) -> str:
        """A document as it is in an account and Region, byte for byte as rendered but for the two names."""
        text = (self.directory / f"{name}.json").read_text(encoding="utf-8").rstrip("\n")
        return text.replace("${account}", account).replace("${region}", region)

    def places(self, name: str, home: str) -> list[tuple[str, str]]:
        """Accounts and Regions that the map admits the document's entry in; `home` where it names no Regions."""
        entry = self._entry_of(name)
        nodes = entry.get("nodes") or {}
        # A role outside Identity Center reaches nodes of its own account only.
        own = [entry["arn"].split(":")[4]] if "arn" in entry else None
        accounts = own or nodes.get("accounts") or MEMBER_ACCOUNTS
        regions = nodes.get("regions") or [home]
        return [(account, region) for account in accounts if account in MEMBER_ACCOUNTS
                for region in regions if region in REGIONS]  # fmt: skip

    def _entry_of(self, name: str) -> Mapping[str, Any]:
        """What the map gives to the permission set, or to the role outside Identity Center, that the document is named after."""
        if not self.role_map.exists():
            return {}
        role_map = json.loads(self.role_map.read_text(encoding="utf-8"))
        entries = {**role_map.get("permissionSets", {}), **{one["id"]: one for one in role_map.get("roles", [])}}
        # Whatever the kind: SSMBroker-<Kind>-<name>.
        after_kind = name.split("-", 2)[-1]
        return next((entry for entry_name, entry in entries.items() if _in_document_names(entry_name) == after_kind), {})


def _in_document_names(entry_name: str) -> str:
    """An entry's name as its documents have it: those have no `+ = , @`, and eight digits of a hash tell the names apart."""
    plain = re.sub("[+=,@]", "_", entry_name)
    return plain if plain == entry_name else f"{plain}_{hashlib.sha256(entry_name.encode()).hexdigest()[:8]}"


def install(rendered: Rendered, home: str) -> None:
    """Puts every document where the map admits its role."""
    for name in rendered.names:
        for account, region in rendered.places(name, home):
            put(account, region, name, rendered.content(name, account, region))


def put(account: str, region: str, name: str, content: str, promote: bool = True) -> str:
    """Creates a document or adds a version, and returns its number; unpromoted, it is latest but not default."""
    backend = ssm(account, region)
    if name not in backend._documents:
        backend.create_document(
            content=content, requires=[], attachments=[], name=name, version_name=None, document_type="Session",
            document_format="JSON", target_type=None, tags=[],
        )  # fmt: skip
        return "1"
    described = backend.update_document(
        content=content, attachments=[], name=name, version_name=None, document_version="$LATEST",
        document_format="JSON", target_type=None,
    )  # fmt: skip
    version = str(described["DocumentVersion"])
    if promote:
        backend.update_document_default_version(name, version)
    return version


def delete(account: str, region: str, name: str) -> None:
    """Removes a document."""
    ssm(account, region).delete_document(name=name, document_version=None, version_name=None, force=False)
