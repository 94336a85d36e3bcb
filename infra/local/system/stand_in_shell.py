"""The stand-in plugin's shell and command sessions: a terminal, or what stands in for one."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import NoReturn

from .data_channel import STREAM_PAYLOAD_LIMIT, AgentMessage, PayloadType
from .stand_in_channel import PluginChannel, leave
from .stand_in_terminal import CONTROL_BYTES, OwnTerminal

SIZE_CHECK_SECONDS = 0.5
END_OF_INPUT_GRACE = 1.0
"""How long to let a shell's typed-ahead input arrive, and then the shell end, when standard input has ended.

The real plugin goes at once, and what was piped into it may never arrive. That would make a poor test tool.
"""


class ShellSession:
    """The main thread passes signals on; one more reads the keyboard, one follows the terminal's size.

    All that the agent sends is shown on standard output, whatever it is: a command's errors, and its exit status.
    """

    def __init__(self, channel: PluginChannel, session_type: str) -> None:
        self._channel = channel
        self._terminal = OwnTerminal()
        # A command takes no input, so there is none to wait for: here the stand-in is as strict as the real one.
        self._grace = 0.0 if session_type == "NonInteractiveCommands" else END_OF_INPUT_GRACE

    def deliver(self, message: AgentMessage) -> bool:
        self._terminal.write(message.payload)
        return True

    def stop(self) -> None:
        self._terminal.half_restore()

    def run(self) -> NoReturn:
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        for control in CONTROL_BYTES:
            signal.signal(control, lambda *_: None)
        self._terminal.take()
        for work in (self._follow_size, self._read_keyboard):
            threading.Thread(target=work, daemon=True).start()
        while True:
            for number in os.read(woken, 64):
                if number in CONTROL_BYTES:
                    self._channel.send(PayloadType.OUTPUT, CONTROL_BYTES[signal.Signals(number)])

    def _read_keyboard(self) -> NoReturn:
        # In a thread of its own: a key that raises a signal drops what was typed before it, so that a read may find
        # nothing of what it was told of, and wait.
        while typed := self._terminal.read(STREAM_PAYLOAD_LIMIT):
            self._channel.send(PayloadType.OUTPUT, typed)
        self._end_of_input()

    def _end_of_input(self) -> NoReturn:
        end = time.monotonic() + self._grace
        while not self._channel.is_settled and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(self._grace)  # if the shell ends meanwhile, so does this process
        leave("Cannot perform start session: EOF\n")

    def _follow_size(self) -> NoReturn:
        last: tuple[int, int] | None = None
        while True:
            if (size := self._terminal.size()) != last:
                last = size
                self._channel.send(PayloadType.SIZE, json.dumps({"cols": size[0], "rows": size[1]}).encode())
            time.sleep(SIZE_CHECK_SECONDS)
