"""Starting programs on a node, as one of its Linux users. Standard library only; it runs in the node's launcher."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import termios
from typing import Any, NoReturn

from . import namespaces


def find(name: str, path: str) -> str:
    """The file that a command's first word names, looked up as Go's os/exec does, by the agent.

    Raises:
        OSError: there is none; the words are Go's.
    """
    if "/" in name:
        return name
    for folder in path.split(":"):
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise OSError(f'exec: "{name}": executable file not found in $PATH')


def start(program: dict[str, Any], descriptors: list[int], identity: str) -> int:
    """Forks a program as its user and returns its process id.

    ``program`` has ``user``, ``environment`` and ``words``; with ``terminal`` the one descriptor becomes its controlling
    terminal, without it the two are its standard output and standard error, and its standard input is empty.

    A pipe that exec closes tells whether it came that far, so a failure is an OSError here and not a silent exit there.
    """
    file = find(program["words"][0], program["environment"]["PATH"])
    failed, failing = os.pipe()
    process = os.fork()
    if process == 0:
        _become(program, file, descriptors, identity, failing)
    os.close(failing)
    with os.fdopen(failed) as report:
        reason = report.read()
    if reason:
        os.waitpid(process, 0)
        raise OSError(reason)
    return process


def _become(program: dict[str, Any], file: str, descriptors: list[int], identity: str, failing: int) -> NoReturn:
    try:
        os.setsid()
        streams = descriptors * 3
        if program["terminal"]:
            fcntl.ioctl(descriptors[0], termios.TIOCSCTTY, 0)
        else:
            streams = [os.open(os.devnull, os.O_RDONLY), *descriptors]
        for number, descriptor in enumerate(streams[:3]):
            os.dup2(descriptor, number)
        os.closerange(3, failing)
        os.closerange(failing + 1, 1024)
        os.chdir("/usr/bin")  # where a Session Manager shell starts on Amazon Linux: the agent's own directory
        os.umask(0o022)
        user = program["user"]
        if identity == "full":
            os.setgroups(user["groups"])
            os.setresgid(user["gid"], user["gid"], user["gid"])
            os.setresuid(user["uid"], user["uid"], user["uid"])
        elif identity == "mapped":
            namespaces.become_mapped_user(user["uid"], user["gid"])
        defaults = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in (*defaults, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the launcher holds SIGCHLD back while it starts a program
        try:
            os.execve(file, program["words"], program["environment"])
        except OSError as error:
            reason = os.strerror(error.errno or errno.ENOENT).lower()  # as Go spells it
            os.write(failing, f"fork/exec {file}: {reason}".encode())
    except BaseException as error:  # whatever it is, it must not go on as a copy of the launcher
        os.write(failing, str(error).encode() or b"unknown")
    finally:
        os._exit(127)


def go_exit_code(status: int) -> int:
    """What Go's ExitCode() says of a wait status: -1 for a process that a signal ended."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
