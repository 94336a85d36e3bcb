"""What a signed-in person's shell has: credentials, addresses, commands on the PATH, profiles of the whole cast."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from .cast import Person, everyone
from .places import REGION
from .principals import SessionCredentials
from .surroundings import Surroundings

LOOPBACK = "127.0.0.1,localhost,.localhost"


def link_commands(directory: Path, commands: Mapping[str, Path]) -> Path:
    """A directory for the PATH with a link to each command."""
    directory.mkdir(exist_ok=True)
    for name, target in commands.items():
        (directory / name).symlink_to(target.resolve())
    return directory


def write_profiles(directory: Path, aws: Surroundings) -> dict[str, str]:
    """AWS config and credentials files with a profile for everybody, signed in; and one who should sign in again."""
    credentials = {person.profile: aws.credentials_of(person) for person in everyone()}
    credentials["expired"] = expired(aws)
    config, secrets = directory / "config", directory / "credentials"
    config.write_text(
        "".join(f"[profile {name}]\nregion = {REGION}\n\n" for name in credentials), encoding="utf-8"
    )
    descriptor = os.open(secrets, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        for name, one in credentials.items():
            file.write(
                f"[{name}]\naws_access_key_id = {one.access_key}\naws_secret_access_key = {one.secret_key}\n"
                f"aws_session_token = {one.token}\n\n"
            )
    # Not there, unless `ssm-broker configure` makes it: the settings of whoever runs the system are of another world.
    settings = directory / "ssm-broker-config"
    return {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(secrets),
        "SSM_BROKER_CONFIG_FILE": str(settings),
    }


def expired(aws: Surroundings) -> SessionCredentials:
    """alice's DatabaseAdmin credentials of yesterday."""
    return aws.sign_in(Person("alice", "DatabaseAdmin"), lifetime=timedelta(hours=-1))


def of_person(
    credentials: SessionCredentials,
    broker_url: str,
    aws_url: str,
    gateway_url: str,
    profiles: Mapping[str, str],
    commands: Path,
) -> dict[str, str]:
    """The variables to add to a shell's own. PATH and the proxy exceptions extend what is there."""
    without_proxy = ",".join(filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), LOOPBACK)))
    return {
        **credentials.as_environment(),
        **profiles,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_SSM": aws_url,
        "AWS_ENDPOINT_URL_STS": aws_url,
        "AWS_ENDPOINT_URL_SSMMESSAGES": gateway_url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SSM_BROKER_URL": broker_url,
        "SSM_BROKER_REGION": REGION,
        "SSM_BROKER_ALLOW_DEV_PLUGIN": "1",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
        "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def shell(base: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """A shell's whole environment: whatever AWS or broker settings its owner has are of another world, so they go."""
    kept = {name: value for name, value in base.items() if not name.startswith(("AWS_", "SSM_BROKER_"))}
    return {**kept, **added}
