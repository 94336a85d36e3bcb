"""What any session-manager-plugin must do against our gateway: run for the stand-in, and for the real one when it is
given."""

from __future__ import annotations

import pathlib
import re
import termios
from collections.abc import Callable, Iterator

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from session_world import (
    CREDENTIALS,
    NODES,
    REGION,
    ROOT,
    ChannelRequest,
    NodeUsers,
    Person,
    SessionService,
    StartedSession,
    document,
    eventually,
    plugin_command,
    resume_endpoint,
    session_service,
    start_request,
)

STAND_IN = ROOT / "infra" / "local" / "session-manager-plugin"

Connect = Callable[[StartedSession], Person]


@pytest.fixture(scope="module")
def nodes() -> Iterator[NodeUsers]:
    """The nodes, made once for all sessions of a module. Import it where the contract is run."""
    nodes = NodeUsers(NODES)
    yield nodes
    nodes.close()


def signed_again(upgrade: ChannelRequest, headers: dict[str, str]) -> str:
    """The Authorization header that botocore would give the same request at the same time."""
    credentials = Credentials(CREDENTIALS["AccessKeyId"], CREDENTIALS["SecretAccessKey"], CREDENTIALS["SessionToken"])
    signer = SigV4Auth(credentials, "ssmmessages", REGION)
    request = AWSRequest("GET", f"http://{headers['host']}{upgrade.path}?{upgrade.query}")
    for name in ("x-amz-date", "x-amz-security-token"):
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["x-amz-date"]
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    scope = f"{CREDENTIALS['AccessKeyId']}/{headers['x-amz-date'][:8]}/{REGION}/ssmmessages/aws4_request"
    names = "host;x-amz-date;x-amz-security-token"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"


class PluginContract:
    """Each test is one session, with a person at a terminal."""

    plugin: pathlib.Path
    refuses_resume = False
    """A test sets it to let ResumeSession fail."""

    @pytest.fixture
    def upgrades(self) -> list[ChannelRequest]:
        return []

    @pytest.fixture
    def service(self, nodes: NodeUsers, upgrades: list[ChannelRequest]) -> Iterator[SessionService]:
        with session_service(nodes, authorize_channel=upgrades.append) as service:
            yield service

    @pytest.fixture
    def resumes(self) -> list[dict[str, str]]:
        return []

    @pytest.fixture
    def connect(
        self, service: SessionService, resumes: list[dict[str, str]], tmp_path: pathlib.Path
    ) -> Iterator[Connect]:
        """Starts the plugin for a session, at a terminal of 80 by 24."""
        people: list[Person] = []
        with resume_endpoint(service, resumes, lambda: self.refuses_resume) as url:

            def start(started: StartedSession) -> Person:
                people.append(Person(*plugin_command(self.plugin, started, url, tmp_path)))
                return people[-1]

            yield start
            for person in people:
                person.kill()

    def test_the_shell_is_the_documents_users_on_the_node(self, service: SessionService, connect: Connect) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect(f"Starting session with SessionId: {re.escape(started.session_id)}")
        person.expect_prompt()
        person.type("id; hostname; echo $HOME $TERM $LANG\n")
        person.expect(r"uid=61001\(dbadmin\) gid=61001\(dbadmin\)")
        person.expect("web-1\r")
        person.expect(r"/home/dbadmin xterm-256color C\.UTF-8")
        assert [state.status for state in service.live()] == ["Connected"]

    def test_the_shell_ends_the_session_and_the_terminal_is_left_half_restored(
        self, service: SessionService, connect: Connect
    ) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect_prompt()
        person.type("echo last wo''rds; exit 7\n")
        person.expect("last words")
        person.expect(f"Exiting session with sessionId: {re.escape(started.session_id)}")
        assert person.wait() == 0
        assert person.local_modes & termios.ECHO
        assert not person.local_modes & termios.ICANON
        eventually(lambda: not service.live(), "the session ends")
        ended = service.get(started.session_id)
        assert ended is not None and ended.status == "Terminated" and ended.end_date is not None

    def test_a_resized_terminal_resizes_the_nodes(self, service: SessionService, connect: Connect) -> None:
        person = connect(service.start(start_request()))
        person.expect_prompt()
        person.type("until [ \"$(stty size)\" = '24 80' ]; do sleep 0.05; done; echo first si''ze\n")
        person.expect("first size")
        person.resize(132, 40)
        person.type("until [ \"$(stty size)\" = '40 132' ]; do sleep 0.05; done; echo second si''ze\n")
        person.expect("second size")

    def test_control_c_interrupts_the_nodes_program_and_not_the_plugin(
        self, service: SessionService, connect: Connect
    ) -> None:
        person = connect(service.start(start_request()))
        person.expect_prompt()
        person.type("sh -c \"trap 'echo cau''ght; exit' INT; echo run''ning; while :; do sleep 0.05; done\"\n")
        person.expect("running")
        person.type("\x03")
        person.expect("caught")
        person.type("echo still he''re\n")
        person.expect("still here")

    @pytest.mark.parametrize("break_off", ["drop_connection", "close_connection"])
    def test_no_line_is_lost_when_the_connection_breaks(
        self,
        service: SessionService,
        connect: Connect,
        upgrades: list[ChannelRequest],
        resumes: list[dict[str, str]],
        break_off: str,
    ) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect_prompt()
        person.type("seq -f 'line %g.' 1 30000\n")
        for breaks, line in ((1, 2000), (2, 20000)):
            person.expect(rf"line {line}\.")
            getattr(service, break_off)(started.session_id)
            # With a close frame the plugin first reads, and shows, what was sent before it.
            person.read_until(lambda breaks=breaks: len(upgrades) == breaks + 1, "it resumes")  # type: ignore[misc]
        person.expect(r"line 30000\.")
        lines = [int(number) for number in re.findall(r"line (\d+)\.", person.seen)]
        assert set(range(1, 30001)) <= set(lines)
        # The real plugin shows a message before it acknowledges it, and shows it again when that acknowledgement was
        # lost: so each break may repeat up to one message of 1,024 bytes.
        assert len(lines) - 30000 <= 2 * 100
        assert len(resumes) == 2
        assert all("Credential=ASIACHANNELCHANNEL00/" in call["authorization"] for call in resumes)
        person.type("echo and go''es on\n")
        person.expect("and goes on")

    def test_the_same_shell_goes_on_after_a_break(
        self, service: SessionService, connect: Connect, upgrades: list[ChannelRequest]
    ) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect_prompt()
        person.type("a=1; echo remem''bered\n")
        person.expect("remembered")
        service.drop_connection(started.session_id)
        eventually(lambda: len(upgrades) == 2 and service.live()[0].status == "Connected", "it resumes")
        person.type("echo a is $a''.\n")
        person.expect(r"a is 1\.")

    def test_a_user_the_node_has_not_is_the_sessions_last_word(self, service: SessionService, connect: Connect) -> None:
        started = service.start(start_request(document(runAsDefaultUser="nobodys")))
        person = connect(started)
        person.expect("Unable to start command: failed to start pty since RunAs user nobodys does not exist")
        assert person.wait() == 0
        eventually(lambda: not service.live(), "the session ends")
        ended = service.get(started.session_id)
        assert ended is not None and ended.status == "Failed"

    def test_a_terminated_session_ends_the_plugin(self, service: SessionService, connect: Connect) -> None:
        started = service.start(start_request())
        person = connect(started)
        person.expect_prompt()
        service.terminate(started.session_id)
        person.expect(f"Exiting session with sessionId: {re.escape(started.session_id)}")
        assert person.wait() == 0

    def test_it_shakes_hands_when_the_agent_asks(self, nodes: NodeUsers, tmp_path: pathlib.Path) -> None:
        with session_service(nodes, always_handshake=True) as service, resume_endpoint(service, []) as url:
            person = Person(*plugin_command(self.plugin, service.start(start_request()), url, tmp_path))
            person.expect_prompt()
            person.type("echo sha''ken\n")
            person.expect("shaken")
            person.type("exit\n")
            assert person.wait() == 0
            person.kill()

    def test_an_upgrade_that_is_signed_is_signed_with_the_profiles_credentials(
        self, service: SessionService, connect: Connect, upgrades: list[ChannelRequest]
    ) -> None:
        # All the characters a role session's name may have: they must not spoil the path that is signed.
        started = service.start(start_request(role_session_name="a.b_c-d+e=f,g@example.org"))
        connect(started).expect(r"\$ ")
        (upgrade,) = upgrades
        assert upgrade.session_id == started.session_id
        headers = {name.lower(): value for name, value in upgrade.headers}
        if "authorization" not in headers:
            pytest.skip("this plugin is of a release that does not sign")
        assert headers["x-amz-security-token"] == CREDENTIALS["SessionToken"]
        assert headers["authorization"] == signed_again(upgrade, headers)
