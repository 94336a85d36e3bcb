"""The Terraform modules: form, validity and their own tests, on a made-up provider; no AWS and no state.

Skipped, and said so, where there is no terraform or its AWS provider cannot be had. TERRAFORM_PLUGINS may name a folder of
providers (a filesystem mirror).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

MODULES = sorted({str(path.parent.relative_to(ROOT)) for path in (ROOT / "infra").rglob("versions.tf")})
TERRAFORM = shutil.which("terraform")
pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not installed")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    if Path(os.environ.get("TF_CLI_CONFIG_FILE", "/nowhere")).exists():
        environment["TF_CLI_CONFIG_FILE"] = os.environ["TF_CLI_CONFIG_FILE"]
    environment |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        [str(TERRAFORM), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_there_are_modules() -> None:
    assert "infra/identity-center/terraform" in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_it_is_formatted(module: str) -> None:
    formatted = run(ROOT / module, "fmt", "-check", "-recursive", "-diff", "-no-color")
    assert (formatted.returncode, formatted.stdout + formatted.stderr) == (0, "")


@pytest.mark.parametrize("module", MODULES)
def test_it_is_valid_and_its_own_tests_pass(module: str, tmp_path: Path) -> None:
    folder = copied(tmp_path) / module
    begin(folder)
    valid = run(folder, "validate", "-no-color")
    assert valid.returncode == 0, valid.stdout + valid.stderr
    tested = run(folder, "test", "-no-color")
    assert tested.returncode == 0 and ", 0 failed" in tested.stdout, tested.stdout + tested.stderr


ROOTS = {str(path.parent.relative_to(ROOT)): text for path in sorted((ROOT / "infra").glob("*/README.md"))
         for text in re.findall(r"```hcl\n(.*?)```", path.read_text(), re.DOTALL)}  # fmt: skip
"""The roots that READMEs show, by folder."""


@pytest.mark.parametrize("folder", ROOTS)
def test_the_root_that_a_readme_shows_is_valid(folder: str, tmp_path: Path) -> None:
    place = copied(tmp_path)
    (place / "main.tf").write_text(ROOTS[folder])
    formatted = run(place, "fmt", "-check", "-diff", "-no-color")
    assert (formatted.returncode, formatted.stdout + formatted.stderr) == (0, "")
    begin(place)
    valid = run(place, "validate", "-no-color")
    assert valid.returncode == 0, valid.stdout + valid.stderr


def test_readmes_show_a_root_for_each_module() -> None:
    assert {f"{folder}/terraform" for folder in ROOTS} == set(MODULES)


def copied(place: Path) -> Path:
    """A place with infra/ in it: modules read files beside them, and what terraform leaves behind is not for the repository."""
    shutil.copytree(ROOT / "infra", place / "infra", ignore=shutil.ignore_patterns("local", ".terraform*"))
    return place


def begin(folder: Path) -> None:
    """terraform init, or a skip that says why there is no provider."""
    plugins = os.environ.get("TERRAFORM_PLUGINS")
    begun = run(folder, "init", "-backend=false", "-input=false", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else []))
    if begun.returncode != 0:
        why = next((line for line in begun.stderr.splitlines() if "Error" in line), "no reason given")
        pytest.skip(f"terraform init cannot have its provider ({why.strip('│ ')}); TERRAFORM_PLUGINS names a folder of them")
