"""What EC2 and tagging say of nodes: DescribeInstances of those in EC2, ListTagsForResource of those outside."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from .calls import Call, Check, Operation
from .errors import AWSError
from .nodes import Node, Nodes, node_arn, paginate

_FILTERS = {
    "instance-id": lambda node: node.id,
    "instance-state-name": lambda node: node.instance_state,
    "private-ip-address": lambda node: node.ip_address,
    "private-dns-name": lambda node: node.private_dns_name,
}
MAXIMUM_VALUES = 200
"""Source: EC2 User Guide, "List and filter using the CLI and API"."""


class Instances:
    """The nodes as EC2 has them."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes

    def operations(self) -> dict[tuple[str, str], Operation]:
        """What is answered here."""
        return {
            ("ec2", "DescribeInstances"): Operation(
                lambda call: [[Check("ec2:DescribeInstances", "*")]], self._describe, reads_only=True
            ),
            ("ssm", "ListTagsForResource"): Operation(_tag_checks, self._tags, reads_only=True),
        }

    def _describe(self, call: Call) -> dict[str, Any]:
        filters = [(one["Name"], one["Values"]) for one in call.parameters.get("Filters", [])]
        size = call.parameters.get("MaxResults", 1000)
        if not 5 <= size <= 1000 or any(len(values) > MAXIMUM_VALUES for _, values in filters):
            raise AWSError("InvalidParameterValue", "MaxResults is 5 to 1000, and a filter has at most 200 values.")
        found = [
            node
            for node in self._nodes.among(call.account, call.region)
            if not node.is_hybrid and all(_matches(node, name, values) for name, values in filters)
        ]
        page, token = paginate([_instance(node) for node in found], call.parameters, default=1000)
        return {"Reservations": [{"Instances": [one]} for one in page], **token}

    def _tags(self, call: Call) -> dict[str, Any]:
        if call.parameters["ResourceType"] != "ManagedInstance":
            raise AWSError("InvalidResourceType", "Only managed nodes are emulated.")
        node = self._nodes.find(call.account, call.region, call.parameters["ResourceId"])
        if node is None or not node.is_hybrid:
            raise AWSError("InvalidResourceId", "The resource ID is not valid.")
        return {"TagList": _tag_list(node)}


def _tag_checks(call: Call) -> list[list[Check]]:
    return [[Check("ssm:ListTagsForResource", node_arn(call.parameters["ResourceId"], call.account, call.region))]]


def _matches(node: Node, name: str, values: list[str]) -> bool:
    if name.startswith("tag:"):
        found = node.tags.get(name.removeprefix("tag:"))
    elif name in _FILTERS:
        found = _FILTERS[name](node)
    else:
        raise AWSError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return found is not None and any(fnmatchcase(found, _pattern(value)) for value in values)


def _pattern(value: str) -> str:
    """EC2's pattern as fnmatch has it: a backslash takes ``*``, ``?`` and itself for what they are, and ``[`` means nothing."""
    out, literal = "", False
    for character in value:
        if literal or character == "[":
            out, literal = out + (f"[{character}]" if character in "*?[" else character), False
        elif character == "\\":
            literal = True
        else:
            out += character
    return out


def _instance(node: Node) -> dict[str, Any]:
    return {
        "InstanceId": node.id,
        "State": {"Code": 16, "Name": node.instance_state},
        "PrivateDnsName": node.private_dns_name,
        "PrivateIpAddress": node.ip_address,
        "Tags": _tag_list(node),
    }


def _tag_list(node: Node) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in node.tags.items()]
