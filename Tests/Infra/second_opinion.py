"""principalmapper's judgement of a question, to compare ours with.

It is AGPL and only run here. Written for older Pythons, it looks for names that `collections` no longer has.
"""

from __future__ import annotations

import collections
import collections.abc
import json
from collections.abc import Sequence

from organization import ADMINISTRATOR, FULL_ACCESS, Caller, Question

for _name in ("Mapping", "MutableMapping"):
    if not hasattr(collections, _name):
        setattr(collections, _name, getattr(collections.abc, _name))

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.querying.query_interface import local_check_authorization_full  # noqa: E402


def can_judge(caller: Caller) -> bool:
    """It knows roles and users."""
    return caller.principal.startswith(("role/", "user/"))


def is_allowed(
    caller: Caller,
    question: Question,
    control: Sequence[str],
    identity: Sequence[str] = (ADMINISTRATOR,),
    resource: str | None = None,
) -> bool:
    """As :func:`organization.ask` answers; `resource` is the policy of a resource of another account, or a role's trust."""
    node = Node(
        caller.arn, "AROA", [Policy(caller.arn, f"p{number}", json.loads(text)) for number, text in enumerate(identity)],
        None, {} if caller.principal.startswith("role/") else None, None, 0, False, False, None, False, {},
    )  # fmt: skip
    keys = {
        "aws:PrincipalArn": caller.arn,
        "aws:userid": f"AROA:{caller.session}",
        **({"aws:PrincipalOrgID": caller.organization} if caller.organization else {}),
        **caller.keys,
        **question.keys,
    }
    levels = [[Policy(caller.arn, f"s{number}", json.loads(text)) for number, text in enumerate([FULL_ACCESS, *control])]]
    bound = caller.is_bound_by_service_control_policies
    owner = question.resource.split(":")[4] if resource else None
    return bool(
        local_check_authorization_full(
            node, question.action, question.resource, keys, json.loads(resource) if resource else None, owner,
            levels if bound else None,
        )
    )  # fmt: skip
