"""The bill of materials: everything that is linked into the programs, as SPDX 2.3 JSON.

Source: SPDX Specification 2.3, section 7 (packages) and 11 (relationships).
"""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LICENSES = {"curl": "curl", "openssl": "Apache-2.0", "sqlite3": "blessing", "libyaml": "MIT", "zlib": "Zlib", "glibc": "LGPL-2.1-or-later"}
"""By Debian's source package; what each library's own licence is."""
LIBRARIES = ("libcurl4-openssl-dev", "libssl-dev", "libsqlite3-dev", "libyaml-dev", "zlib1g-dev", "libc6-dev")
"""The packages whose archives are linked, or whose sources are built."""


def document(
    version: str, commit: str, time: int, build: Path, contents: dict[str, list[str]]
) -> dict[str, Any]:
    """The document.

    Args:
        version: The project's, for example `0.1.0`.
        commit: What is built.
        time: Seconds since 1970; becomes the document's own time, so that the same commit gives the same document.
        build: Where SwiftPM built, with `dependencies.json`.
        contents: By archive, the programs in it.
    """
    own = _package("ssm-broker", version, "Apache-2.0", f"git+commit:{commit}")
    linked = [*_swift_packages(build), *_libraries(build / "libraries" / "sources"), _swift()]
    archives = [_package(name, version, "Apache-2.0", None) for name in sorted(contents)]
    relations = [("DOCUMENT", "DESCRIBES", own)]
    relations += [(_id(own), "CONTAINS", archive) for archive in archives]
    relations += [(_id(own), "STATIC_LINK", package) for package in linked]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"ssm-broker-{version}",
        "documentNamespace": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, commit)}",
        "creationInfo": {
            "created": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: ssm-broker-infra-package"],
        },
        "packages": [own, *archives, *linked],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT" if element == "DOCUMENT" else element,
                "relationshipType": kind,
                "relatedSpdxElement": _id(package),
            }
            for element, kind, package in relations
        ],
    }


def _package(name: str, version: str, license: str, source: str | None) -> dict[str, Any]:
    identifier = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
    return {
        "name": name,
        "SPDXID": identifier,
        "versionInfo": version,
        "downloadLocation": source if source and source.startswith("https:") else "NOASSERTION",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        **({"sourceInfo": source} if source else {}),
    }


def _id(package: dict[str, Any]) -> str:
    identifier: str = package["SPDXID"]
    return identifier


def _swift_packages(build: Path) -> list[dict[str, Any]]:
    tree = json.loads((build / "dependencies.json").read_text())
    found: dict[str, dict[str, Any]] = {}
    waiting = list(tree["dependencies"])
    while waiting:
        one = waiting.pop()
        found[one["identity"]] = _package(one["identity"], one["version"], "Apache-2.0", one["url"])
        waiting += one["dependencies"]
    return [found[name] for name in sorted(found)]


def _libraries(sources: Path) -> list[dict[str, Any]]:
    """The C libraries; `sources` names those that were built, a source package and its version a line."""
    built = dict(line.split() for line in sources.read_text().splitlines())
    shown = "${source:Package} ${source:Version} ${Package}\n"
    lines = subprocess.run(
        ["dpkg-query", "-W", f"-f={shown}", *LIBRARIES], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    packages = []
    for line in sorted(lines):
        source, version, binary = line.split()
        origin = f"distribution's source package {source}" if source in built else f"distribution package {binary}"
        packages.append(_package(source, built.get(source, version), LICENSES[source], origin))
    return packages


def _swift() -> dict[str, Any]:
    text = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"swift-([0-9.]+)", text) or re.search(r"Swift version ([0-9.]+)", text)
    assert version, text
    return _package("swift-runtime", version[1], "Apache-2.0 WITH Swift-exception", "https://www.swift.org/install")
