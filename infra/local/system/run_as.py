"""Who a session runs as on the node, and with what environment: the agent's rules.

Source: User Guide, "Turn on Run As support for Linux and macOS managed nodes"; amazon-ssm-agent, docparser.go.
"""

from __future__ import annotations

from .node_process import AGENT_PATH
from .node_users import LinuxUser, Node
from .session_document import SessionDocument


class CannotStart(Exception):
    """The agent cannot start the command; the text is the agent's."""


def run_as(document: SessionDocument, node: Node, tag: str | None = None) -> LinuxUser:
    """The user that the session runs as: the document's, unless its starter has a tag.
    Raises:
        CannotStart: there is none, or it is one the agent refuses.
    """
    if not document.run_as_enabled:
        # The agent would create ssm-user here and let it sudo without a password. No document of ours may come to this.
        raise CannotStart(
            "runAsEnabled is false: the agent would run this as ssm-user, who has root's rights through sudo"
        )
    name = tag if tag and tag.strip() else document.run_as_user
    if not name.strip():
        raise CannotStart("please set the RunAs default user")
    user = node.user(name)
    if user is None:
        raise CannotStart(f"failed to start pty since RunAs user {name} does not exist")
    if user.uid <= 0 or user.gid <= 0:
        raise CannotStart("invalid uid and gid")
    return user


def shell_environment(user: LinuxUser) -> dict[str, str]:
    """What the shell finds: the agent's own environment and what it adds. HOME is by name, whatever passwd says."""
    return {"PATH": AGENT_PATH, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": f"/home/{user.name}"}
