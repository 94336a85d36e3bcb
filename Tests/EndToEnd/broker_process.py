"""The broker's process: its id, its sudden death, its next life."""

from __future__ import annotations

import os
import signal

from system.lambda_function import Instance
from system.local_system import LocalSystem
from waiting import eventually


def pid(system: LocalSystem) -> int:
    """The process id of the one instance."""
    process = _instance(system)._process
    assert process is not None
    return process.pid


def kill(system: LocalSystem) -> None:
    """SIGKILL: nothing of what the broker was about to do happens."""
    os.kill(pid(system), signal.SIGKILL)


def forget(system: LocalSystem) -> None:
    """Gives the broker a new process, which remembers nothing; returns when it is ready."""
    before = pid(system)
    system.restart_broker()
    eventually(lambda: pid(system) != before and _is_ready(system), "a new broker process")


def _instance(system: LocalSystem) -> Instance:
    (instance,) = system.broker._all
    return instance


def _is_ready(system: LocalSystem) -> bool:
    api = _instance(system)._api
    return api is not None and api.ready.is_set()
