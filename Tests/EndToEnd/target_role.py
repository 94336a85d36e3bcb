"""The broker's role in a member account, changed as somebody with rights in the account could."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from system import cast
from system.local_system import LocalSystem
from system.moto_services import iam

RUN_AS = "SSMSessionRunAs"


@contextlib.contextmanager
def tagged_with_webops(_: LocalSystem) -> Iterator[None]:
    """While it lasts, the role's tag names webops for every session that it starts."""
    role, account = cast.TARGET_ROLE.rsplit("/", 1)[1], iam(cast.FIRST_ACCOUNT)
    account.tag_role(role, [{"Key": RUN_AS, "Value": "webops"}])
    try:
        yield
    finally:
        account.untag_role(role, [RUN_AS])
