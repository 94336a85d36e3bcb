"""Where a configuration repository of LZA and a role map disagree: each finding says what is wrong and what to write instead.

LZA takes a wrong key, an unknown token and a value that a template's pattern forbids without a word; the checks are for these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
_TOKEN = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")
_MAY_STAY = {"SsmBrokerHomeRegion", "SsmBrokerRelease", "SsmBrokerNodeRegions"}
"""Values of the sample that may be right as they are."""
_CALLS = tuple(f"ssm-broker/permission-sets/{name}.json" for name in ("call-broker", "call-broker-by-url"))
"""The rights of whoever calls the broker; a permission set of the reader's own may have them among others."""
Finding = str


class _Template(yaml.SafeLoader):
    """Reads templates for their parameters; what functions come to is nobody's business here."""


_Template.add_multi_constructor("!", lambda loader, suffix, node: None)


@dataclass(frozen=True)
class Repository:
    """LZA's configuration files, tokens filled in; what is not there is empty."""

    folder: Path
    values: dict[str, str]
    unknown: set[str]
    stacks: dict[str, dict[str, Any]]
    identity: dict[str, Any]
    home_region: str | None

    @classmethod
    def read(cls, folder: Path) -> Repository:
        """Reads what concerns ssm-broker."""
        values = {one["key"]: str(one.get("value", "")) for one in _plain(folder, "replacements").get("globalReplacements", [])}
        unknown: set[str] = set()

        def filled(name: str) -> dict[str, Any]:
            path = folder / f"{name}-config.yaml"
            text = path.read_text() if path.exists() else ""
            unknown.update(token for token in _TOKEN.findall(text) if token.startswith("SsmBroker") and token not in values)
            found = yaml.safe_load(_TOKEN.sub(lambda match: values.get(match.group(1), "unknown"), text))
            return found if isinstance(found, dict) else {}

        listed = (filled("customizations").get("customizations") or {}).get("cloudFormationStacks") or []
        return cls(folder, values, unknown, {one["name"]: one for one in listed if "ssm-broker/" in one["template"]},
                   filled("iam").get("identityCenter") or {}, filled("global").get("homeRegion"))  # fmt: skip

    def parameters(self, stack: str) -> dict[str, str]:
        """What an entry gives its template."""
        return {one["name"]: str(one["value"]) for one in self.stacks.get(stack, {}).get("parameters", [])}


def _plain(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}-config.yaml"
    found = yaml.safe_load(re.sub(r"\{\{.*?\}\}", "token", path.read_text())) if path.exists() else None
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Wanted:
    """What a role map asks of the deployment."""

    admitted_roles: set[str]
    """Roles outside Identity Center: the front door lets them in, and their accounts let the broker prove them."""
    session_keys: set[str]
    """KMS keys that its logging names, any account's and Region's for its placeholders."""
    tag_keys: set[str]
    """The tags by which it admits nodes, which the guardrail keeps."""
    regions: set[str]
    accounts: set[str]
    permission_sets: set[str]
    has_management_account: bool

    @classmethod
    def by(cls, role_map: dict[str, Any]) -> Wanted:
        """Reads a map that `ssm-broker map validate` has nothing against."""
        entries = [*role_map.get("permissionSets", {}).values(), *role_map.get("roles", [])]
        nodes = [one.get("nodes", {}) for one in entries]
        principals = [one for who in ("administrators", "publishers", "auditors") for one in role_map.get(who, [])]
        logging, rollout = role_map.get("logging", {}), role_map.get("rollout", {})
        logs = [logging.get("standard"), *logging.get("accounts", {}).values(), *(one.get("logging") for one in entries)]
        return cls(
            {one["arn"] for one in role_map.get("roles", [])} | {one["role"] for one in principals if "role" in one},
            {re.sub(r"\$\{(account|region)\}", "*", one["kmsKey"]) for one in logs if isinstance(one, dict) and "kmsKey" in one},
            {"SsmBroker"} | {key for one in nodes for key in one.get("tags", {})},
            set(rollout.get("regions") or {region for one in nodes for region in one.get("regions", [])}),
            {account for one in nodes for account in one.get("accounts", [])},
            {*role_map.get("permissionSets", {}), *(one["permissionSet"] for one in principals if "permissionSet" in one)},
            bool(rollout.get("managementAccount")),
        )


def findings(repository: Repository, wanted: Wanted) -> Iterator[Finding]:
    """Everything that is wrong."""
    yield from values(repository)
    yield from entries(repository)
    yield from copies(repository)
    for stack in ("SsmBroker", "SsmBrokerAdministration", "SsmBrokerMembers", "SsmBrokerManagement"):
        yield from _list(repository, stack, "AdmittedRoles", wanted.admitted_roles)
    for stack in ("SsmBrokerMembers", "SsmBrokerManagement"):
        yield from _list(repository, stack, "SessionKeys", wanted.session_keys)
    yield from tags(repository, wanted)
    yield from places(repository, wanted)
    yield from permission_sets(repository, wanted)


def values(repository: Repository) -> Iterator[Finding]:
    """replacements-config.yaml: all are there, and are the reader's own."""
    for token in sorted(repository.unknown):
        yield f"replacements-config.yaml: nothing fills in {{{{ {token} }}}}; LZA would leave it as it stands"
    for key, sample in Repository.read(HERE).values.items():
        mine = repository.values.get(key)
        if mine is None and key not in repository.unknown:
            yield f"replacements-config.yaml: {key} is missing"
        if mine == sample and key not in _MAY_STAY and repository.folder.resolve() != HERE:
            yield f"replacements-config.yaml: {key} is still the sample's {sample}"
    region = repository.values.get("SsmBrokerHomeRegion")
    if repository.home_region not in (None, "unknown", region):
        yield f"replacements-config.yaml: SsmBrokerHomeRegion is {region}, LZA's home Region {repository.home_region}"


def entries(repository: Repository) -> Iterator[Finding]:
    """customizations-config.yaml: the sample's keys, and parameters that the templates have."""
    for name, sample in Repository.read(HERE).stacks.items():
        entry = repository.stacks.get(name)
        if entry is None:
            continue
        for key in sorted((set(entry) ^ set(sample)) - {"parameters"}):
            yield f"customizations-config.yaml: {name}: the key {key} is {'unknown to LZA' if key in entry else 'missing'}"
        declared = yaml.load((HERE / sample["template"]).read_text(), _Template).get("Parameters", {})  # noqa: S506
        given = repository.parameters(name)
        for parameter in sorted(set(given) - set(declared)):
            yield f"customizations-config.yaml: {name}: the template has no parameter {parameter}"
        for parameter, one in declared.items():
            if parameter not in given:
                if "Default" not in one:
                    yield f"customizations-config.yaml: {name}: the parameter {parameter} is missing"
                continue
            value = given[parameter]
            allowed = [str(each) for each in one.get("AllowedValues", [value])]
            if value not in allowed or not re.fullmatch(one.get("AllowedPattern", ".*"), value):
                yield f"customizations-config.yaml: {name}: {parameter} may not be {value!r}: {one['Description']}"


def copies(repository: Repository) -> Iterator[Finding]:
    """Templates and policies are those of this checkout, as files."""
    for path in sorted((HERE / "ssm-broker").rglob("*.*")):
        name = path.relative_to(HERE)
        there = repository.folder / name
        if not there.exists():
            yield f"{name}: is missing; cp -rL ssm-broker copies it"
        elif there.is_symlink() and repository.folder.resolve() != HERE:
            yield f"{name}: is a link, which LZA cannot follow; cp -rL copies files"
        elif _without_tag_keys(there.read_text()) != _without_tag_keys(path.read_text()):
            yield f"{name}: is not this checkout's; cp -rL ssm-broker copies it"


def _list(repository: Repository, stack: str, parameter: str, wanted: set[str]) -> Iterator[Finding]:
    """A parameter that is a list is what the map names."""
    if stack not in repository.stacks:
        return
    given = {one for one in repository.parameters(stack).get(parameter, "").split(",") if one}
    if given != wanted:
        line = f'{{name: {parameter}, value: "{",".join(sorted(wanted))}"}}' if wanted else f"no {parameter}"
        yield f"customizations-config.yaml: {stack}: {parameter} is not what the role map names; it wants: {line}"


def tags(repository: Repository, wanted: Wanted) -> Iterator[Finding]:
    """The guardrail keeps the tags by which the map admits nodes."""
    path = repository.folder / "ssm-broker/service-control-policies/broker-only-sessions.json"
    for one in json.loads(path.read_text())["Statement"] if path.exists() else []:
        kept = one.get("Condition", {}).get("ForAnyValue:StringEqualsIgnoreCase", {}).get("aws:TagKeys")
        if kept is not None and {key.lower() for key in kept} != {key.lower() for key in wanted.tag_keys}:
            yield f"{path.relative_to(repository.folder)}: {one['Sid']}: aws:TagKeys must be {json.dumps(sorted(wanted.tag_keys))}"


def _without_tag_keys(text: str) -> str:
    return re.sub(r'"aws:TagKeys": \[[^\]]*\]', '"aws:TagKeys": []', text)


def places(repository: Repository, wanted: Wanted) -> Iterator[Finding]:
    """Regions and accounts of the map are those of the deployment."""
    given = set(repository.values.get("SsmBrokerNodeRegions", "").split(","))
    if "SsmBrokerEvents" in repository.stacks and wanted.regions != given:
        yield f"replacements-config.yaml: SsmBrokerNodeRegions must be {','.join(sorted(wanted.regions))}, the role map's Regions"
    served = repository.parameters("SsmBroker").get("AllowedAccounts", "organization")
    for account in sorted(wanted.accounts):
        if served != "organization" and account not in served.split(","):
            yield f"customizations-config.yaml: SsmBroker: AllowedAccounts lacks {account}, which the role map names"
    is_there = "SsmBrokerManagement" in repository.stacks or "SsmBrokerMembers" not in repository.stacks
    if wanted.has_management_account and not is_there:
        yield "customizations-config.yaml: the role map has the management account; the entry SsmBrokerManagement is missing"


def permission_sets(repository: Repository, wanted: Wanted) -> Iterator[Finding]:
    """Whoever the map names may call the broker, and is assigned somewhere."""
    first = [one.split("/") for one in repository.parameters("SsmBroker").get("BootstrapAdministrators", "").split(",") if "/" in one]
    named = wanted.permission_sets | {name for _, name in first}
    sets = {one["name"]: one for one in repository.identity.get("identityCenterPermissionSets", [])}
    assigned: dict[str, list[Any]] = {}
    for one in repository.identity.get("identityCenterAssignments", []):
        assigned.setdefault(one["permissionSetName"], []).append(one["deploymentTargets"])
    for name in sorted(named if sets else ()):
        policy = sets.get(name, {}).get("policies", {}).get("inlinePolicy")
        if name not in sets:
            yield f"iam-config.yaml: the role map's permission set {name} is not there"
        elif policy is None or not _calls_the_broker(repository.folder / policy):
            yield f"iam-config.yaml: {name}: its inlinePolicy is {policy}; to call the broker it needs what {_CALLS[0]} allows"
        elif name not in assigned:
            yield f"iam-config.yaml: {name}: nobody is assigned it"
    for account, name in first if sets else ():
        if account == repository.values.get("SsmBrokerAccountId") and not any(
            "SsmBroker" in targets.get("accounts", []) for targets in assigned.get(name, [])
        ):
            yield f"iam-config.yaml: {name}: the first administrator's; assign it in the account SsmBroker"


def _calls_the_broker(policy: Path) -> bool:
    text = policy.read_text() if policy.exists() else ""
    return any(action in text for action in ("execute-api:Invoke", "lambda:InvokeFunctionUrl"))
