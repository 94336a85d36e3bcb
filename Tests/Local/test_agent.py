"""The agent's reading of documents, and the nodes' private users."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
from typing import Any

import pytest
from plugin_contract import nodes
from session_world import NODES, ROOT, WEB, LinuxUser, Node, NodeUsers, document, eventually
from system.node_process import UserSwitch
from system.run_as import CannotStart, run_as, shell_environment
from system.session_document import NotSupported, SessionDocument

__all__ = ["nodes"]

DBADMIN, WEBOPS, _ = NODES[WEB].users


def read(content: dict[str, Any], **parameters: list[str]) -> SessionDocument:
    return SessionDocument.read(content, parameters)


class TestDocument:
    def test_a_shell_document_is_read_with_its_limits(self) -> None:
        content = document(idleSessionTimeout="5", maxSessionDuration="60", shellProfile={"linux": "cd ~"})
        assert read(content) == SessionDocument("Standard_Stream", True, "dbadmin", "cd ~", "", 5, 60)

    def test_what_is_not_said_has_the_services_default(self) -> None:
        got = read({"schemaVersion": "1.0", "sessionType": "Standard_Stream"})
        assert got == SessionDocument("Standard_Stream", False, "", "", "", 20, None)

    @pytest.mark.parametrize(
        ("value", "enabled"), [(True, True), ("true", True), ("T", True), ("0", False), ("", False)]
    )
    def test_run_as_enabled_may_be_a_string(self, value: object, enabled: bool) -> None:
        assert read(document(runAsEnabled=value)).run_as_enabled is enabled

    @pytest.mark.parametrize(
        "content",
        [
            {**document(), "schemaVersion": "2.2"},
            document(runAsEnabled="yes"),
            document(idleSessionTimeout="61"),
            document(maxSessionDuration="soon"),
        ],
    )
    def test_what_the_agent_would_not_run_is_refused(self, content: dict[str, Any]) -> None:
        with pytest.raises(NotSupported):
            read(content)

    def test_parameters_are_put_in_with_their_defaults(self) -> None:
        content = document(runAsDefaultUser="{{ who }}", shellProfile={"linux": "cd /{{where}}/{{ unknown }}"})
        content["parameters"] = {"who": {"type": "String", "default": "webops"}, "where": {"type": "String"}}
        got = read(content, where=["srv", "ignored"], undeclared=["x"])
        assert (got.run_as_user, got.shell_profile) == ("webops", "cd /srv/{{ unknown }}")


REFUSED = [
    (
        {"runAsEnabled": False},
        "runAsEnabled is false: the agent would run this as ssm-user, who has root's rights through sudo",
    ),
    ({"runAsDefaultUser": " "}, "please set the RunAs default user"),
    ({"runAsDefaultUser": "nobodys"}, "failed to start pty since RunAs user nobodys does not exist"),
    ({"runAsDefaultUser": "root"}, "invalid uid and gid"),
    ({"runAsDefaultUser": "wheelie"}, "invalid uid and gid"),
]


class TestRunAs:
    def test_a_tag_of_who_starts_wins_over_the_document(self) -> None:
        assert run_as(read(document()), NODES[WEB], "webops") == WEBOPS
        assert run_as(read(document()), NODES[WEB], " ") == DBADMIN
        with pytest.raises(CannotStart):
            run_as(read(document(runAsEnabled=False)), NODES[WEB], "webops")

    @pytest.mark.parametrize(("inputs", "text"), REFUSED)
    def test_a_user_the_agent_refuses_is_refused_in_its_words(self, inputs: dict[str, Any], text: str) -> None:
        with pytest.raises(CannotStart) as refused:
            run_as(read(document(**inputs)), NODES[WEB])
        assert str(refused.value) == text

    @pytest.mark.parametrize("name", ["webops", "61002"])
    def test_a_user_is_found_by_name_and_by_number_as_id_finds_it(self, name: str) -> None:
        assert run_as(read(document(runAsDefaultUser=name)), NODES[WEB]) == WEBOPS

    def test_home_is_by_name_and_nothing_of_ours_is_in_the_environment(self) -> None:
        assert shell_environment(DBADMIN) == {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "HOME": "/home/dbadmin",
        }


def run_on(nodes: NodeUsers, user: LinuxUser, script: str) -> str:
    """Runs a script at a shell of the node, and returns what its terminal showed."""
    master, slave = os.openpty()
    nodes.process(WEB).start_shell(user, shell_environment(user), slave)
    os.close(slave)
    os.write(master, f"stty -echo; PS1=; {script}\nexit\n".encode())
    shown = b""
    while True:
        try:
            shown += os.read(master, 4096)
        except OSError:
            break
    os.close(master)
    return shown.decode().replace("\r\n", "\n")


class TestNode:
    def test_passwd_and_group_name_every_user_and_group(self) -> None:
        node = Node("n", [DBADMIN, LinuxUser("second", 61009, 61001, {"dba": 62001})])
        assert "dbadmin:x:61001:61001::/home/dbadmin:/bin/sh\n" in node.passwd
        assert "dbadmin:x:61001:\n" in node.group
        assert "dba:x:62001:dbadmin,second\n" in node.group

    def test_a_group_of_two_ids_is_refused(self) -> None:
        node = Node("n", [DBADMIN, LinuxUser("second", 61009, 61009, {"dba": 5})])
        with pytest.raises(ValueError, match="dba"):
            _ = node.group

    def test_a_shell_has_the_users_ids_and_groups_and_the_nodes_name(self, nodes: NodeUsers) -> None:
        identity = nodes.switch.identity
        if identity == "none":
            pytest.skip(nodes.switch.notice or "")
        shown = run_on(nodes, DBADMIN, "id; hostname; pwd; cd; touch mine; ls -l")
        groups = "61001(dbadmin),62001(dba)" if identity == "full" else "61001(dbadmin)"
        assert f"uid=61001(dbadmin) gid=61001(dbadmin) groups={groups}\n" in shown
        assert "\nweb-1\n/usr/bin\n" in shown
        assert "dbadmin dbadmin 0 " in shown

    def test_users_of_a_node_are_not_the_hosts(self, nodes: NodeUsers) -> None:
        nodes.process(WEB)
        for name in ("passwd", "group"):
            assert "dbadmin" not in pathlib.Path("/etc", name).read_text()
        assert not pathlib.Path("/home/dbadmin").exists()

    def test_a_shell_sees_neither_our_environment_nor_our_descriptors(
        self, nodes: NodeUsers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never-there")
        fresh = NodeUsers(NODES)
        try:
            shown = run_on(fresh, DBADMIN, "env; ls -1 /proc/self/fd")
        finally:
            fresh.close()
        assert "never-there" not in shown
        assert shown.endswith("0\n1\n2\n3\n"), "3 is ls's own"

    def test_a_notice_says_what_was_not_switched(self) -> None:
        assert UserSwitch("full").notice is None
        assert "supplementary groups are not set" in (UserSwitch("mapped").notice or "")
        assert "NOT switched" in (UserSwitch("none", "not allowed").notice or "")

    @pytest.mark.parametrize(
        ("limit", "identity", "who"),
        [(10, "mapped", "uid=61001(dbadmin) gid=61001(dbadmin) groups=61001(dbadmin)"), (0, "none", "uid=0(root)")],
    )
    def test_with_fewer_rights_the_switch_goes_less_far_and_says_so(self, limit: int, identity: str, who: str) -> None:
        # In a user namespace of its own, this machine can be made to allow no more than a stranger's would.
        less = f'echo {limit} > /proc/sys/user/max_user_namespaces && exec "$@"'
        script = f"""
import sys
sys.path[:0] = {[str(ROOT / "infra/local"), str(pathlib.Path(__file__).parent)]!r}
from session_world import NODES, WEB, NodeUsers, Person, session_service, start_request
from test_agent import DBADMIN, run_on
from test_node_network import said_by
from channel_client import opened
nodes = NodeUsers(NODES)
print(nodes.switch.identity, nodes.switch.notice)
print(run_on(nodes, DBADMIN, "id"))
print(said_by(nodes, "127.0.0.1", 5433), said_by(nodes, "10.1.0.20", 5432), said_by(nodes, "127.0.0.1", 5999))
with session_service(nodes) as service, opened(service.start(start_request())) as client:
    print(client.read_until("$ " if nodes.switch.identity == "mapped" else "# "))
nodes.close()
"""
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "sh", "-c", less, "sh", sys.executable, "-c", script],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        if done.stderr.startswith("unshare: "):
            pytest.skip(f"user namespaces are not allowed here: {done.stderr}")
        assert done.stdout.startswith(f"{identity} "), done.stderr
        assert who in done.stdout
        assert "\nweb-1 greets db.internal greets Connection refused\n" in done.stdout
        assert ("infra/local: the Linux user was NOT switched" in done.stdout) == (identity == "none")

    def test_what_escapes_its_shell_ends_with_the_system_even_when_that_is_killed(self, tmp_path: pathlib.Path) -> None:
        seconds = f"9{os.getpid()}"  # names this very process among all of the machine
        script = f"""
import sys, os, time
sys.path[:0] = [{str(ROOT / "infra/local")!r}, {str(pathlib.Path(__file__).parent)!r}]
from session_world import NODES, WEB, NodeUsers
from test_agent import DBADMIN, run_on
nodes = NodeUsers(NODES)
print(run_on(nodes, DBADMIN, "setsid sleep {seconds} > /dev/null 2>&1 < /dev/null &"), flush=True)
print("ready", flush=True)
time.sleep(60)
"""
        system = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert system.stdout is not None
        while "ready" not in system.stdout.readline():
            assert system.poll() is None
        assert eventually(lambda: processes_of(f"sleep\0{seconds}\0"), "it runs")
        system.send_signal(signal.SIGKILL)
        system.wait()
        eventually(lambda: not processes_of(f"sleep\0{seconds}\0"), "it is gone")
        system.stdout.close()


def processes_of(command: str) -> list[str]:
    """The processes with exactly this command line, of the whole machine."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_text() == command:
                found.append(folder.name)
        except OSError:
            continue  # it ended meanwhile
    return found
