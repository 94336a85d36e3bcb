"""infra/broker/release against an S3 of moto: what it puts, and when it puts nothing."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import boto3
import broker_stack
import pytest
from conftest import ROOT
from moto import mock_aws
from templates import Stack, load

BUCKET = "ssm-broker-code-999900001111-eu-west-1"


def program() -> Any:
    loader = SourceFileLoader("release", str(ROOT / "infra" / "broker" / "release"))
    module = module_from_spec(spec_from_loader("release", loader) or pytest.fail("no such program"))
    loader.exec_module(module)
    return module


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What infra/package leaves, the programs being texts."""
    manifest = {"version": "1.2.3", "builtFor": "arm64", "uncommittedChanges": False}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    for archive in ("ssm-broker-lambda", "ssm-broker-enforcer"):
        (tmp_path / f"{archive}_1.2.3_arm64.zip").write_text(archive)
    sum_up(tmp_path)
    return tmp_path


def sum_up(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


def test_every_file_lies_in_the_versions_folder_and_the_stack_is_told(s3: Any, built: Path, capsys: Any) -> None:
    assert program().main([BUCKET, "--folder", str(built)]) == 0
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sorted(keys) == sorted(f"1.2.3/{path.name}" for path in built.iterdir())
    given = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert given["BrokerCodeKey"] == "1.2.3/ssm-broker-lambda_1.2.3_arm64.zip" and given["BrokerCodeKey"] in keys
    assert (given["Architecture"], given["Release"], given["CodeBucket"]) == ("arm64", "1.2.3", BUCKET)
    # All that the template asks for besides is the organisation and its first administrators.
    assert broker_stack.stack(given).properties("Enforcer")["Code"]["S3Key"] == given["EnforcerCodeKey"]
    assert program().main([BUCKET, "--folder", str(built)]) == 0


def test_a_release_is_put_once(s3: Any, built: Path, capsys: Any) -> None:
    assert program().main([BUCKET, "--folder", str(built)]) == 0
    (built / "ssm-broker-lambda_1.2.3_arm64.zip").write_text("another")
    sum_up(built)
    assert program().main([BUCKET, "--folder", str(built)]) == 1
    assert "another file" in capsys.readouterr().err
    held = s3.get_object(Bucket=BUCKET, Key="1.2.3/ssm-broker-lambda_1.2.3_arm64.zip")["Body"].read()
    assert held == b"ssm-broker-lambda"


@pytest.mark.parametrize("spoilt", ["ssm-broker-lambda_1.2.3_arm64.zip", "manifest.json", "SHA256SUMS"])
def test_nothing_is_put_of_what_the_sums_do_not_say(s3: Any, built: Path, spoilt: str) -> None:
    (built / spoilt).unlink() if spoilt == "SHA256SUMS" else (built / spoilt).write_text("{}")
    assert program().main([BUCKET, "--folder", str(built)]) == 1
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_what_no_commit_holds_is_put_on_request_only(s3: Any, built: Path) -> None:
    manifest = json.loads((built / "manifest.json").read_text())
    (built / "manifest.json").write_text(json.dumps({**manifest, "uncommittedChanges": True}))
    sum_up(built)
    assert program().main([BUCKET, "--folder", str(built)]) == 1
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    assert program().main([BUCKET, "--folder", str(built), "--allow-uncommitted"]) == 0


def test_every_write_is_one_that_s3_refuses_where_a_file_lies(s3: Any, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = program()
    monkeypatch.setattr(module, "found", lambda *_: None)
    s3.put_object(Bucket=BUCKET, Key="1.2.3/manifest.json", Body=b"theirs")
    assert module.main([BUCKET, "--folder", str(built)]) == 1
    assert s3.get_object(Bucket=BUCKET, Key="1.2.3/manifest.json")["Body"].read() == b"theirs"


def test_the_release_role_is_the_permission_sets_and_the_named_pipelines() -> None:
    pipeline = "arn:aws:iam::111122223333:role/ci/Release"
    stack = Stack(load("infra/broker/artifacts.yaml"), {"ReleaseRoles": f"{pipeline},{pipeline}2"},
                  {"Bucket.Arn": f"arn:aws:s3:::{BUCKET}"}, AWS_AccountId="999900001111")  # fmt: skip
    role = stack.properties("ReleaseRole")
    people, pipelines = role["AssumeRolePolicyDocument"]["Statement"]
    assert people["Condition"]["ArnLike"]["aws:PrincipalArn"].endswith("/AWSReservedSSO_BrokerRelease_????????????????")
    assert pipelines["Principal"] == {"AWS": [pipeline, f"{pipeline}2"]}
    assert f"{role['Path']}{role['RoleName']}" == "/ssm-broker/release/SSMBrokerRelease"


def test_it_asks_for_the_archives_that_packaging_makes() -> None:
    packaging = (ROOT / "infra" / "packaging" / "artefacts.py").read_text()
    made = re.findall(r'"[\w-]+": "(ssm-broker-[\w-]+)"', packaging.split("FUNCTIONS = ")[1].split("\n")[0])
    assert sorted(program().FUNCTIONS.values()) == sorted(made)
    assert {"version", "builtFor", "uncommittedChanges"} <= set(re.findall(r'^        "(\w+)": ', packaging, re.MULTILINE))
