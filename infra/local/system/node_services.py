"""What listens on a node and on the machines that only the node reaches. Standard library only.

Each service is a command, run once a connection with the connection as its standard input and output, as inetd does.
A node with a network namespace of its own has its services at their own addresses and ports. Without one they are on
ports of the machine that the kernel chooses, and :meth:`Services.dial` knows which.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
from typing import Any, NoReturn

DIAL_SECONDS = 5.0
LOOPBACK = "127.0.0.1"

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
_IFF_UP = 1


def raise_loopback(addresses: list[str]) -> None:
    """Brings up the loopback interface of a network namespace just entered, with further addresses on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0)))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
        for number, address in enumerate(addresses):
            for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.255")):
                packed = struct.pack("16sHH4s8x", f"lo:{number}".encode(), socket.AF_INET, 0, socket.inet_aton(value))
                fcntl.ioctl(control, request, packed)


def foreign_addresses(services: list[dict[str, Any]]) -> list[str]:
    """The addresses that loopback does not have by itself: those of other machines."""
    return sorted({service["address"] for service in services if not service["address"].startswith("127.")})


class Services:
    """The services of one node, listening."""

    def __init__(self, services: list[dict[str, Any]], hosts: dict[str, str], *, isolated: bool) -> None:
        """
        Args:
            services: ``{"address": …, "port": …, "command": […]}`` each.
            hosts: names that the node resolves, to addresses.
            isolated: whether the network is the node's own.
        """
        self._hosts = hosts
        self._isolated = isolated
        self._places: dict[tuple[str, int], tuple[str, int]] = {}
        self.listeners: dict[socket.socket, list[str]] = {}
        for service in services:
            wanted = (service["address"], service["port"])
            listener = socket.create_server(wanted if isolated else (LOOPBACK, 0), backlog=256)
            listener.setblocking(False)
            self._places[wanted] = listener.getsockname()
            self.listeners[listener] = service["command"]

    def resolve(self, host: str) -> list[str]:
        """The addresses of a name or of an address; empty when the node knows none."""
        try:
            return [socket.inet_ntoa(socket.inet_pton(socket.AF_INET, host))]
        except OSError:
            pass
        if ":" in host:
            return [host]  # an IPv6 address; a name has no colon
        return [self._hosts[host]] if host in self._hosts else []

    def dial(self, address: str, port: int) -> socket.socket:
        """A connection from the node. Raises OSError with the kernel's words."""
        place = (address, port)
        if not self._isolated:
            # Whatever else listens on this machine is none of the node's business.
            if place not in self._places:
                raise ConnectionRefusedError(111, "Connection refused")
            place = self._places[place]
        connection = socket.create_connection(place, DIAL_SECONDS)
        connection.settimeout(None)  # or who gets the descriptor would find it non-blocking
        return connection

    def accept(self, listener: socket.socket) -> None:
        """Starts the service's command for a connection."""
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, ConnectionError):
            return  # who asked has gone
        with connection:
            if os.fork() == 0:
                _serve(connection, self.listeners[listener])


def _serve(connection: socket.socket, command: list[str]) -> NoReturn:
    try:
        os.setsid()
        connection.setblocking(True)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for source, target in ((connection.fileno(), 0), (connection.fileno(), 1), (nowhere, 2)):
            os.dup2(source, target)
        os.closerange(3, 1024)
        for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    finally:
        os._exit(127)
