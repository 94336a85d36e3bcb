"""The nodes' Linux users: they exist in each node's private namespaces and nowhere else.

A node is one launcher process (:mod:`node_launcher`) in mount, UTS, PID and network namespaces of its own: its own passwd
and group bound over the host's, empty `/home` and `/tmp`, its own host name, process list and ports.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .node_process import NodeProcess, UserSwitch


@dataclass(frozen=True)
class LinuxUser:
    """One line of the node's passwd. Choose ids that the host does not use: as root, the switch to them is real."""

    name: str
    uid: int
    gid: int
    groups: Mapping[str, int] = field(default_factory=dict)
    """Supplementary groups: name to gid."""

    @property
    def credential(self) -> dict[str, Any]:
        """What the launcher needs to become this user. Group ids as `id` lists them: the primary one first."""
        groups = [self.gid, *(gid for gid in self.groups.values() if gid != self.gid)]
        return {"user": self.name, "uid": self.uid, "gid": self.gid, "groups": groups}


@dataclass(frozen=True)
class Service:
    """What listens on a node, or on a machine that the node reaches: a command, run once a connection as by inetd."""

    port: int
    command: Sequence[str]
    """Its standard input and output are the connection, e.g. ``["cat"]`` for an echo."""
    address: str = "127.0.0.1"
    """The node's own, or another machine's, e.g. ``10.1.0.20``."""


@dataclass(frozen=True)
class Node:
    """A managed node: its host name, its users and what it reaches over its network."""

    name: str
    users: Sequence[LinuxUser]
    services: Sequence[Service] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Names that the node resolves, to addresses."""
    networks: Sequence[str] = ("10.1.0.0/16",)
    """The primary network of its VPC, parts of which the agent forwards to for nobody."""

    @property
    def description(self) -> dict[str, Any]:
        """What the node's launcher must know."""
        return {
            "name": self.name,
            "passwd": self.passwd,
            "group": self.group,
            "users": [user.credential for user in self.users],
            "services": [
                {"address": service.address, "port": service.port, "command": list(service.command)}
                for service in self.services
            ],
            "hosts": {"localhost": "127.0.0.1", self.name: "127.0.0.1", **self.hosts},
        }

    def user(self, name: str) -> LinuxUser | None:
        """The user as `id <name>` on the node would find it, ``None`` when there is none.

        root is found, as on every node; refusing it is the agent's business.
        """
        return next((user for user in (*self.users, _ROOT) if name in (user.name, str(user.uid))), None)

    @property
    def passwd(self) -> str:
        """The node's passwd file."""
        lines = [f"{user.name}:x:{user.uid}:{user.gid}::/home/{user.name}:/bin/sh" for user in self.users]
        return "\n".join(("root:x:0:0:root:/root:/bin/sh", *lines, "nobody:x:65534:65534::/nonexistent:/bin/false", ""))

    @property
    def group(self) -> str:
        """The node's group file: each user's own group, then the supplementary ones with their members."""
        groups: dict[str, int] = {"root": 0, "tty": 5, "nogroup": 65534}
        members: dict[str, list[str]] = {}
        own_names = {user.gid: user.name for user in reversed(self.users)}
        for name, gid in [*((name, gid) for gid, name in own_names.items()), *self._supplementary()]:
            if groups.setdefault(name, gid) != gid:
                raise ValueError(f"node {self.name}: group {name} has two ids, {groups[name]} and {gid}")
        for user in self.users:
            for name in user.groups:
                members.setdefault(name, []).append(user.name)
        return "".join(f"{name}:x:{gid}:{','.join(members.get(name, ()))}\n" for name, gid in groups.items())

    def _supplementary(self) -> list[tuple[str, int]]:
        return [pair for user in self.users for pair in user.groups.items()]


_ROOT = LinuxUser("root", 0, 0)

class NodeUsers:
    """The nodes by target id (`i-…`). A node's launcher starts when it is first needed."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = dict(nodes)
        self._processes: dict[str, NodeProcess] = {}
        self._lock = threading.Lock()

    def __contains__(self, target: str) -> bool:
        return target in self._nodes

    def node(self, target: str) -> Node:
        """The node's description.

        Raises:
            KeyError: there is none.
        """
        return self._nodes[target]

    def process(self, target: str) -> NodeProcess:
        """The node's launcher, running. Blocks for as long as it takes to make a node: some tens of milliseconds."""
        with self._lock:
            if target not in self._processes:
                self._processes[target] = NodeProcess(self._nodes[target])
            return self._processes[target]

    @property
    def switch(self) -> UserSwitch:
        """How far the switch goes here: asked of the first node, for it is the machine that decides."""
        return self.process(next(iter(self._nodes))).switch

    def close(self) -> None:
        """Ends every node. Idempotent."""
        with self._lock:
            processes, self._processes = self._processes, {}
        for process in processes.values():
            process.close()
