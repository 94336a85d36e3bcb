"""What must hold after every `connect`, and how to find the plugin it runs."""

from __future__ import annotations

from pathlib import Path

from audit_log import AuditLog
from engineer import Terminal, processes
from waiting import eventually

from system.local_system import LocalSystem

PLUGIN = "AWS_SSM_START_SESSION_RESPONSE"
"""In the command line of every plugin that runs a session."""


def plugin_of(terminal: Terminal) -> int:
    """The plugin's process: the client's child that is one."""
    tasks = Path(f"/proc/{terminal.pid}/task")

    def child() -> int | None:
        # Whichever thread started it is its parent in the kernel's lists.
        children = [int(one) for task in tasks.iterdir() for one in (task / "children").read_text().split()]
        return next((one for one in processes([PLUGIN]) if one in children), None)

    return eventually(child, "the plugin runs")  # type: ignore[return-value]


def assert_tidy(system: LocalSystem, terminal: Terminal, log: AuditLog) -> None:
    """Ended by the engineer's client through the broker, and the terminal as before."""
    assert terminal.modes == terminal.modes_before
    assert system.sessions.live() == []
    started = [one for one in log.records() if one.event == "session.started"][-1]
    assert log.events(started.content["session"])[-1] == "session.ended"
    assert log.of_session(started.content["session"])[-1].content["details"]["by"] == "owner"
    ends = [one for one in system.aws.trail.named("TerminateSession")
            if one["requestParameters"]["sessionId"] == started.content["aws"]["sessionId"]]  # fmt: skip
    assert ends
    # Of this system: its endpoint is in the command line too.
    eventually(lambda: not processes([PLUGIN, system.aws.url]), "no plugin is left")
