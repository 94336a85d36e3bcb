"""OpenSSH through a port session: ssh here, sshd on the node. Where sshd is not installed this is skipped.

SSM_BROKER_SSHD may name an sshd that is not in its usual place.
"""

from __future__ import annotations

import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
from connections import digest, some_bytes
from plugin_contract import STAND_IN
from session_world import NODES, SSH, WEB, LinuxUser, Node, NodeUsers, Service, plugin_command, session_service, start_request
from test_real_plugin import REAL

SSHD = os.environ.get("SSM_BROKER_SSHD", "/usr/sbin/sshd")
PLUGINS = [
    pytest.param(STAND_IN, id="stand-in"),
    pytest.param(
        pathlib.Path(REAL), id="real", marks=pytest.mark.skipif(not REAL, reason="SSM_BROKER_REAL_PLUGIN names no plugin")
    ),
]

pytestmark = [
    pytest.mark.skipif(not os.access(SSHD, os.X_OK), reason=f"there is no {SSHD} (openssh-server)"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh (openssh-client)"),
]


@pytest.fixture(scope="module")
def keys() -> Iterator[pathlib.Path]:
    """A folder that the node sees, too (its /tmp is its own), with a key of the person's and one of the node's."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="/var/tmp"))
    for name in ("person", "node"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    known = (folder / "node.pub").read_text().split()
    (folder / "known_hosts").write_text(f"web-1 {known[0]} {known[1]}\n")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def nodes(keys: pathlib.Path) -> Iterator[NodeUsers]:
    """web-1 with sshd at its port 22, which lets dbadmin in by the person's key."""
    public = (keys / "person.pub").read_text().split()
    settings = {
        "HostKey": str(keys / "node"), "UsePAM": "no", "PasswordAuthentication": "no", "AuthorizedKeysFile": "none",
        "AuthorizedKeysCommand": f"/bin/echo {public[0]} {public[1]}", "AuthorizedKeysCommandUser": "nobody",
    }  # fmt: skip
    options = " ".join(f"-o {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    # It wants a folder of its own in /run, which is the machine's.
    start = f"mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec {SSHD} -i -e -f /dev/null {options}"
    users = [*NODES[WEB].users, LinuxUser("sshd", 61022, 61022)]
    nodes = NodeUsers({WEB: Node("web-1", users, [Service(22, ["unshare", "--mount", "sh", "-c", start])])})
    if nodes.switch.identity != "full":
        nodes.close()
        pytest.skip("sshd needs all of root's rights on the node")
    yield nodes
    nodes.close()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_ssh_runs_a_command_with_its_input_output_and_status(
    nodes: NodeUsers, keys: pathlib.Path, tmp_path: pathlib.Path, plugin: pathlib.Path
) -> None:
    data = some_bytes(3_000_000)
    with session_service(nodes) as service:
        command, environment = plugin_command(plugin, service.start(start_request(SSH)), "http://127.0.0.1:9", tmp_path)
        options = {
            "ProxyCommand": shlex.join(command), "UserKnownHostsFile": str(keys / "known_hosts"),
            "IdentityFile": str(keys / "person"), "IdentitiesOnly": "yes", "BatchMode": "yes",
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        done = subprocess.run(
            ["ssh", "-F", "none", *arguments, "dbadmin@web-1", "id -un; sha256sum; echo complaint >&2; exit 7"],
            env=environment, input=data, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.stdout.decode() == f"dbadmin\n{digest(data)}  -\n", done.stderr
    assert done.stderr == b"complaint\n"
    assert done.returncode == 7
