"""The Linux users of the cast's nodes, by node id. They exist on the nodes only; ids that no host uses."""

from __future__ import annotations

from .cast import BATCH_1, CACHE_1, DB_1, EDGE_1, OTHER_CACHE_1, WEB_1, WIN_1
from .node_users import LinuxUser, Node, NodeUsers

DBADMIN = LinuxUser("dbadmin", 61001, 61001, {"dba": 62001, "adm": 62004})
WEBOPS = LinuxUser("webops", 61002, 61002, {"www-ops": 62002})
BATCHOPS = LinuxUser("batchops", 61003, 61003, {"batch": 62003})


def of_the_cast() -> NodeUsers:
    """dbadmin and webops on web-1 and edge-1, dbadmin on db-1 and both cache-1, batchops on batch-1; none on Windows."""
    return NodeUsers({
        WEB_1: Node("web-1", [DBADMIN, WEBOPS]),
        DB_1: Node("db-1", [DBADMIN]),
        BATCH_1: Node("batch-1", [BATCHOPS]),
        WIN_1: Node("win-1", []),
        CACHE_1: Node("cache-1", [DBADMIN]),
        OTHER_CACHE_1: Node("cache-1", [DBADMIN]),
        EDGE_1: Node("edge-1", [DBADMIN, WEBOPS]),
    })  # fmt: skip
