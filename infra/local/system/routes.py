"""The API's paths: from the OpenAPI description where there is one, else from the table of the design."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import yaml

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
TABLE = (
    ("POST", "/v1/blocks"), ("DELETE", "/v1/blocks"),
    ("GET", "/v1/identity"),
    ("GET", "/v1/instances"),
    ("GET", "/v1/sessions"), ("POST", "/v1/sessions"),
    ("DELETE", "/v1/sessions/{id}"),
    ("POST", "/v1/sessions/{id}/credentials"),
    ("GET", "/v1/audit/records"), ("GET", "/v1/audit/records/{id}"), ("GET", "/v1/audit/heads"),
    ("GET", "/v1/role-map"), ("PUT", "/v1/role-map"),
    ("GET", "/v1/role-map/versions"), ("GET", "/v1/role-map/versions/{n}"),
    ("GET", "/v1/rollout"),
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One method on one resource template, e.g. ``DELETE /v1/sessions/{id}``."""

    method: str
    resource: str

    def match(self, path: str) -> dict[str, str] | None:
        """The path's parameters, decoded; ``None`` when the path is another's. A parameter is one non-empty segment."""
        expression = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.resource))
        found = re.fullmatch(expression, path)
        return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


class Routes:
    """All routes of one API."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._routes = [Route(method, resource) for method, resource in pairs]

    @classmethod
    def of_project(cls, openapi: Path) -> Routes:
        """Reads an OpenAPI description; where the file is missing, the design's table."""
        if not openapi.exists():
            return cls(TABLE)
        paths = yaml.safe_load(openapi.read_text(encoding="utf-8"))["paths"]
        return cls(
            (method.upper(), resource) for resource, item in paths.items() for method in item if method in METHODS
        )

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a request; literal segments win over parameters."""
        for route in sorted(self._routes, key=lambda one: one.resource.count("{")):
            parameters = route.match(path)
            if route.method == method and parameters is not None:
                return route, parameters
        return None
