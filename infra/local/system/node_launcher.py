"""One node's first process: makes the node's private world and starts programs in it. Standard library only.

It is run as a program of its own, :data:`PROGRAM`, so that it has one thread and nothing to inherit. On its descriptor,
a sequenced-packet socket, it reads a description of the node, answers how far it got, and then serves requests, one
JSON object a packet:

    {"start": {"words": […], "terminal": true, "user": {…}, "environment": {…}}}  with the terminal's descriptor
        -> {"process": 7}
    {"start": {…, "terminal": false}}  with standard output, standard error, and a pipe for the exit status
        -> {"process": 7}
    {"signal": 2, "process": 7} -> {}
    {"resolve": "db.internal"} -> {"addresses": ["10.1.0.20"]}
    {"dial": "10.1.0.20", "port": 5432} -> {}  with the connection

When the socket closes, because the system stopped or was killed, it kills what it started and ends. As process 1 of a
PID namespace it takes everything with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import selectors
import signal
import socket
from typing import Any

from . import namespaces, node_programs
from .node_services import Services

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from system.node_launcher import main
main(int(sys.argv[2]))
"""
"""What `python -I -c` runs: its arguments are the folder of this package and the descriptor."""


class Launcher:
    """Serves one node's requests and its services until its socket closes."""

    def __init__(self, channel: socket.socket, identity: str, services: Services) -> None:
        self._channel = channel
        self._identity = identity
        self._services = services
        self._processes: dict[int, int] = {}  # process id -> pidfd, which never means another process
        self._reports: dict[int, int] = {}  # process id -> where its exit status is awaited

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())
        # Python runs the handler between two of its own steps. A child that ends after the last of them and before the
        # wait below would be noticed with the next request only, so the signal is something to wait for, too.
        woken, waker = os.pipe()
        for end in (woken, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            for listener in self._services.listeners:
                selector.register(listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == woken:
                        os.read(woken, 4096)
                    elif key.fileobj is not self._channel:
                        self._services.accept(key.fileobj)  # type: ignore[arg-type]  # only sockets are registered
                    elif not self._serve_request():
                        return self._kill_all()

    def _serve_request(self) -> bool:
        packet, descriptors, _, _ = socket.recv_fds(self._channel, 65_536, 3)
        if not packet:
            return False
        connection: list[int] = []
        try:
            request = json.loads(packet)
            if "dial" in request:
                connection = [self._services.dial(request["dial"], request["port"]).detach()]
            answer = {} if connection else self._answer(request, descriptors)
        except OSError as error:
            answer = {"error": str(error), "number": error.errno}
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        with contextlib.suppress(BrokenPipeError):  # who asked has gone; the next read says so
            socket.send_fds(self._channel, [json.dumps(answer).encode()], connection)
        for descriptor in connection:
            os.close(descriptor)
        return True

    def _answer(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if "resolve" in request:
            return {"addresses": self._services.resolve(request["resolve"])}
        if "signal" in request:
            handle = self._processes.get(request["process"])
            if handle is not None:
                signal.pidfd_send_signal(handle, request["signal"])
            return {}
        program = request["start"]
        # Until the child is held by a pidfd it must not be reaped.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            streams = descriptors[: 1 if program["terminal"] else 2]
            process = node_programs.start(program, streams, self._identity)
            self._processes[process] = os.pidfd_open(process)
            if not program["terminal"]:
                self._reports[process] = os.dup(descriptors[2])
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return {"process": process}

    def _reap(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if (handle := self._processes.pop(process, None)) is not None:
                os.close(handle)
            if (report := self._reports.pop(process, None)) is not None:
                with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
                    os.write(report, str(node_programs.go_exit_code(status)).encode())
                os.close(report)

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
                services = Services(node["services"], node["hosts"], isolated=True)
                os.close(failing)
                channel.send(json.dumps({"identity": identity, "reason": ""}).encode())
                Launcher(channel, identity, services).serve()
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
        services = Services(node["services"], node["hosts"], isolated=False)
        channel.send(json.dumps({"identity": "none", "reason": reason}).encode())
        Launcher(channel, "none", services).serve()
    channel.close()
    while True:  # the node's process 1 is an adopted child
        try:
            os.wait()
        except ChildProcessError:
            return
