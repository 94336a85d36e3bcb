"""The Linux users of the cast's nodes and what the nodes reach over their network, by node id.

They exist on the nodes only: ids that no host uses, and ports in network namespaces of their own.
"""

from __future__ import annotations

from .cast import BATCH_1, DB_1, WEB_1, WIN_1
from .node_users import LinuxUser, Node, NodeUsers, Service

DBADMIN = LinuxUser("dbadmin", 61001, 61001, {"dba": 62001, "adm": 62004})
WEBOPS = LinuxUser("webops", 61002, 61002, {"www-ops": 62002})
BATCHOPS = LinuxUser("batchops", 61003, 61003, {"batch": 62003})

DATABASE_HOST, DATABASE_ADDRESS = "db.internal", "10.1.0.20"
"""A database that runs on no managed node; the first account's nodes reach it."""


def greeting_echo(port: int, who: str, address: str = "127.0.0.1") -> Service:
    """Says ``who`` on a line of its own and then sends back what it is sent."""
    return Service(port, ["sh", "-c", f"printf '{who}\\n'; exec cat"], address)


def ssh_stand_in(name: str) -> Service:
    """Speaks SSH's first line only, then sends back what it is sent."""
    return Service(22, ["sh", "-c", f"printf 'SSH-2.0-OpenSSH_9.2p1 {name}\\r\\n'; exec cat"])


def of_the_cast() -> NodeUsers:
    """dbadmin and webops on web-1, dbadmin on db-1, batchops on batch-1; a Windows node has no Linux users."""
    database = greeting_echo(5432, DATABASE_HOST, DATABASE_ADDRESS)
    hosts = {DATABASE_HOST: DATABASE_ADDRESS}
    return NodeUsers({
        WEB_1: Node("web-1", [DBADMIN, WEBOPS],
                    [ssh_stand_in("web-1"), greeting_echo(8000, "web-1"), Service(15_000, ["cat"]), database], hosts),
        DB_1: Node("db-1", [DBADMIN],
                   [ssh_stand_in("db-1"), greeting_echo(5432, "db-1"), Service(15_000, ["cat"]), database], hosts),
        BATCH_1: Node("batch-1", [BATCHOPS], [ssh_stand_in("batch-1")], networks=["10.2.0.0/16"]),
        WIN_1: Node("win-1", []),
    })  # fmt: skip
