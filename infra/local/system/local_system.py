"""Everything together, for tests and for `run`: AWS, sessions, the real broker behind its front door."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import cast, documents, dynamodb_services, environment, linux_users
from .clock import Clock
from .documents import Rendered
from .enforcer import Enforcer
from .events import scheduled_event
from .faults import Faults
from .front_door import RESOURCE_POLICY, FrontDoor
from .lambda_function import LambdaFunction
from .places import ENFORCER_ARN, SWEEP_RULE_ARN
from .policy.document import parse
from .principals import SessionCredentials
from .routes import Routes
from .sessions import SessionService
from .settings import ROOT, Settings, StartupProblem, built
from .surroundings import Surroundings


class LocalSystem:
    """Up from construction to :meth:`close`; use it with ``with``."""

    def __init__(self, settings: Settings = Settings()) -> None:
        self.settings = settings
        self.directory = Path(tempfile.mkdtemp(prefix="ssm-broker-local."))
        self._closers = [lambda: shutil.rmtree(self.directory, ignore_errors=True)]
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        settings = self.settings
        self.logs = settings.logs or self.directory / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.broker_log = self.logs / "broker.log"
        self.store = settings.store or f"sqlite:{self.directory / 'broker.sqlite'}"
        self.rendered = Rendered(settings.rendered or self._render())
        if not self.rendered.role_map.exists():
            raise StartupProblem(f"there is no {self.rendered.role_map}", "ssm-broker map render --help")
        command = settings.broker_command or [str(built("broker-lambda", "BROKER_LAMBDA_PATH"))]

        users = linux_users.of_the_cast()
        self._closers.append(users.close)
        clock = Clock()
        self.aws = Surroundings(
            lambda authorize: SessionService(users, authorize, settings.strict_signing, clock=clock.seconds),
            strict_signing=settings.strict_signing,
            trail_path=self.logs / "cloudtrail.jsonl",
            clock=clock,
        )
        self._closers.append(self.aws.close)
        self.user_switch = users.switch
        kind, _, name = self.store.partition(":")
        if kind == "dynamodb":
            dynamodb_services.create_tables(name, cast.BROKER_ACCOUNT, cast.REGION)
        if not settings.enforcer:
            documents.install(self.rendered, cast.REGION)

        self.front_door = FrontDoor(
            lambda event, request_id: self.broker.invoke(event, request_id),
            Routes.of_project(ROOT / "infra" / "broker" / "openapi.yaml"),
            self.aws.credentials,
            self.aws.authorizer,
            self.aws.clock.now,
            settings.front_door,
            parse(RESOURCE_POLICY, "resource") if settings.enforce_resource_policy else None,
            settings.port,
        )
        self._closers.append(self.front_door.close)
        self.broker = LambdaFunction(
            command, self._broker_environment(), self.broker_log, settings.instances, clock=clock.seconds
        )
        self._closers.append(self.broker.close)
        if not self.broker.wait_until_ready():
            said = self.broker_log.read_text(errors="replace").strip()[-2000:]
            raise StartupProblem(f"the broker does not start:\n{said}", "infra/local/build")
        self._profiles = environment.write_profiles(self.directory, self.aws)
        commands = {"session-manager-plugin": settings.plugin}
        client = Path(os.environ.get("SSM_BROKER_CLIENT_PATH") or ROOT / ".build" / "debug" / "ssm-broker")
        if client.exists():
            commands["ssm-broker"] = client
        self.commands = environment.link_commands(self.directory / "bin", commands)
        if settings.role_map == "published":
            self._publish_first()
        self.enforcer = self._start_enforcer() if settings.enforcer else None

    @property
    def url(self) -> str:
        """The broker's address, as SSM_BROKER_URL has it."""
        return self.front_door.url

    @property
    def _gateway_url(self) -> str:
        """The message gateway's, as a client without a session may ask for it."""
        return self.sessions.gateway_url.replace("ws://", "http://", 1)

    @property
    def trail(self) -> list[dict[str, object]]:
        """The CloudTrail-like records so far."""
        return self.aws.trail.records

    @property
    def faults(self) -> Faults:
        """Where failures of AWS calls are planned."""
        return self.aws.faults

    @property
    def sessions(self) -> SessionService:
        """The session service: what runs, and how to break its connections."""
        sessions = self.aws.sessions
        assert isinstance(sessions, SessionService)
        return sessions

    def environment_for(self, person: str | cast.Person) -> dict[str, str]:
        """What to add to a shell's environment so that it is this person's."""
        credentials = self.aws.credentials_of(person)
        return environment.of_person(credentials, self.url, self.aws.url, self._gateway_url, self._profiles, self.commands)

    def restart_broker(self) -> None:
        """Kills the broker's processes and waits for the next ones."""
        self.broker.restart()
        self.broker.wait_until_ready()

    def sweep(self) -> dict[str, Any]:
        """Sends the schedule's event, as EventBridge does; the sweep's report. Raises :class:`InvocationFailed`."""
        return json.loads(self.invoke_scheduled(SWEEP_RULE_ARN))

    def invoke_scheduled(self, rule_arn: str) -> bytes:
        """Sends a schedule's event of any rule; the function's reply."""
        return self.broker.invoke(scheduled_event(rule_arn, self.aws.clock.now()))

    def close(self) -> None:
        """Stops everything that was started, last first. Idempotent."""
        while self._closers:
            self._closers.pop()()

    def __enter__(self) -> LocalSystem:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _render(self) -> Path:
        directory = self.directory / "rendered"
        directory.mkdir()
        source = ROOT / "session-documents" / "role-map.yaml"
        command = [str(built("ssm-broker", "SSM_BROKER_CLIENT_PATH")), "map", "render", "--map", str(source),
                   "--output", str(directory)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise StartupProblem(f"{source} cannot be rendered:\n{done.stderr.strip()}", f"{' '.join(command)}")
        return directory

    def _publish_first(self) -> None:
        """Publishes the rendered map as an administrator does, unless the store has a published one already."""
        command = [str(built("ssm-broker", "SSM_BROKER_CLIENT_PATH")), "map", "publish", str(self.rendered.role_map),
                   "--base", "0", "--note", "The first map of the local system", "--yes", "--output", "json"]  # fmt: skip
        variables = environment.shell(os.environ, self.environment_for("alice/BrokerAdmin"))
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0 and '"code":"MAP_CHANGED"' not in done.stderr:
            raise StartupProblem(f"the role map cannot be published:\n{done.stderr.strip()}", "infra/local/build")

    def _start_enforcer(self) -> Enforcer:
        """The enforcer, and its first rollout."""
        execution = cast.enforcer_credentials(self.aws.credentials, self.aws.clock.now)
        enforcer = Enforcer(
            [str(built("enforcer-lambda", "ENFORCER_LAMBDA_PATH"))],
            {
                **self._function_environment(execution),
                "SSM_BROKER_ALLOWED_ACCOUNTS": "organization",
                "SSM_BROKER_ORGANIZATION": cast.ORGANIZATION,
                # The quotas of the real Organizations are not here to be spared.
                "SSM_BROKER_ORGANIZATION_CALLS_PER_SECOND": "100",
                **self.settings.enforcer_environment,
            },
            self.logs / "enforcer.log",
            self.aws.clock.now,
            self.settings.enforcer_seconds,
        )
        self._closers.append(enforcer.close)
        if not enforcer.wait_until_ready():
            said = enforcer.log.read_text(errors="replace").strip()[-2000:]
            raise StartupProblem(f"the enforcer does not start:\n{said}", "infra/local/build")
        self.aws.functions.functions[ENFORCER_ARN] = enforcer.function
        report = enforcer.run_scheduled()
        if self.settings.role_map != "none" and (report["end"] != "complete" or report["failed"]):
            raise StartupProblem(f"the documents cannot be rolled out: {report}", f"cat {enforcer.log}")
        self.aws.trail.listeners.append(enforcer.drift.hear)
        return enforcer

    def _function_environment(self, execution: SessionCredentials) -> dict[str, str]:
        """What every function is given. A Lambda inherits nothing from whoever deploys it."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "AWS_REGION": cast.REGION,
            **execution.as_environment(),
            "AWS_ENDPOINT_URL": self.aws.url,
            "SSM_BROKER_STORE": self.store,
            **({"SSM_BROKER_ROLE_MAP": str(self.rendered.role_map)} if self.settings.role_map == "file" else {}),
        }

    def _broker_environment(self) -> dict[str, str]:
        return {
            **self._function_environment(cast.broker_credentials(self.aws.credentials, self.aws.clock.now)),
            "SSM_BROKER_FRONT_DOOR": self.front_door.identifier,
            **({"SSM_BROKER_ENFORCER": ENFORCER_ARN} if self.settings.enforcer else {}),
            "SSM_BROKER_TARGET_ROLE": cast.TARGET_ROLE,
            "SSM_BROKER_ALLOWED_ACCOUNTS": ",".join(cast.MEMBER_ACCOUNTS),
            # Tests are refused more often in a minute than people are, and look for the record of each refusal.
            "SSM_BROKER_REFUSALS_PER_MINUTE": "100000",
            "SSM_BROKER_BOOTSTRAP_ADMINISTRATORS": f"{cast.FIRST_ACCOUNT}/BrokerAdmin",
            "SSM_BROKER_ORGANIZATION": cast.ORGANIZATION,
            "SSM_BROKER_SWEEP_RULE": SWEEP_RULE_ARN,
            **self.settings.broker_environment,
        }
