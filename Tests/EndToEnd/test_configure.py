"""`ssm-broker configure`: whoever has run it needs no variables any more, and a wrong file is named with its line."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from engineer import Terminal, environment_of, run

from system import cast
from system.local_system import LocalSystem

ALICE = "alice/DatabaseAdmin"
NO_VARIABLES = {"SSM_BROKER_URL": None, "SSM_BROKER_REGION": None, "AWS_REGION": None, "AWS_DEFAULT_REGION": None,
                "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None}  # fmt: skip


@pytest.fixture
def fresh(system: LocalSystem, tmp_path: Path) -> dict[str, str]:
    """alice's machine before its first run: her profiles, and not one variable of ours."""
    changes = {**NO_VARIABLES, "SSM_BROKER_CONFIG_FILE": None, "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    return environment_of(system, ALICE, **changes)


@pytest.fixture
def profile(fresh: dict[str, str]) -> Iterator[str]:
    """A profile of alice's in the shared files."""
    names = [line[1:-1] for line in Path(fresh["AWS_SHARED_CREDENTIALS_FILE"]).read_text().splitlines() if line[:1] == "["]
    yield next(name for name in names if "DatabaseAdmin" in name and "alice" in name)


def test_after_configure_nothing_needs_a_variable(
    system: LocalSystem, fresh: dict[str, str], profile: str, tmp_path: Path
) -> None:
    before = run(fresh, "whoami")
    assert before.returncode == 64 and "ssm-broker configure --broker-url" in before.stderr
    done = run(fresh, "configure", "--no-input", "--broker-url", system.url, "--broker-region", cast.REGION,
               "--profile", profile, "--region", cast.REGION)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "dbadmin" in done.stdout
    file = tmp_path / "xdg" / "ssm-broker" / "config"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["config"]
    decision = run(fresh, "connect", cast.DB_1, "--dry-run", "--output", "json")
    assert decision.returncode == 0, decision.stderr
    assert json.loads(decision.stdout)["linuxUser"] == "dbadmin"
    listed = json.loads(run(fresh, "configure", "list", "--output", "json").stdout)
    assert listed["settings"]["broker_url"] == {"from": f"[default] in {file}:2", "value": system.url}


def test_the_profile_that_is_written_is_the_one_that_is_checked(
    system: LocalSystem, fresh: dict[str, str], profile: str, tmp_path: Path
) -> None:
    keys = {**environment_of(system, ALICE), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    write = ("configure", "--no-input", "--broker-url", system.url, "--broker-region", cast.REGION, "--profile")
    done = run(keys, *write, profile.replace("DatabaseAdmin", "WebOperator"))
    assert done.returncode == 0 and "webops" in done.stdout, done.stderr
    assert "AWS_ACCESS_KEY_ID is set, and goes before the file's profile." in done.stderr
    assert "AWS_ACCESS_KEY_ID goes before the file's" in run(keys, "configure", "list").stdout
    assert "AWS_ACCESS_KEY_ID goes before profile" in run(keys, "doctor").stdout
    wrong = run(keys, *write, "nobody")
    assert wrong.returncode == 4 and "the check of them failed" in wrong.stderr


def test_at_a_terminal_it_asks(system: LocalSystem, fresh: dict[str, str], profile: str) -> None:
    terminal = Terminal(fresh, "configure")
    for question, answer in [
        ("The broker's address:", "nowhere"), ("is not an address", system.url), ("The broker's Region", cast.REGION),
        ("The AWS profile to sign in with", profile), ("The nodes' Region", ""),
    ]:  # fmt: skip
        terminal.expect(question)
        terminal.type(f"{answer}\r" if terminal.modes.flags[0] & 0o400 else f"{answer}\n")
    terminal.expect("dbadmin")
    assert terminal.wait() == 0
    terminal.close()


def test_each_organisation_has_its_own_broker(system: LocalSystem, fresh: dict[str, str], profile: str) -> None:
    write = ("configure", "--no-input", "--no-check")
    assert run(fresh, *write, "--broker-url", "http://127.0.0.1:9/prod", "--broker-region", "us-east-1").returncode == 0
    assert run(fresh, *write, "--section", "organization acme", "--broker-url", system.url,
               "--broker-region", cast.REGION).returncode == 0  # fmt: skip
    assert run(fresh, "configure", "set", "organization", "acme", "--section", f"profile {profile}").returncode == 0
    assert run(fresh, "whoami", "--profile", profile).returncode == 0
    other = run(fresh, "whoami", "--profile", profile.replace("DatabaseAdmin", "WebOperator"))
    assert other.returncode == 1 and "127.0.0.1" in other.stderr


def test_a_wrong_file_is_named_with_line_and_remedy(fresh: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "xdg" / "ssm-broker" / "config"
    file.parent.mkdir(parents=True)
    file.write_text("[default]\nbroker_ulr = https://broker.example/\n\nregion = Ireland\n")
    done = run(fresh, "whoami")
    assert done.returncode == 64
    assert f"{file}:2: broker_ulr is no setting of [default]; did you mean broker_url?" in done.stderr
    assert f"{file}:4: region is not a Region as eu-west-1" in done.stderr
    assert run(fresh, "--version").returncode == 0
