"""The person's side of a forwarded port: connections, and bytes to send through them."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from running import Running

PATIENCE = 60.0
"""Seconds that bytes may stay away."""


def opened_port(plugin: Running) -> int:
    """The port that a plugin listens on, once it says so."""
    return int(plugin.expect(rb"Port (\d+) opened for sessionId")[1])


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        yield connection


def some_bytes(count: int, seed: int = 1) -> bytes:
    """Bytes of every value, always the same for a seed."""
    return random.Random(seed).randbytes(count)


def receive(connection: socket.socket, count: int) -> bytes:
    """Exactly so many bytes, or fewer if the connection ends before."""
    data = bytearray()
    while len(data) < count and (more := connection.recv(min(65_536, count - len(data)))):
        data += more
    return bytes(data)


def receive_all(connection: socket.socket) -> bytes:
    """All bytes to the end, which may be a reset."""
    data = bytearray()
    try:
        while more := connection.recv(65_536):
            data += more
    except ConnectionResetError:
        pass
    return bytes(data)


def exchange(connection: socket.socket, data: bytes) -> bytes:
    """Sends ``data`` to an echo and returns what comes back, both at once."""
    sending = threading.Thread(target=connection.sendall, args=(data,))
    sending.start()
    try:
        return receive(connection, len(data))
    finally:
        sending.join()


def digest(data: bytes) -> str:
    """What two long runs of bytes are compared by."""
    return hashlib.sha256(data).hexdigest()
