"""What the READMEs name is there: parameters, outputs, entries, files, alarms."""

from __future__ import annotations

import re

import landing_zone
import pytest
from conftest import ROOT
from templates import load

INFRA = ROOT / "infra"
FOLDERS = ("broker", "member-account", "landing-zone", "guardrails", "identity-center", "entra", "native")
TEMPLATES = {"broker": "template.yaml", "member-account": "template.yaml"}


def readme(folder: str) -> str:
    return (INFRA / folder / "README.md").read_text()


@pytest.mark.parametrize("folder", TEMPLATES)
def test_the_table_of_parameters_names_the_templates(folder: str) -> None:
    rows = readme(folder).split("| parameter | |\n")[1].split("\n\n")[0].splitlines()[1:]
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])}
    template = load(f"infra/{folder}/{TEMPLATES[folder]}")
    assert len(named) >= 6
    assert named <= set(template["Parameters"])
    for output in re.findall(r"outputs? `(\w+)`", readme(folder)):
        assert output in load("infra/broker/template.yaml")["Outputs"], output


def test_the_alarms_that_readmes_speak_of_exist() -> None:
    resources = load("infra/broker/template.yaml")["Resources"].values()
    alarms = {one["Properties"]["AlarmName"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"}
    spoken = {name for folder in FOLDERS for name in re.findall(r"alarm\s+`(ssm-broker [^`]+)`", readme(folder))}
    assert spoken and spoken <= alarms


def test_the_landing_zones_steps_name_its_entries_and_values() -> None:
    config = landing_zone.load("customizations-config")["customizations"]["cloudFormationStacks"]
    known = {one["name"] for one in config} | set(landing_zone.replacements())
    named = set(re.findall(r"`(SsmBroker\w*)`", readme("landing-zone")))
    assert named <= known
    # Each entry is merged in some step; the members' is "the other entries" of step 7.
    assert {"SsmBrokerArtifacts", "SsmBroker", "SsmBrokerAdministration", "SsmBrokerMembers", "SsmBrokerEvents"} <= named
    assert "--stack-set-name ssm-broker-member" in readme("landing-zone")
    assert load("infra/landing-zone/member-stackset.yaml")["Resources"]["MemberAccounts"]["Properties"]["StackSetName"] == (
        "ssm-broker-member"
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_files_that_a_readme_points_at_are_there(folder: str) -> None:
    for path in re.findall(r"`((?:\.\./)?[\w./-]+\.(?:json|yaml|md|tf))`", readme(folder)):
        name = path.removeprefix("./")
        # LZA has files of its own; some paths are the repository's, and the landing zone's files are spoken of everywhere.
        places = [INFRA / folder / name, ROOT / name, INFRA / "landing-zone" / name]
        lzas = {"accounts-config.yaml", "global-config.yaml", "security-config.yaml"}
        assert name in lzas or any(place.exists() for place in places), f"{folder}: {path}"


def test_every_folder_of_the_deployment_is_in_the_order() -> None:
    order = (INFRA / "README.md").read_text()
    folders = {path.name for path in INFRA.iterdir() if (path / "README.md").exists()}
    assert {name for name in folders if f"`{name}/`" not in order} == set()
