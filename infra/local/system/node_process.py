"""A node's launcher, started and spoken to from outside."""

from __future__ import annotations

import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import node_launcher

if TYPE_CHECKING:
    from .node_users import LinuxUser, Node

AGENT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The agent's PATH, which shells inherit: systemd's default for a service."""

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
        try:
            made, _ = self._ask(node.description)
        except OSError:
            self.close()
            raise
        self.switch = UserSwitch(made["identity"], made["reason"])

    def start_shell(
        self, user: LinuxUser, environment: Mapping[str, str], terminal: int, words: Sequence[str] = ("sh",)
    ) -> int:
        """Starts a shell, or another program, as ``user`` on ``terminal``, the descriptor of a PTY's slave, and returns
        what :meth:`kill` wants.

        Raises:
            OSError: it could not be started.
        """
        return self._start(user, environment, words, [terminal], terminal=True)

    def start_command(
        self, user: LinuxUser, environment: Mapping[str, str], words: Sequence[str], streams: Sequence[int]
    ) -> int:
        """Starts a program as ``user`` without a terminal and returns what :meth:`kill` wants.

        Args:
            user, environment: whose it is and what it finds.
            words: the program and its arguments.
            streams: descriptors of its standard output and standard error, and of a pipe into which its exit status is
                written as text when it ends, -1 for one that a signal ended.

        Raises:
            OSError: it could not be started; the words are those of Go's os/exec.
        """
        return self._start(user, environment, words, streams, terminal=False)

    def _start(
        self, user: LinuxUser, environment: Mapping[str, str], words: Sequence[str], streams: Sequence[int], *,
        terminal: bool,
    ) -> int:  # fmt: skip
        program = {
            "words": list(words), "terminal": terminal, "user": user.credential, "environment": dict(environment),
        }  # fmt: skip
        return int(self._ask({"start": program}, *streams)[0]["process"])

    def kill(self, process: int) -> None:
        """Kills a program; one that has ended already is not an error."""
        self.signal(process, signal.SIGKILL)

    def signal(self, process: int, number: signal.Signals) -> None:
        """Sends a program a signal; one that has ended already is not an error."""
        try:
            self._ask({"signal": int(number), "process": process})
        except OSError:
            pass  # the whole node is gone, the program with it

    def resolve(self, host: str) -> list[str]:
        """The addresses of a host as the node resolves it; none when it does not."""
        return list(self._ask({"resolve": host})[0]["addresses"])

    def dial(self, address: str, port: int) -> socket.socket:
        """A TCP connection made from the node.

        Raises:
            OSError: it could not be made; ``errno`` says why.
        """
        _, descriptors = self._ask({"dial": address, "port": port})
        return socket.socket(fileno=descriptors[0])

    def close(self) -> None:
        """Ends the node and everything on it."""
        self._channel.close()
        self._process.wait()

    def _ask(self, request: Mapping[str, Any], *descriptors: int) -> tuple[dict[str, Any], list[int]]:
        with self._lock:
            socket.send_fds(self._channel, [json.dumps(request).encode()], descriptors)
            packet, received, _, _ = socket.recv_fds(self._channel, 65_536, 1)
        if not packet:
            raise OSError("the node is gone")
        answer: dict[str, Any] = json.loads(packet)
        if "error" in answer:
            raise OSError(answer["number"], answer["error"]) if answer["number"] else OSError(answer["error"])
        return answer, received
