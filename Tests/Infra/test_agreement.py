"""infra/landing-zone/check: what it finds in a configuration repository that is somebody's own, and in a spoilt one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

FOLDER = ROOT / "infra" / "landing-zone"
MAP: dict[str, Any] = yaml.safe_load((ROOT / "session-documents" / "role-map.yaml").read_text())
OWN = {"o-abcdefghij": "o-zyxwvutsrq", "999900001111": "555566667777", "a1b2c3d4e5": "z9y8x7w6v5",
       "ou-abcd-11111111,ou-abcd-22222222": "ou-wxyz-12345678"}  # fmt: skip
"""The sample's values and somebody's own."""
CUSTOMIZATIONS, REPLACEMENTS, IAM = "customizations-config.yaml", "replacements-config.yaml", "iam-config.yaml"
GUARDRAIL = "ssm-broker/service-control-policies/broker-only-sessions.json"
ROLE = "arn:aws:iam::111122223333:role/ci/Deploy"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A configuration repository made as the README says."""
    folder = tmp_path / "config"
    folder.mkdir()
    for path in FOLDER.glob("*-config.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(FOLDER / "ssm-broker", folder / "ssm-broker")
    for sample, own in OWN.items():
        change(folder, REPLACEMENTS, sample, own)
    (folder / "global-config.yaml").write_text("homeRegion: &HOME_REGION eu-west-1\n")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def check(folder: Path, role_map: dict[str, Any] | None = None) -> tuple[int, str]:
    path = folder.parent / "map.yaml"
    path.write_text(yaml.safe_dump(role_map or MAP))
    run = subprocess.run([sys.executable, FOLDER / "check", folder, "--map", path], capture_output=True, text=True, check=False)
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, run.stdout


def test_the_sample_agrees_with_the_role_map_of_this_repository() -> None:
    run = subprocess.run([sys.executable, FOLDER / "check", FOLDER], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_a_repository_made_as_the_readme_says_has_nothing_wrong(repository: Path) -> None:
    assert check(repository) == (0, "")


SPOILT = [
    (REPLACEMENTS, "o-zyxwvutsrq", "o-abcdefghij", "SsmBrokerOrganizationId is still the sample's"),
    (REPLACEMENTS, "key: SsmBrokerApiId", "key: SsmBrokerAPI", "SsmBrokerApiId is missing"),
    (REPLACEMENTS, "key: SsmBrokerRelease", "key: SsmBrokerReleases", "nothing fills in {{ SsmBrokerRelease }}"),
    (REPLACEMENTS, "value: eu-west-1\n  - key: SsmBrokerOrg", "value: eu-west-2\n  - key: SsmBrokerOrg", "home Region eu-west-1"),
    (REPLACEMENTS, "ou-wxyz-12345678", "Workloads", "OrganizationalUnitIds may not be 'Workloads'"),
    (CUSTOMIZATIONS, "name: BrokerCodeKey", "name: CodeKey", "the template has no parameter CodeKey"),
    (CUSTOMIZATIONS, "name: BrokerCodeKey", "name: CodeKey", "the parameter BrokerCodeKey is missing"),
    (CUSTOMIZATIONS, 'value: "no"', 'value: "never"', "AsksEnforcer may not be 'never'"),
    (CUSTOMIZATIONS, "      terminationProtection: true", "      terminateProtection: true", "terminateProtection is unknown to LZA"),
    (IAM, "    - name: WebOperator\n", "    - name: WebOperators\n", "permission set WebOperator is not there"),
    (IAM, "permissionSetName: SecurityAudit", "permissionSetName: BrokerAdmin", "SecurityAudit: nobody is assigned it"),
    (GUARDRAIL, '"Role"', '"Team"', 'NodeTags: aws:TagKeys must be ["Role", "SsmBroker"]'),
    ("ssm-broker/templates/broker.yaml", "Timeout: 29", "Timeout: 28", "templates/broker.yaml: is not this checkout's"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), SPOILT, ids=[f"{one[2][:30]}-{one[3][:12]}" for one in SPOILT])
def test_it_finds_what_lza_would_take_without_a_word(repository: Path, name: str, old: str, new: str, said: str) -> None:
    change(repository, name, old, new)
    code, out = check(repository)
    assert code == 1 and said in out


@pytest.mark.parametrize("token", ["{{ SsmBrokerHomeRegion }}", "{{ SomebodysOwn }}"])
def test_a_home_region_that_is_a_token_too_is_no_other_one(repository: Path, token: str) -> None:
    (repository / "global-config.yaml").write_text(f'homeRegion: "{token}"\n')
    assert check(repository) == (0, "")


def test_it_finds_links_and_files_that_were_not_copied(repository: Path) -> None:
    policy = repository / "ssm-broker" / "permission-sets" / "call-broker.json"
    policy.rename(repository / "elsewhere.json")
    assert "call-broker.json: is missing" in check(repository)[1]
    policy.symlink_to(repository / "elsewhere.json")
    assert "call-broker.json: is a link" in check(repository)[1]


@pytest.mark.parametrize("place", ["roles", "administrators", "publishers", "auditors"])
def test_every_role_that_the_map_names_is_admitted_everywhere(repository: Path, place: str) -> None:
    entry = {"id": "ci", "arn": ROLE, "linuxUser": "deployer", "nodes": {"regions": ["eu-west-1"]}}
    named = [entry] if place == "roles" else [*MAP.get(place, []), {"role": ROLE}]
    code, out = check(repository, {**MAP, place: named})
    lines = [line for line in out.splitlines() if "AdmittedRoles" in line]
    assert code == 1 and len(lines) == len(out.splitlines()) == 4
    # What it says to write is what makes it content.
    line = re.findall(r"it wants: (\{.*\})", lines[0])[0]
    change(repository, CUSTOMIZATIONS, "{name: OrganizationId,", f"{line[:-1]}}}\n        - {{name: OrganizationId,")
    assert check(repository, {**MAP, place: named}) == (0, "")
    assert "it wants: no AdmittedRoles" in check(repository)[1]


def test_keys_regions_accounts_and_the_management_account_are_the_maps(repository: Path) -> None:
    key = "arn:aws:kms:${region}:${account}:key/mrk-0123"
    wanted = 'SsmBrokerMembers: SessionKeys is not what the role map names; it wants: {name: SessionKeys, value: "arn:aws:kms:*:*:key/mrk-0123"}'
    assert wanted in check(repository, {**MAP, "logging": {"standard": {"kmsKey": key}}})[1]
    rollout = {"regions": ["eu-west-1", "eu-central-1"], "managementAccount": True}
    assert "SsmBrokerNodeRegions must be eu-central-1,eu-west-1" in check(repository, {**MAP, "rollout": rollout})[1]
    change(repository, CUSTOMIZATIONS, "name: SsmBrokerManagement", "name: Other")
    assert "the entry SsmBrokerManagement is missing" in check(repository, {**MAP, "rollout": rollout})[1]
    change(repository, CUSTOMIZATIONS, "name: Release,", "name: AllowedAccounts, value: '111122223333'}\n        - {name: Release,")
    assert "AllowedAccounts lacks 444455556666" in check(repository)[1]


def test_without_a_repository_it_says_what_the_map_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(yaml.safe_dump({**MAP, "publishers": [{"role": ROLE}]}))
    run = subprocess.run([sys.executable, FOLDER / "check", "--map", path], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [f"AdmittedRoles={ROLE}", "SessionKeys=", "Regions=eu-west-1", "aws:TagKeys=Role,SsmBroker"]


@pytest.mark.parametrize("text", ["", "[]", "permissionSets: [1]", "roles: [{id: x}]", "{"])
def test_what_is_no_map_is_left_to_the_command_that_checks_maps(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    run = subprocess.run([sys.executable, FOLDER / "check", "--map", path], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "") and "Traceback" not in run.stderr


def test_a_policy_that_lets_call_the_broker_among_others_will_do(repository: Path) -> None:
    mixed = json.loads((repository / "ssm-broker/permission-sets/call-broker.json").read_text())
    (repository / "own.json").write_text(json.dumps(mixed))
    change(repository, IAM, "ssm-broker/permission-sets/call-broker.json", "own.json")
    assert check(repository) == (0, "")
    (repository / "own.json").write_text(json.dumps(mixed).replace("execute-api", "s3"))
    assert "to call the broker it needs" in check(repository)[1]


def test_the_organisations_policy_keeps_what_others_put_there(tmp_path: Path) -> None:
    def program(old: str, *more: str) -> Any:
        (tmp_path / "old.json").write_text(old)
        run = subprocess.run([sys.executable, FOLDER / "organization-policy", "555566667777", tmp_path / "old.json", *more],
                             capture_output=True, text=True, check=True)  # fmt: skip
        return json.loads(run.stdout) if run.stdout else None

    other = {"Sid": "Other", "Effect": "Allow", "Principal": {"AWS": "123412341234"}, "Action": "organizations:List*", "Resource": "*"}
    first = program('{"Version": "2012-10-17", "Statement": []}')
    assert first["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::555566667777:root"}
    both = program(json.dumps({"Version": "2012-10-17", "Statement": other}))
    assert both["Statement"] == [other, *first["Statement"]]
    assert program(json.dumps(both)) == both
    assert program(json.dumps(both), "--remove")["Statement"] == [other]
    assert program(json.dumps(first), "--remove") is None
    # What an error left is no policy: taken for one, it would wipe out what others put there.
    (tmp_path / "old.json").write_text("")
    program_path = FOLDER / "organization-policy"
    empty = subprocess.run([sys.executable, program_path, "555566667777", tmp_path / "old.json"], capture_output=True, check=False)
    assert (empty.returncode, empty.stdout) == (2, b"")
    none = subprocess.run([sys.executable, program_path, "555566667777", "--none"], capture_output=True, text=True, check=True)
    assert json.loads(none.stdout) == first
