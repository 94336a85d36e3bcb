"""Every CloudFormation template of the repository: cfn-lint, the house's rules, and what no linter asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

HERE = Path(__file__).resolve().parent
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
TEMPLATES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "infra").rglob("*.yaml")
    if not path.is_symlink() and path.read_text().startswith("AWSTemplateFormatVersion")
)


def lint(path: Path) -> list[str]:
    """cfn-lint's findings: ``E3001 … (line 7)``."""
    run = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner.cli import main; main()", "--format", "json", "--include-checks", "I", "--custom-rules",
         str(HERE / "house_rules.txt"), "--template", str(path), "--regions", *REGIONS],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert run.stderr == "", run.stderr
    found = json.loads(run.stdout)
    return [f"{one['Rule']['Id']} {one['Message']} (line {one['Location']['Start']['LineNumber']})" for one in found]


def test_there_are_templates() -> None:
    assert "infra/member-account/template.yaml" in TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES)
def test_cfn_lint_and_the_house_find_nothing(path: str) -> None:
    assert lint(ROOT / path) == []


@pytest.mark.parametrize("path", TEMPLATES)
def test_no_template_needs_a_macro(path: str) -> None:
    text = (ROOT / path).read_text()
    assert "Transform:" not in text and "Fn::Transform" not in text and "AWS::Include" not in text


@pytest.mark.parametrize("path", TEMPLATES)
def test_every_parameter_says_what_it_is_for(path: str) -> None:
    from templates import load

    for name, parameter in load(path).get("Parameters", {}).items():
        assert len(parameter.get("Description", "")) > 20, name


BROKEN = """AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties: {StackSetName: x, PermissionModel: SELF_MANAGED, TemplateBody: '{}'}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Path: /elsewhere/
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']
      Tags: [{Key: SSMSessionRunAs, Value: root}]
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
"""


def test_the_houses_rules_are_really_asked(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    found = "\n".join(lint(path))
    for message in ("only these deploy", "new accounts are to be covered", "are to queue", "protect roles in this path",
                    "inline policies", "can change under the role", "may choose a Linux user", "records are to stay",
                    "records are to be restorable", "encrypted with a key of our own"):  # fmt: skip
        assert message in found, found
