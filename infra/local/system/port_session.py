"""A Port session on the node: which port of which machine, and one connection to it or many.

The rules follow amazon-ssm-agent 3.x, `agent/session/plugins/port`. The Linux user of a document has no part in it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .agent_session import Rejected, text_member
from .node_process import NodeProcess

FORWARDING = "LocalPortForwarding"
"""The type that listens on the person's machine; without it the client's standard input and output are the connection."""

_DENIED = frozenset(
    {
        "169.254.169.254", "fd00:ec2::254", "169.254.169.253", "fd00:ec2::253", "169.254.169.123", "fd00:ec2::123",
        "169.254.169.250", "169.254.169.251", "fd00:ec2::240",
    }
)  # fmt: skip
"""Instance metadata, the VPC's DNS, time, and what ECS keeps beside them."""


@dataclass(frozen=True)
class PortProperties:
    """What a document says of a port."""

    port: str
    host: str
    forwards: bool

    @classmethod
    def read(cls, properties: Mapping[str, Any]) -> PortProperties:
        """Raises :class:`Rejected` for what the agent would not run."""
        port = text_member(properties, "portNumber")
        if not port:
            raise Rejected(f"Port number is empty in session properties. {properties}")
        return cls(port, text_member(properties, "host"), text_member(properties, "type") == FORWARDING)


class Unreachable(Exception):
    """No connection; the text is Go's."""


class Destination:
    """Where a session's connections go; looked up once, when it begins."""

    def __init__(self, node: NodeProcess, port: str, addresses: Sequence[str]) -> None:
        self._node = node
        self._port = port
        self._addresses = addresses

    @classmethod
    async def find(cls, node: NodeProcess, properties: PortProperties, networks: Sequence[str]) -> Destination:
        """Looks the host up on the node. One that it does not know is found out connection by connection.

        Raises:
            Rejected: an address that the agent forwards to for nobody.
        """
        if not properties.host:
            return cls(node, properties.port, ["127.0.0.1"])
        addresses = await asyncio.to_thread(node.resolve, properties.host)
        if any(is_denied(address, networks) for address in addresses):
            raise Rejected(f"Forwarding to IP address {properties.host} is forbidden.")
        return cls(node, properties.port, addresses)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first address that takes one.

        Raises:
            Unreachable: none does; it says why the first did not.
        """
        problem = "missing address"
        for address in self._addresses:
            try:
                return await asyncio.open_connection(sock=await self._dial(address))
            except Unreachable as error:
                problem = str(error) if problem == "missing address" else problem
        raise Unreachable(problem)

    async def _dial(self, address: str) -> socket.socket:
        if not (self._port.isascii() and self._port.isdigit()):
            raise Unreachable(f"dial tcp: lookup tcp/{self._port}: unknown port")
        if int(self._port) > 65_535:
            raise Unreachable(f"dial tcp: address {self._port}: invalid port")
        try:
            return await asyncio.to_thread(self._node.dial, address, int(self._port))
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else "i/o timeout"
            raise Unreachable(f"dial tcp {address}:{self._port}: connect: {reason}") from error


def is_denied(address: str, networks: Sequence[str]) -> bool:
    """Whether an address is one of those AWS keeps for itself: in every network of the node its first four and its last
    are too."""
    place = ipaddress.ip_address(address)
    if any(place == ipaddress.ip_address(denied) for denied in _DENIED):
        return True
    for network in map(ipaddress.ip_network, networks):
        if place in network and (place == network[-1] or int(place) - int(network[0]) < 4):
            return True
    return False
