"""The landing zone's files: strict, complete, and pointing at what is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import broker_stack
import guardrails
import landing_zone
import member_account
import pytest
from conftest import ROOT
from schema_comparison import looser
from spoiling import spoilt
from system import enforcer_policies
from templates import Stack, load, load_text

STACKS = {one["name"]: one for one in landing_zone.load("customizations-config")["customizations"]["cloudFormationStacks"]}
FOLDER = landing_zone.FOLDER
EVENTS = "infra/member-account/events.yaml"


@pytest.mark.parametrize("name", landing_zone.FILES)
def test_our_schema_has_nothing_against_it(name: str) -> None:
    assert landing_zone.errors(landing_zone.load(name), name) == []


@pytest.mark.parametrize("name", landing_zone.FILES)
def test_our_schema_refuses_every_spoilt_copy(name: str) -> None:
    copies = list(spoilt(landing_zone.load(name)))
    assert len(copies) > 10
    for why, document in copies:
        # The one key that may be missing: a template may have no parameters.
        if not why.endswith("lacks parameters"):
            assert landing_zone.errors(document, name), why


@pytest.mark.skipif("LZA_SCHEMAS" not in os.environ, reason="LZA_SCHEMAS names no folder with LZA's own schemas")
@pytest.mark.parametrize("name", landing_zone.FILES)
def test_lzas_own_schema_agrees_and_ours_is_no_looser(name: str) -> None:
    folder = Path(os.environ["LZA_SCHEMAS"])
    assert landing_zone.errors(landing_zone.load(name), name, folder) == []
    theirs = landing_zone.schema(name, folder)
    assert looser(landing_zone.schema(name), theirs, theirs) == []


def test_the_comparison_of_schemas_sees_what_is_looser() -> None:
    theirs: dict[str, Any] = {
        "$ref": "#/definitions/A",
        "definitions": {"A": {"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string", "minLength": 1}, "b": {"enum": ["x", "y"]}, "c": {"type": "number"}}}},
    }  # fmt: skip

    def ours(required: list[str] | None = None, closed: bool = True, **properties: Any) -> dict[str, Any]:
        base = {"type": "object", "required": required or ["a"], "properties": properties}
        return {**base, "additionalProperties": False} if closed else base

    text = {"type": "string", "minLength": 1}
    assert looser(ours(a=text, b={"const": "x"}, c={"type": "integer"}), theirs, theirs) == []
    for bad in (ours(a=text, d=text), ours(a={"type": "string"}), ours(["b"], a=text), ours(a=text, b=text),
                ours(a=text, b={"enum": ["x", "z"]}), ours(a=text, c=text), ours(closed=False, a=text)):  # fmt: skip
        assert looser(bad, theirs, theirs) != [], bad


@pytest.mark.parametrize("name", STACKS)
def test_each_stack_gets_the_parameters_that_its_template_has(name: str) -> None:
    stack = STACKS[name]
    template = load_text((FOLDER / stack["template"]).read_text())
    given = {one["name"]: one["value"] for one in stack.get("parameters", [])}
    assert Stack(template, given).resources
    orders = {name: one["runOrder"] for name, one in STACKS.items()}
    assert orders["SsmBrokerArtifacts"] < orders["SsmBroker"] < orders["SsmBrokerMembers"]
    assert stack["regions"] == [landing_zone.replacements()["SsmBrokerHomeRegion"]]


def test_no_template_leaves_it_to_cloudformation_to_split_a_list() -> None:
    # LZA reads templates with the CDK's CfnInclude, which puts each given value in place of the reference, as text. Where a list
    # belongs it then says "should be a list" and the pipeline stops; in a policy, the text would be one wrong ARN.
    for name, stack in STACKS.items():
        for parameter, one in load_text((FOLDER / stack["template"]).read_text()).get("Parameters", {}).items():
            assert one["Type"] in ("String", "Number"), f"{name}: {parameter}"


def test_the_stack_sets_hold_the_member_accounts_templates() -> None:
    check = subprocess.run([FOLDER / "embed", "--check"], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stderr) == (0, "")
    for stack, template in {"SsmBrokerMembers": member_account.TEMPLATE, "SsmBrokerEvents": EVENTS}.items():
        body = stack_set(stack)["TemplateBody"]
        assert load_text(body) == load(template)
        assert len(body.encode()) <= 51_200


@pytest.mark.parametrize("excluded", ["", "111122223333,444455556666"])
@pytest.mark.parametrize("name", ["SsmBrokerMembers", "SsmBrokerEvents"])
def test_the_stack_sets_reach_new_accounts(name: str, excluded: str) -> None:
    properties = stack_set(name, excluded)
    assert (properties["PermissionModel"], properties["AutoDeployment"]["Enabled"]) == ("SERVICE_MANAGED", True)
    (group,) = properties["StackInstancesGroup"]
    # Each of these stacks asks the enforcer, which serves few at once: a number whatever the organisation's size.
    assert ("MaxConcurrentCount" in properties["OperationPreferences"]) is (name == "SsmBrokerMembers")
    # Roles are an account's, so they go to one Region; rules are a Region's.
    assert group["Regions"] == (["eu-west-1"] if name == "SsmBrokerMembers" else ["eu-west-1", "eu-central-1"])
    assert group["DeploymentTargets"]["OrganizationalUnitIds"] == ["ou-abcd-11111111", "ou-abcd-22222222"]
    assert group["DeploymentTargets"].get("Accounts") == (excluded.split(",") if excluded else None)
    assert ("AccountFilterType" in group["DeploymentTargets"]) is bool(excluded)
    passed = {one["ParameterKey"] for one in properties["Parameters"]}
    declared = load_text(properties["TemplateBody"])["Parameters"]
    assert passed <= set(declared)
    assert {parameter for parameter, one in declared.items() if "Default" not in one} <= passed


def test_accounts_tell_of_the_calls_that_the_broker_listens_for() -> None:
    bus = broker_stack.ATTRIBUTES["EventBus.Arn"]
    told = Stack(load(EVENTS), {"EventBusArn": bus}).properties("Rule")
    heard = broker_stack.stack().properties("DriftRule")
    assert told["EventPattern"]["detail"]["eventName"] == heard["EventPattern"]["detail"]["eventName"]
    assert [one["Arn"] for one in told["Targets"]] == [bus]
    assert told["Name"].startswith("ssm-broker-")
    given = {one["name"]: one["value"] for one in STACKS["SsmBrokerEvents"]["parameters"]}
    assert given["EventBusArn"] == bus


def test_the_accounts_that_no_stack_set_reaches_have_stacks_of_their_own() -> None:
    roles = {name: one for name, one in STACKS.items() if one["template"].endswith("/member-account.yaml")}
    places = {name: one["deploymentTargets"]["accounts"] for name, one in roles.items()}
    # A StackSet never reaches the management account, and the first publisher's comes before there is a map.
    assert places == {"SsmBrokerAdministration": ["SsmBroker"], "SsmBrokerManagement": ["Management"]}
    asks = {name: {one["name"]: one["value"] for one in stack["parameters"]}.get("AsksEnforcer") for name, stack in roles.items()}
    assert asks == {"SsmBrokerAdministration": "no", "SsmBrokerManagement": None}


def stack_set(name: str, excluded: str = "") -> dict[str, Any]:
    """A StackSet's properties as the landing zone's entry gives its stack the parameters."""
    given = {one["name"]: one["value"] for one in STACKS[name]["parameters"]}
    if "Regions" in given:
        given["Regions"] += ",eu-central-1"
    stack = Stack(load_text((FOLDER / STACKS[name]["template"]).read_text()), {**given, "ExcludedAccountIds": excluded})
    ((_, properties),) = stack.of_type("AWS::CloudFormation::StackSet").items()
    return properties


def test_every_guardrail_is_attached_once_and_the_files_are_the_guardrails_own() -> None:
    attached = {one["policy"]: one for one in landing_zone.load("organization-config")["serviceControlPolicies"]}
    names = [Path(path).stem for path in attached]
    assert sorted(names) == guardrails.names()
    for path in attached:
        assert (FOLDER / path).resolve() == guardrails.FOLDER / Path(path).name
        assert json.dumps(landing_zone.policy(path), separators=(",", ":")) == guardrails.rendered(Path(path).stem)
    in_the_broker_account = {
        Path(path).stem for path, one in attached.items() if one["deploymentTargets"] == {"accounts": ["SsmBroker"]}
    }
    assert in_the_broker_account == set(guardrails.BROKER_ACCOUNT_ONLY)


def test_every_assignment_is_of_a_permission_set_and_every_set_is_assigned() -> None:
    center = landing_zone.load("iam-config")["identityCenter"]
    sets = {one["name"] for one in center["identityCenterPermissionSets"]}
    assert {one["permissionSetName"] for one in center["identityCenterAssignments"]} == sets
    assert "BreakGlass" in sets


def test_the_organisation_lets_the_enforcer_read_what_it_reads() -> None:
    (granted,) = landing_zone.policy("read-organization.json")["Statement"]
    (asked,) = [one for one in enforcer_policies.execution_policy()["Statement"] if one["Sid"] == "SeeTheOrganization"]
    assert granted["Action"] == asked["Action"]
    assert granted["Principal"] == {"AWS": "arn:aws:iam::999900001111:root"}


def test_the_archives_have_the_names_that_packaging_gives_them() -> None:
    packaging = (ROOT / "infra" / "packaging" / "artefacts.py").read_text()
    archives = dict(re.findall(r'"([\w-]+)": "(ssm-broker-[\w-]+)"', packaging.split("FUNCTIONS = ")[1].split("\n")[0]))
    version = re.search(r'static let text = "([^"]+)"', (ROOT / "client" / "Version.swift").read_text())
    assert version and landing_zone.replacements()["SsmBrokerRelease"] == version.group(1)
    given = {one["name"]: one["value"] for one in STACKS["SsmBroker"]["parameters"]}
    for key, product in {"BrokerCodeKey": "broker-lambda", "EnforcerCodeKey": "enforcer-lambda"}.items():
        assert given[key] == f"{version.group(1)}/{archives[product]}_{version.group(1)}_x86_64.zip"
