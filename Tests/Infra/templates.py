"""CloudFormation templates as CloudFormation reads them: parameters filled in, conditions decided, functions computed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "ssm-broker",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/ssm-broker/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
}
_NOTHING = object()


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (``!Sub``) spelt out (``Fn::Sub``)."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def load(path: str | Path) -> dict[str, Any]:
    """A template of the repository, functions in their long form."""
    return load_text((ROOT / path).read_text())


def load_text(text: str) -> dict[str, Any]:
    """A template's text, functions in their long form."""
    loaded: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with CloudFormation's tags
    return loaded


class Stack:
    """A template with its parameters: what its resources' properties come to."""

    def __init__(
        self,
        template: dict[str, Any],
        parameters: Mapping[str, str] | None = None,
        attributes: Mapping[str, str] | None = None,
        **pseudo: str,
    ) -> None:
        """`attributes` are what references to resources come to, as ``Table`` or ``Table.Arn``; others show as ``<Table.Arn>``."""
        self.template = template
        self._values: dict[str, Any] = {**PSEUDO, **{name.replace("_", "::"): value for name, value in pseudo.items()}}
        declared = template.get("Parameters", {})
        unknown = set(parameters or {}) - set(declared)
        assert not unknown, f"the template has no parameter {unknown}"
        for name, parameter in declared.items():
            value = str((parameters or {}).get(name, parameter.get("Default", "")))
            assert name in (parameters or {}) or "Default" in parameter, f"parameter {name} has no value"
            pattern = parameter.get("AllowedPattern")
            assert pattern is None or re.fullmatch(pattern, value), f"{name}: {value}"
            is_list = parameter["Type"] == "CommaDelimitedList"
            self._values[name] = value.split(",") if is_list else value
        self._values |= attributes or {}

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Resources whose condition holds, properties computed."""
        return {
            name: {**one, "Properties": self.compute(one.get("Properties", {}))}
            for name, one in self.template["Resources"].items()
            if "Condition" not in one or self._holds(one["Condition"])
        }

    def properties(self, name: str) -> dict[str, Any]:
        """One resource's properties."""
        resource = self.template["Resources"][name]
        assert "Condition" not in resource or self._holds(resource["Condition"]), f"{name} is not made"
        found: dict[str, Any] = self.compute(resource.get("Properties", {}))
        return found

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type."""
        return {name: one["Properties"] for name, one in self.resources.items() if one["Type"] == kind}

    def compute(self, value: Any) -> Any:
        """A value with every function computed."""
        if isinstance(value, list):
            return [one for one in map(self.compute, value) if one is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        computed = {name: self.compute(one) for name, one in value.items()}
        return {name: one for name, one in computed.items() if one is not _NOTHING}

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return _NOTHING if argument == "AWS::NoValue" else self._values.get(argument, f"<{argument}>")
        if name == "GetAtt":
            name = ".".join(argument)
            return self._values.get(name, f"<{name}>")
        if name == "If":
            return self.compute(argument[1 if self._holds(argument[0]) else 2])
        if name == "Sub":
            return self._substitute(argument)
        values = self.compute(argument)
        if name == "Join":
            return values[0].join(values[1])
        if name == "Split":
            return values[1].split(values[0])
        if name == "Select":
            return values[1][int(values[0])]
        if name == "Equals":
            return values[0] == values[1]
        if name == "Not":
            return not values[0]
        if name == "And":
            return all(values)
        if name == "Or":
            return any(values)
        raise NotImplementedError(f"Fn::{name}")

    def _substitute(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})
        values = {**self._values, **self.compute(local)}

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            return str(values.get(name, f"<{name}>"))

        return re.sub(r"\$\{([^}]*)\}", value, text)

    def _holds(self, condition: str) -> bool:
        return bool(self._decide(self.template["Conditions"][condition]))

    def _decide(self, rule: Any) -> Any:
        if isinstance(rule, dict) and "Condition" in rule:
            return self._holds(rule["Condition"])
        if isinstance(rule, dict) and next(iter(rule)) in ("Fn::Not", "Fn::And", "Fn::Or"):
            ((name, parts),) = rule.items()
            return self._function(name.removeprefix("Fn::"), [self._decide(one) for one in parts])
        return self.compute(rule)


def in_one_form(policy: Any) -> Any:
    """A policy with every one-or-many as a sorted list, so that equal policies are equal values."""
    if isinstance(policy, dict):
        return {
            name: _many(one) if name in ("Action", "Resource", "NotResource", "NotAction") else in_one_form(one)
            for name, one in policy.items()
        }
    if isinstance(policy, list):
        return [in_one_form(one) for one in policy]
    return policy


def _many(value: Any) -> list[str]:
    return sorted(value if isinstance(value, list) else [value])


def minified(document: Any) -> str:
    """JSON without a needless character."""
    return json.dumps(document, separators=(",", ":"))
