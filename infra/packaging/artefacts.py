"""Makes the archives of `infra/package` from the programs that were built: artefacts.py BUILD OUTPUT

Standard library only: it runs before anything of ours is installed. Times, owners and modes in the archives are fixed, so
the same programs give the same archives.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import manual
import sbom

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = {"broker-lambda": "ssm-broker-lambda", "enforcer-lambda": "ssm-broker-enforcer"}
"""Each function's program, and what its archive is called."""
LAMBDA_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def version() -> str:
    """The client's version, which is the project's: for example `0.1.0`."""
    found = re.search(r'static let text = "([^"]+)"', (ROOT / "client" / "Version.swift").read_text())
    assert found, "client/Version.swift names no version"
    return found[1]


def commit_time() -> int:
    """Seconds since 1970 of the commit that is built; `SOURCE_DATE_EPOCH` goes before it."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct"))


def stripped(program: Path) -> bytes:
    """The program without what only a debugger reads."""
    copy = program.with_suffix(".stripped")
    run("strip", "-o", str(copy), str(program))
    content = copy.read_bytes()
    copy.unlink()
    return content


def write_zip(path: Path, program: bytes) -> None:
    """A function's archive: one executable file named `bootstrap`."""
    entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, program, compresslevel=9)


def tar(files: dict[str, tuple[int, bytes]], time: int) -> bytes:
    """A gzip-compressed archive of files by path, with their modes; folders come before what is in them."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        folders = {str(parent) for path in files for parent in Path(path).parents if str(parent) != "."}
        for name in sorted({*folders, *files}):
            entry = tarfile.TarInfo(f"./{name}")
            entry.mtime = time
            entry.uname = entry.gname = "root"
            if name in files:
                entry.mode, body = files[name]
                entry.size = len(body)
                archive.addfile(entry, io.BytesIO(body))
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
    return gzip.compress(content.getvalue(), 9, mtime=time)


def write_deb(path: Path, client_files: dict[str, tuple[int, bytes]], architecture: str, time: int) -> None:
    """Debian's binary package: an `ar` archive of three members. Source: deb(5)."""
    size = sum(len(body) for _, body in client_files.values()) // 1024
    control = (
        f"Package: ssm-broker\nVersion: {version()}\nArchitecture: {architecture}\nMaintainer: ssm-broker <root@localhost>\n"
        f"Installed-Size: {size}\nSection: admin\nPriority: optional\nRecommends: ca-certificates\n"
        "Description: Session Manager sessions as the Linux user of your permission set\n"
        " Starts AWS Systems Manager sessions through the session broker and hands them to\n"
        " session-manager-plugin, which AWS ships separately.\n"
    )
    sums = "".join(f"{hashlib.md5(body).hexdigest()}  {name}\n" for name, (_, body) in sorted(client_files.items()))
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar({"control": (0o644, control.encode()), "md5sums": (0o644, sums.encode())}, time),
        "data.tar.gz": tar(client_files, time),
    }
    with path.open("wb") as archive:
        archive.write(b"!<arch>\n")
        for name, body in members.items():
            archive.write(f"{name:<16}{time:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n".encode())
            archive.write(body + b"\n" * (len(body) % 2))


def client_files(program: bytes, built: Path, time: int) -> dict[str, tuple[int, bytes]]:
    """Where the client's files stand below `/`: the program, and what shells and `man` read.

    Args:
        program: What ships.
        built: The same as it was built, to be asked about itself.
        time: Seconds since 1970 of what it was built from.
    """
    completion = {
        "bash": "usr/share/bash-completion/completions/ssm-broker",
        "zsh": "usr/share/zsh/vendor-completions/_ssm-broker",
        "fish": "usr/share/fish/vendor_completions.d/ssm-broker.fish",
    }
    files = {
        "usr/bin/ssm-broker": (0o755, program),
        "usr/share/doc/ssm-broker/copyright": (0o644, (ROOT / "LICENSE").read_bytes()),
    }
    for shell, path in completion.items():
        script = run(str(built), "--generate-completion-script", shell)
        files[path] = (0o644, script.encode() + b"\n")
    for name, text in manual.pages(built, version(), time).items():
        files[f"usr/share/man/man1/{name}.gz"] = (0o644, gzip.compress(text.encode(), 9, mtime=0))
    return files


def in_tarball(path: str) -> str:
    """Where a file of the package stands below `/usr/local`, as which a tarball is unpacked: zsh looks elsewhere there."""
    return path.removeprefix("usr/").replace("share/zsh/vendor-completions/", "share/zsh/site-functions/")


def main(build: Path, output: Path) -> None:
    machine = platform.machine()
    time = commit_time()
    name = version()
    output.mkdir(parents=True)
    contents: dict[str, list[str]] = {}
    for product, archive in FUNCTIONS.items():
        path = output / f"{archive}_{name}_{LAMBDA_ARCHITECTURES[machine]}.zip"
        write_zip(path, stripped(build / "release" / product))
        contents[path.name] = [product]
    client = build / "client" / "release" / "ssm-broker"
    files = client_files(stripped(client), client, time)
    architecture = DEBIAN_ARCHITECTURES[machine]
    tarball = output / f"ssm-broker_{name}_{architecture}.tar.gz"
    tarball.write_bytes(tar({in_tarball(path): file for path, file in files.items()}, time))
    package = output / f"ssm-broker_{name}_{architecture}.deb"
    write_deb(package, files, architecture, time)
    contents |= {tarball.name: ["ssm-broker"], package.name: ["ssm-broker"]}

    document = sbom.document(name, run("git", "rev-parse", "HEAD"), time, build, contents)
    (output / "sbom.spdx.json").write_text(json.dumps(document, indent=2) + "\n")
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(output.iterdir())}
    manifest = {
        "version": name,
        "commit": run("git", "rev-parse", "HEAD"),
        "uncommittedChanges": run("git", "status", "--porcelain") != "",
        "builtFor": LAMBDA_ARCHITECTURES[machine],
        "notBuilt": sorted(set(LAMBDA_ARCHITECTURES.values()) - {LAMBDA_ARCHITECTURES[machine]}),
        "unproven": "These programs were started on the machine that built them, not in AWS Lambda. An architecture under "
        "notBuilt is built by running infra/package on a machine of that architecture.",
        "swift": run("swift", "--version").splitlines()[0],
        "files": {file: {"sha256": digest, "bytes": (output / file).stat().st_size} for file, digest in sums.items()},
    }
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    digest = hashlib.sha256((output / "manifest.json").read_bytes()).hexdigest()
    lines = [f"{digest}  {file}\n" for file, digest in sorted({**sums, "manifest.json": digest}.items())]
    (output / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
