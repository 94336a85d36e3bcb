"""Managed nodes: what Systems Manager knows of them, and the operations that read it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from .calls import Call, Check, Operation
from .errors import AWSError, invalid

TARGET = re.compile(r"^(i-([0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17})$")
_FILTERS = {
    "InstanceIds": lambda node: node.id,
    "AgentVersion": lambda node: node.agent_version,
    "PingStatus": lambda node: node.ping_status,
    "PlatformTypes": lambda node: node.platform,
    "ResourceType": lambda node: "ManagedInstance" if node.is_hybrid else "EC2Instance",
}


@dataclass(frozen=True)
class Node:
    """One managed node."""

    id: str
    account: str
    region: str
    tags: Mapping[str, str] = field(default_factory=dict)
    platform: Literal["Linux", "Windows", "MacOS"] = "Linux"
    ping_status: Literal["Online", "ConnectionLost", "Inactive"] = "Online"
    platform_name: str = "Debian GNU/Linux"
    platform_version: str = "12"
    agent_version: str = "3.3.987.0"
    ip_address: str = "10.0.0.10"
    instance_state: Literal["pending", "running", "shutting-down", "terminated", "stopping", "stopped"] = "running"
    last_ping: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def arn(self) -> str:
        return node_arn(self.id, self.account, self.region)

    @property
    def is_hybrid(self) -> bool:
        """Whether it is outside EC2, registered by an activation."""
        return self.id.startswith("mi-")

    @property
    def private_dns_name(self) -> str:
        """The name that a VPC's resolver knows it by."""
        return f"ip-{self.ip_address.replace('.', '-')}.{self.region}.compute.internal"

    def as_api(self) -> dict[str, Any]:
        """The API's InstanceInformation object."""
        return {
            "InstanceId": self.id,
            "PingStatus": self.ping_status,
            "LastPingDateTime": self.last_ping,
            "AgentVersion": self.agent_version,
            "IsLatestVersion": True,
            "PlatformType": self.platform,
            "PlatformName": self.platform_name,
            "PlatformVersion": self.platform_version,
            "ResourceType": "ManagedInstance" if self.is_hybrid else "EC2Instance",
            "IPAddress": self.ip_address,
            "ComputerName": f"{self.tags.get('Name', self.id)}.internal",
            "SourceId": self.id,
            "SourceType": "AWS::SSM::ManagedInstance" if self.is_hybrid else "AWS::EC2::Instance",
        }


def node_arn(target: str, account: str, region: str) -> str:
    """The ARN that StartSession is judged on."""
    if target.startswith("mi-"):
        return f"arn:aws:ssm:{region}:{account}:managed-instance/{target}"
    return f"arn:aws:ec2:{region}:{account}:instance/{target}"


class Nodes:
    """The nodes of every account and Region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nodes: dict[tuple[str, str, str], Node] = {}

    def put(self, node: Node) -> None:
        """Adds a node, or replaces the one with its id."""
        with self._lock:
            self._nodes[node.account, node.region, node.id] = node

    def change(self, node: Node, **members: Any) -> None:
        """Replaces some of a node's members, e.g. ``ping_status="ConnectionLost"``."""
        self.put(replace(node, **members))

    def find(self, account: str, region: str, node_id: str) -> Node | None:
        """The node, if that account has it in that Region."""
        with self._lock:
            return self._nodes.get((account, region, node_id))

    def among(self, account: str, region: str) -> list[Node]:
        """All nodes of an account and Region, by id."""
        with self._lock:
            return sorted(
                (node for node in self._nodes.values() if (node.account, node.region) == (account, region)),
                key=lambda node: node.id,
            )

    def operations(self) -> dict[tuple[str, str], Operation]:
        """What the nodes answer."""
        return {
            ("ssm", "DescribeInstanceInformation"): Operation(
                lambda call: [[Check("ssm:DescribeInstanceInformation", "*")]], self._describe, reads_only=True
            ),
            ("ssm", "GetConnectionStatus"): Operation(
                lambda call: [[Check("ssm:GetConnectionStatus", "*")]], self._connection_status, reads_only=True
            ),
        }

    def _describe(self, call: Call) -> dict[str, Any]:
        filters = call.parameters.get("Filters", [])
        legacy = call.parameters.get("InstanceInformationFilterList", [])
        if filters and legacy:
            raise AWSError("InvalidInstanceInformationFilterValue", "Use Filters or InstanceInformationFilterList.")
        wanted = [(one["Key"], one["Values"]) for one in filters] + [(one["key"], one["valueSet"]) for one in legacy]
        if len({key.startswith("tag") for key, _ in wanted}) == 2:
            # Source: API Reference, DescribeInstanceInformation, Filters: "Tag filters can't be combined with other filter types."
            raise AWSError("InvalidInstanceInformationFilterValue", "Tag filters cannot be combined with other filters.")
        found = [
            node
            for node in self.among(call.account, call.region)
            if all(_matches(node, key, values) for key, values in wanted)
        ]
        page, token = paginate([node.as_api() for node in found], call.parameters, default=10)
        return {"InstanceInformationList": page, **token}

    def _connection_status(self, call: Call) -> dict[str, Any]:
        target = call.parameters["Target"]
        node = self.find(call.account, call.region, target)
        is_online = node is not None and node.ping_status == "Online"
        return {"Target": target, "Status": "connected" if is_online else "notconnected"}


def _matches(node: Node, key: str, values: list[str]) -> bool:
    if key.startswith("tag:"):
        return node.tags.get(key.removeprefix("tag:")) in values
    if key == "tag-key":
        return any(value in node.tags for value in values)
    if key == "InstanceIds" and not all(TARGET.match(value) for value in values):
        raise AWSError("InvalidInstanceInformationFilterValue", "The specified filter value is not valid.")
    if key not in _FILTERS:
        raise AWSError("InvalidFilterKey", "The specified key is not valid.")
    return _FILTERS[key](node) in values


def paginate(items: list[Any], parameters: Mapping[str, Any], default: int) -> tuple[list[Any], dict[str, str]]:
    """One page of a list, and the NextToken member when there is more."""
    token = parameters.get("NextToken") or "0"
    if not token.isdigit():
        raise AWSError("InvalidNextToken", "The specified token is not valid.")
    start, size = int(token), parameters.get("MaxResults", default)
    more = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return items[start : start + size], more


def check_target(target: str) -> None:
    """Refuses what is no instance id; the model itself has no pattern for it."""
    if not TARGET.match(target):
        raise invalid(f"Invalid target: {target}")
