"""One node's first process: makes the node's private world and starts shells in it. Standard library only.

It is run as a program of its own, :data:`PROGRAM`, so that it has one thread and nothing to inherit. On its descriptor,
a sequenced-packet socket, it reads a description of the node, answers how far it got, and then serves requests, one
JSON object a packet:

    {"shell": {"user": …, "uid": …, "gid": …, "groups": […]}, "environment": {…}}  with the terminal's descriptor
        -> {"process": 7}
    {"kill": 7} -> {}

When the socket closes, because the system stopped or was killed, it kills what it started and ends. As process 1 of a
PID namespace it takes everything with it.
"""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import signal
import socket
import termios
from typing import Any, NoReturn

from . import namespaces

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from system.node_launcher import main
main(int(sys.argv[2]))
"""
"""What `python -I -c` runs: its arguments are the folder of this package and the descriptor."""


def _start_shell(user: dict[str, Any], environment: dict[str, str], terminal: int, identity: str) -> int:
    """Forks `sh` as the user, with the terminal as its controlling one, and returns its process id.

    A pipe that exec closes tells whether it came that far, so a failure is an OSError here and not a silent exit there.
    """
    failed, failing = os.pipe()
    process = os.fork()
    if process == 0:
        _become_shell(user, environment, terminal, identity, failing)
    os.close(failing)
    with os.fdopen(failed) as report:
        reason = report.read()
    if reason:
        os.waitpid(process, 0)
        raise OSError(reason)
    return process


def _become_shell(
    user: dict[str, Any], environment: dict[str, str], terminal: int, identity: str, failing: int
) -> NoReturn:
    try:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for descriptor in (0, 1, 2):
            os.dup2(terminal, descriptor)
        os.closerange(3, failing)
        os.closerange(failing + 1, 1024)
        os.chdir("/usr/bin")  # where a Session Manager shell starts on Amazon Linux: the agent's own directory
        os.umask(0o022)
        if identity == "full":
            os.setgroups(user["groups"])
            os.setresgid(user["gid"], user["gid"], user["gid"])
            os.setresuid(user["uid"], user["uid"], user["uid"])
        elif identity == "mapped":
            namespaces.become_mapped_user(user["uid"], user["gid"])
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.execvpe("sh", ["sh"], environment)
    except BaseException as error:  # whatever it is, it must not go on as a copy of the launcher
        os.write(failing, str(error).encode() or b"unknown")
        os._exit(127)


class Launcher:
    """Serves one node's requests until its socket closes."""

    def __init__(self, channel: socket.socket, identity: str) -> None:
        self._channel = channel
        self._identity = identity
        self._processes: dict[int, int] = {}  # process id -> pidfd, which never means another process

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self._channel, 65_536, 1)
            if not packet:
                break
            try:
                answer = self._answer(json.loads(packet), descriptors)
            except OSError as error:
                answer = {"error": str(error)}
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)
            self._channel.send(json.dumps(answer).encode())
        self._kill_all()

    def _answer(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if "kill" in request:
            handle = self._processes.get(request["kill"])
            if handle is not None:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            return {}
        # Until the child is held by a pidfd it must not be reaped.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            process = _start_shell(request["shell"], request["environment"], descriptors[0], self._identity)
            self._processes[process] = os.pidfd_open(process)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return {"process": process}

    def _reap(self) -> None:
        while True:
            try:
                process, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if (handle := self._processes.pop(process, None)) is not None:
                os.close(handle)

    def _kill_all(self) -> None:
        # What the shells left behind belongs to this process too, for it adopts orphans: as process 1, or as subreaper.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
        while children.exists() and (left := children.read_text().split()):
            for process in left:
                os.kill(int(process), signal.SIGKILL)
                os.waitpid(int(process), 0)


def _serve_in_namespaces(channel: socket.socket, node: dict[str, Any]) -> str:
    """Makes the node's namespaces and serves from inside until the end; returns at once with the reason if that fails.

    It is tried in a child, so that a failure half-way leaves this process as it was.
    """
    failed, failing = os.pipe()
    if os.fork() == 0:
        os.close(failed)
        try:
            identity = namespaces.enter(node)
            if os.fork() == 0:  # only a child is inside a new PID namespace: this one is its process 1
                namespaces.furnish(node, identity)
                os.close(failing)
                channel.send(json.dumps({"identity": identity, "reason": ""}).encode())
                Launcher(channel, identity).serve()
        except OSError as error:
            os.write(failing, str(error).encode())
        os._exit(0)
    os.close(failing)
    with os.fdopen(failed) as report:
        return report.read()


def main(descriptor: int) -> None:
    """Makes the node and serves it; without namespaces, says so and serves shells of the user it runs as."""
    # SOCK_SEQPACKET: one packet is one request, and descriptors travel with it.
    channel = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the operator's terminal stops the system, which stops this
    namespaces.adopt_orphans()
    node = json.loads(channel.recv(65_536))
    reason = _serve_in_namespaces(channel, node)
    if reason:
        channel.send(json.dumps({"identity": "none", "reason": reason}).encode())
        Launcher(channel, "none").serve()
    channel.close()
    while True:  # the node's process 1 is an adopted child
        try:
            os.wait()
        except ChildProcessError:
            return
