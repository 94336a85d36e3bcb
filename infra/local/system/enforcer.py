"""The enforcer as it is deployed: the function, its alias for CloudFormation, its schedule and the rule on document writes.

In AWS the alias is on a second function with the same code, for the sake of its concurrency; here one function has both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from .cloudformation import CloudFormation
from .event_bus import DriftRule
from .events import scheduled_event
from .lambda_function import LambdaFunction
from .places import (
    CUSTOM_RESOURCE_ALIAS,
    DRIFT_RULE_ARN,
    ENFORCE_RULE_ARN,
    ENFORCER_ARN,
    ENFORCER_ROLE,
)


class Enforcer:
    """Runs until closed. Two invocations may run at once, so that nobody who waits queues behind a whole rollout."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        now: Callable[[], datetime],
        seconds: float,
        instances: int = 2,
    ) -> None:
        self._now = now
        self.log = log
        self.cloudformation = CloudFormation(lambda event, alias: self.function.leave(event, alias))
        own = {
            "SSM_BROKER_ENFORCER_ROLE": ENFORCER_ROLE,
            "SSM_BROKER_ENFORCE_RULE": ENFORCE_RULE_ARN,
            "SSM_BROKER_DRIFT_RULE": DRIFT_RULE_ARN,
            "SSM_BROKER_CUSTOM_RESOURCE_ALIAS": CUSTOM_RESOURCE_ALIAS,
            "SSM_BROKER_CUSTOM_RESOURCE_STAND_IN": self.cloudformation.url,
        }
        self.function = LambdaFunction(
            command,
            {**own, **environment},
            log,
            instances,
            gateway_seconds=seconds + 5,
            function_seconds=seconds,
            clock=lambda: now().timestamp(),
            arn=ENFORCER_ARN,
        )
        self.drift = DriftRule(self.function.leave)

    def wait_until_ready(self) -> bool:
        """Whether every process initialises."""
        return self.function.wait_until_ready()

    def run_scheduled(self, rule_arn: str = ENFORCE_RULE_ARN) -> dict[str, Any]:
        """Sends the schedule's event; the run's report. Raises :class:`InvocationFailed`."""
        return json.loads(self.function.invoke(scheduled_event(rule_arn, self._now())))

    def ask(self, event: dict[str, Any], alias: str | None = None) -> dict[str, Any]:
        """Sends any event and waits for the reply."""
        return json.loads(self.function.invoke(event, alias=alias))

    def settle(self, seconds: float = 60) -> bool:
        """Whether every event left for it is done with in that time."""
        return self.function.left.settle(seconds)

    def close(self) -> None:
        """Ends its processes."""
        self.function.close()
        self.cloudformation.close()
