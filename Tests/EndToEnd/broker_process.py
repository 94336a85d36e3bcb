"""The broker's process: its id, its sudden death, its next life."""

from __future__ import annotations

import os
import signal

from system.lambda_function import Instance
from system.local_system import LocalSystem
from waiting import eventually


def pid(system: LocalSystem) -> int:
    """The process id of the one instance, once it is ready."""
    instance = _instance(system)
    eventually(lambda: instance._api is not None and instance._api.ready.is_set(), "the broker is ready")
    assert instance._process is not None
    return instance._process.pid


def kill(system: LocalSystem) -> None:
    """SIGKILL: nothing of what the broker was about to do happens."""
    os.kill(pid(system), signal.SIGKILL)


def forget(system: LocalSystem) -> None:
    """Gives the broker a new process, which remembers nothing."""
    system.restart_broker()


def _instance(system: LocalSystem) -> Instance:
    (instance,) = system.broker._all
    return instance
