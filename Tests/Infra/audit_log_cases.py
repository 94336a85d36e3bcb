"""The table of the broker's own account: who may touch the audit log and what keeps it."""

from __future__ import annotations

import guardrails
from guardrail_cases import Case
from organization import Caller, Question

BROKER_ACCOUNT = "999900001111"
AUDIT, HEADS = (f"arn:aws:dynamodb:eu-west-1:{BROKER_ACCOUNT}:table/ssm-broker-{name}" for name in ("audit", "heads"))
BROKER_LOGS = f"arn:aws:logs:eu-west-1:{BROKER_ACCOUNT}:log-group:/aws/lambda/ssm-broker"
BROKER_ADMIN = Caller("role/Admin", BROKER_ACCOUNT)
BROKER = Caller("role/ssm-broker/BrokerExecution", BROKER_ACCOUNT, session="ssm-broker")
BROKER_DEPLOYER = Caller(f"role/cdk-accel-cfn-exec-role-{BROKER_ACCOUNT}-eu-west-1", BROKER_ACCOUNT)
ATTACHED = (*guardrails.EVERYWHERE, *guardrails.BROKER_ACCOUNT_ONLY)


def in_broker_account(why: str, caller: Caller, action: str, resource: str, denied_by: str | None = None) -> Case:
    return Case(why, caller, Question(action, resource), denied_by, ATTACHED)


CASES = [
    *(in_broker_account(f"nobody may {action} records, the broker included", caller, f"dynamodb:{action}", AUDIT,
                         "RecordsAreAppended")
      for action in ("UpdateItem", "DeleteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert", "BatchWriteItem")
      for caller in (BROKER,)),
    in_broker_account("an administrator appends none", BROKER_ADMIN, "dynamodb:PutItem", AUDIT, "RecordsThroughTheBroker"),
    in_broker_account("nor moves a head", BROKER_ADMIN, "dynamodb:UpdateItem", HEADS, "RecordsThroughTheBroker"),
    in_broker_account("a look-alike of the broker's role neither", Caller("role/BrokerExecution", BROKER_ACCOUNT),
                       "dynamodb:PutItem", AUDIT, "RecordsThroughTheBroker"),
    in_broker_account("the broker appends", BROKER, "dynamodb:PutItem", AUDIT),
    in_broker_account("and moves heads", BROKER, "dynamodb:UpdateItem", HEADS),
    in_broker_account("administrators may read", BROKER_ADMIN, "dynamodb:Query", AUDIT),
    *(in_broker_account(f"an administrator may not {action}", BROKER_ADMIN, f"dynamodb:{action}", AUDIT, "TablesAndLogsStay")
      for action in ("DeleteTable", "UpdateTable", "UpdateTimeToLive", "PutResourcePolicy", "DeleteResourcePolicy",
                     "UpdateContinuousBackups")),
    in_broker_account("nor delete the log", BROKER_ADMIN, "logs:DeleteLogGroup", BROKER_LOGS, "TablesAndLogsStay"),
    in_broker_account("nor shorten it", BROKER_ADMIN, "logs:PutRetentionPolicy", BROKER_LOGS, "TablesAndLogsStay"),
    in_broker_account("deployments change tables", BROKER_DEPLOYER, "dynamodb:UpdateTable", AUDIT),
]  # fmt: skip
