"""A deployment in which nobody has published a map yet: the enforcer waits for one, and nothing of that is an error."""

from __future__ import annotations

from system import cast
from system.local_system import LocalSystem, Settings
from system.moto_services import ssm

SETTINGS = Settings(role_map="none", enforcer=True)
HERE = (cast.FIRST_ACCOUNT, cast.REGION)


def test_before_the_first_publication_it_writes_nothing_and_does_not_fail(system: LocalSystem) -> None:
    before = set(ssm(*HERE)._documents)
    assert system.enforcer.run_scheduled() == {"ignored": "no role map is published"}
    assert set(ssm(*HERE)._documents) == before
    assert system.enforcer.function.left.abandoned == []
