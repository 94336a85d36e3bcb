"""What is in the archives, and that they are what their lists say."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import stat
import subprocess
import tarfile
import zipfile
from pathlib import Path

import roots
from elf import is_static

FUNCTIONS = ("ssm-broker-lambda", "ssm-broker-enforcer")
CLIENT_LIMIT = 20 << 20
"""20 MB, in bytes. Other versions of the libraries, from another distribution, are a little larger or smaller."""
"""Bytes that the client may take on disk."""


def only(package: Path, pattern: str) -> Path:
    found = list(package.glob(pattern))
    assert len(found) == 1, found
    return found[0]


def test_every_function_is_one_static_executable_named_bootstrap(package: Path) -> None:
    for function in FUNCTIONS:
        with zipfile.ZipFile(only(package, f"{function}_*.zip")) as archive:
            (entry,) = archive.infolist()
            assert entry.filename == "bootstrap"
            assert stat.S_IMODE(entry.external_attr >> 16) == 0o755
            assert is_static(archive.read(entry))


def test_the_client_is_static_and_small(package: Path) -> None:
    with tarfile.open(only(package, "ssm-broker_*.tar.gz")) as archive:
        program = archive.extractfile("./bin/ssm-broker")
        assert program is not None
        content = program.read()
    assert is_static(content) and len(content) < CLIENT_LIMIT


def test_the_sums_are_those_of_every_file_and_the_manifest_agrees(package: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=package, check=True)
    listed = {line.split()[1] for line in (package / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in package.iterdir()} - {"SHA256SUMS"}
    manifest = json.loads((package / "manifest.json").read_text())
    assert set(manifest["files"]) == listed - {"manifest.json"}
    for name, entry in manifest["files"].items():
        content = (package / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry["sha256"], entry["bytes"])
    assert {manifest["builtFor"], *manifest["notBuilt"]} == {"x86_64", "arm64"}
    assert f"_{manifest['builtFor']}.zip" in "".join(manifest["files"])


def test_the_bill_of_materials_names_what_is_linked(package: Path) -> None:
    document = json.loads((package / "sbom.spdx.json").read_text())
    packages = {one["name"]: one for one in document["packages"]}
    wanted = {"ssm-broker", "curl", "openssl", "sqlite3", "libyaml", "zlib", "glibc", "swift-runtime", "swift-log", "swift-argument-parser"}
    assert wanted <= set(packages)
    assert all(one["versionInfo"] for one in packages.values())
    identifiers = [one["SPDXID"] for one in packages.values()]
    assert len(set(identifiers)) == len(identifiers) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", one) for one in identifiers)
    linked = {one["relatedSpdxElement"] for one in document["relationships"] if one["relationshipType"] == "STATIC_LINK"}
    assert {packages[name]["SPDXID"] for name in wanted - {"ssm-broker"}} <= linked
    related = {one[end] for one in document["relationships"] for end in ("spdxElementId", "relatedSpdxElement")}
    assert related <= {*identifiers, "SPDXRef-DOCUMENT"}


def test_nothing_of_this_checkout_or_of_its_user_is_in_the_archives_names(package: Path) -> None:
    with tarfile.open(only(package, "ssm-broker_*.tar.gz")) as archive:
        for entry in archive.getmembers():
            assert (entry.uid, entry.gid, entry.uname, entry.gname) == (0, 0, "root", "root")
            assert entry.name.startswith("./") and ".." not in entry.name


def test_the_package_installs_on_an_empty_root_and_runs_there(package: Path, empty_root: Path) -> None:
    state = empty_root / "var" / "lib" / "dpkg"
    for folder in ("info", "updates", "triggers"):
        (state / folder).mkdir(parents=True)
    (state / "status").touch()
    deb = only(package, "ssm-broker_*.deb")
    dpkg = ["dpkg", f"--root={empty_root}", "--force-not-root", f"--log={empty_root}/log", "--install", str(deb)]
    done = subprocess.run(dpkg, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(["dpkg", f"--root={empty_root}", "--verify", "ssm-broker"], capture_output=True, text=True, check=True)
    assert listed.stdout == ""
    said = subprocess.run(
        roots.command(empty_root, "/usr/bin/ssm-broker", ["--version"]), capture_output=True, text=True, check=False, timeout=30
    )
    assert (said.returncode, bool(re.fullmatch(r"\d+\.\d+\.\d+\n", said.stdout))) == (0, True), said.stderr
    for path in ("bash-completion/completions/ssm-broker", "zsh/vendor-completions/_ssm-broker", "fish/vendor_completions.d/ssm-broker.fish"):
        assert "ssm-broker" in (empty_root / "usr/share" / path).read_text()
    assert gzip.decompress((empty_root / "usr/share/man/man1/ssm-broker.1.gz").read_bytes()).startswith(b".TH SSM-BROKER 1 ")


def test_the_same_programs_make_the_same_archives(package: Path, tmp_path: Path) -> None:
    root = package.parent
    again = tmp_path / "again"
    subprocess.run(["python3", str(root / "infra/packaging/artefacts.py"), str(root / ".build-static"), str(again)], check=True)
    assert (again / "SHA256SUMS").read_text() == (package / "SHA256SUMS").read_text()
