"""What the stand-in plugin's listening sessions share: the local port, and how a signal ends them."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from collections.abc import Callable
from typing import NoReturn

from .stand_in_channel import PluginChannel
from .stand_in_plugin import say
from .stand_in_terminal import CONTROL_BYTES

DISCONNECT_TO_PORT, TERMINATE_SESSION, CONNECT_TO_PORT_ERROR = 1, 2, 3
"""The flags of a port session."""


def listen(port: str) -> socket.socket:
    """Listens on loopback; port 0 takes a free one.

    Where the port cannot be had the real plugin ends with a message or, about as often, hangs without one. A client must
    make up for the worse, so that is what happens here.
    """
    try:
        return socket.create_server(("127.0.0.1", int(port)), backlog=128)
    except (OSError, ValueError, OverflowError):
        hang()


def hang() -> NoReturn:
    """Waits for ever."""
    threading.Event().wait()
    raise AssertionError("nobody sets it")


def end_on_signals(channel: PluginChannel, session_id: str, stop: Callable[[], None]) -> None:
    """From now on the signals of a terminal's keys end the session, in good order."""

    # In a thread of its own: the main one may be in the middle of sending when the signal comes.
    woken, waker = os.pipe()
    os.set_blocking(waker, False)

    def end() -> NoReturn:
        os.read(woken, 1)
        say("Terminate signal received, exiting.\n")
        channel.send_flag(TERMINATE_SESSION)
        say(f"\n\nExiting session with sessionId: {session_id}.\n\n")
        stop()
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    signal.set_wakeup_fd(waker)
    for number in CONTROL_BYTES:
        signal.signal(number, lambda *_: None)


def is_version_after(version: str, other: str) -> bool:
    """Whether a version is later than another; one that is not of four numbers is not."""
    if not re.fullmatch(r"\d+(\.\d+){3}", version):
        return False
    return [int(part) for part in version.split(".")] > [int(part) for part in other.split(".")]
