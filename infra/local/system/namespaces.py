"""A node's private world: namespaces of its own, furnished with its name, users and homes. Standard library only."""

from __future__ import annotations

import ctypes
import os
import pathlib
import socket
import tempfile
from typing import Any

from . import node_services

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x04000000, 0x10000000, 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    _call("mount", *encoded, ctypes.c_ulong(flags), options.encode() if options is not None else None)


def _map_identity(inside_uid: int, inside_gid: int, outside_uid: int, outside_gid: int) -> None:
    """Maps one user and one group into the user namespace just entered; all that an unprivileged process may map."""
    pathlib.Path("/proc/self/setgroups").write_text("deny")
    pathlib.Path("/proc/self/uid_map").write_text(f"{inside_uid} {outside_uid} 1")
    pathlib.Path("/proc/self/gid_map").write_text(f"{inside_gid} {outside_gid} 1")


def _may_become_everyone(node: dict[str, Any]) -> bool:
    """Whether this is root with every id of the node at hand: a container's root may have a few ids, or one."""
    if os.getuid() != 0:
        return False
    wanted = {"uid": {0}, "gid": {0}}
    for user in node["users"]:
        wanted["uid"].add(user["uid"])
        wanted["gid"].update(user["groups"])
    return all(
        any(first <= number < first + count for first, _, count in _id_ranges(kind))
        for kind, numbers in wanted.items()
        for number in numbers
    )


def _id_ranges(kind: str) -> list[list[int]]:
    lines = pathlib.Path(f"/proc/self/{kind}_map").read_text().splitlines()
    return [[int(number) for number in line.split()] for line in lines]


def enter(node: dict[str, Any]) -> str:
    """Leaves the host's namespaces, and returns how: as root ("full"), or through a user namespace ("mapped").

    Raises:
        OSError: the kernel allows neither.
    """
    private = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNET
    uid, gid = os.getuid(), os.getgid()
    if _may_become_everyone(node):
        try:
            _call("unshare", private)
            return "full"
        except PermissionError:
            pass  # root without CAP_SYS_ADMIN, as in many containers: try like anyone else
    _call("unshare", CLONE_NEWUSER | private)
    _map_identity(0, 0, uid, gid)
    return "mapped"


def furnish(node: dict[str, Any], identity: str) -> None:
    """Gives the node its name, network, users and homes. Runs as process 1 of the node."""
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    socket.sethostname(node["name"])
    node_services.raise_loopback(node_services.foreign_addresses(node["services"]))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("passwd", node["passwd"]), ("group", node["group"]), ("hosts", _hosts_file(node))):
            source = pathlib.Path(folder, name)
            source.write_text(content)
            source.chmod(0o644)
            _mount(str(source), f"/etc/{name}", None, MS_BIND)
    _mount("tmpfs", "/home", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    for user in node["users"]:
        home = pathlib.Path("/home", user["user"])
        home.mkdir(mode=0o700)
        if identity == "full":
            os.chown(home, user["uid"], user["gid"])
    try:
        _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        pass  # a container that hides parts of /proc forbids it; then `ps` shows the host's processes, and that is all


def _hosts_file(node: dict[str, Any]) -> str:
    lines = [f"127.0.0.1 localhost {node['name']}", *(f"{address} {name}" for name, address in node["hosts"].items())]
    return "\n".join((*lines, ""))


def become_mapped_user(uid: int, gid: int) -> None:
    """Enters a further user namespace, in which the node's one real user goes by ``uid`` and ``gid``."""
    _call("unshare", CLONE_NEWUSER)
    _map_identity(uid, gid, 0, 0)


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant that loses its own."""
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
