"""The nodes' Linux users: they exist in each node's private namespaces and nowhere else.

A node is one launcher process (:mod:`node_launcher`) in mount, UTS and PID namespaces of its own: its own passwd and
group bound over the host's, empty `/home` and `/tmp`, its own host name and process list.
"""

from __future__ import annotations

import json
import pathlib
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from . import node_launcher


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
class Node:
    """A managed node: its host name and its users."""

    name: str
    users: Sequence[LinuxUser]

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

NOT_SWITCHED = "the Linux user was NOT switched"
"""What a person at a terminal is told where the kernel allows no namespaces."""

Identity = Literal["full", "mapped", "none"]


@dataclass(frozen=True)
class UserSwitch:
    """How far the switch to the document's user goes on this machine."""

    identity: Identity
    """``full``: uid, gid and supplementary groups. ``mapped``: uid and gid, through a user namespace; supplementary
    groups cannot be set there. ``none``: the kernel allows no namespace, and shells run as whoever runs the system."""
    reason: str = ""
    """Why not, in the kernel's words."""

    @property
    def notice(self) -> str | None:
        """What the person at the terminal must be told; ``None`` when the switch is whole."""
        if self.identity == "full":
            return None
        if self.identity == "mapped":
            return "user namespace: supplementary groups are not set"
        return f"{NOT_SWITCHED}: this machine allows no namespaces ({self.reason})"


class NodeProcess:
    """A node's launcher, started and spoken to. Its methods block for milliseconds; any thread may call them."""

    def __init__(self, node: Node) -> None:
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        packages = pathlib.Path(__file__).parents[1]
        with theirs:
            # An environment of its own: what the system knows in its environment is none of the node's business.
            self._process = subprocess.Popen(
                [sys.executable, "-IB", "-c", node_launcher.PROGRAM, str(packages), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={"PATH": AGENT_PATH, "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        users = [user.credential for user in node.users]
        try:
            made = self._ask({"name": node.name, "passwd": node.passwd, "group": node.group, "users": users})
        except OSError:
            self.close()
            raise
        self.switch = UserSwitch(made["identity"], made["reason"])

    def start_shell(self, user: LinuxUser, environment: Mapping[str, str], terminal: int) -> int:
        """Starts `sh` as ``user`` on ``terminal``, the descriptor of a PTY's slave, and returns what `kill` wants.

        Raises:
            OSError: it could not be started.
        """
        return int(self._ask({"shell": user.credential, "environment": dict(environment)}, terminal)["process"])

    def kill(self, process: int) -> None:
        """Kills a shell; one that has ended already is not an error."""
        try:
            self._ask({"kill": process})
        except OSError:
            pass  # the whole node is gone, the shell with it

    def close(self) -> None:
        """Ends the node and everything on it."""
        self._channel.close()
        self._process.wait()

    def _ask(self, request: Mapping[str, Any], *descriptors: int) -> dict[str, Any]:
        with self._lock:
            socket.send_fds(self._channel, [json.dumps(request).encode()], descriptors)
            packet = self._channel.recv(65_536)
        if not packet:
            raise OSError("the node is gone")
        answer: dict[str, Any] = json.loads(packet)
        if "error" in answer:
            raise OSError(answer["error"])
        return answer


AGENT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The agent's PATH, which shells inherit: systemd's default for a service."""


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
