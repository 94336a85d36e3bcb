"""The table of the broker's own account: who may touch the audit log and what keeps it."""

from __future__ import annotations

import guardrails
from guardrail_cases import Case
from organization import Caller, Question

BROKER_ACCOUNT = "999900001111"
AUDIT, HEADS = (f"arn:aws:dynamodb:eu-west-1:{BROKER_ACCOUNT}:table/ssm-broker-{name}" for name in ("audit", "heads"))
BROKER_LOGS = f"arn:aws:logs:eu-west-1:{BROKER_ACCOUNT}:log-group:/aws/lambda/ssm-broker"
KEY = f"arn:aws:kms:eu-west-1:{BROKER_ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
EVENTS = f"arn:aws:events:eu-west-1:{BROKER_ACCOUNT}"
ALARM = f"arn:aws:cloudwatch:eu-west-1:{BROKER_ACCOUNT}:alarm:ssm-broker RecordsChanged"
TOPIC = f"arn:aws:sns:eu-west-1:{BROKER_ACCOUNT}:ssm-broker-alarms"
PIPE = f"arn:aws:pipes:eu-west-1:{BROKER_ACCOUNT}:pipe/ssm-broker-changed-records"
CHANGED_RECORDS = f"arn:aws:logs:eu-west-1:{BROKER_ACCOUNT}:log-group:/ssm-broker/changed-records"
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
    *(in_broker_account(f"an administrator may not {action} the tables' key", BROKER_ADMIN, f"kms:{action}", KEY, "KeyStays")
      for action in ("ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "RevokeGrant")),
    in_broker_account("nor may the broker", BROKER, "kms:ScheduleKeyDeletion", KEY, "KeyStays"),
    in_broker_account("deployments change its policy", BROKER_DEPLOYER, "kms:PutKeyPolicy", KEY),
    in_broker_account("an administrator may undo a deletion", BROKER_ADMIN, "kms:CancelKeyDeletion", KEY),
    *(in_broker_account(f"an administrator may not {action} of what watches", BROKER_ADMIN, action, resource, "WatchStays")
      for action, resource in (
          ("pipes:StopPipe", PIPE), ("pipes:UpdatePipe", PIPE), ("pipes:DeletePipe", PIPE),
          ("cloudwatch:DeleteAlarms", ALARM), ("cloudwatch:DisableAlarmActions", ALARM), ("cloudwatch:PutMetricAlarm", ALARM),
          ("cloudwatch:SetAlarmState", ALARM),
          ("logs:DeleteMetricFilter", BROKER_LOGS), ("logs:PutMetricFilter", CHANGED_RECORDS),
          ("events:DeleteEventBus", f"{EVENTS}:event-bus/ssm-broker"),
          ("sns:DeleteTopic", TOPIC), ("sns:SetTopicAttributes", TOPIC), ("sns:RemovePermission", TOPIC),
      )),
    *(in_broker_account(f"an administrator may not {action} of a bus", BROKER_ADMIN, f"events:{action}",
                        f"{EVENTS}:event-bus/ssm-broker", "BusPolicyStays")
      for action in ("PutPermission", "RemovePermission")),
    in_broker_account("deployments let the organisation send", BROKER_DEPLOYER, "events:PutPermission",
                      f"{EVENTS}:event-bus/ssm-broker"),
    *(Case(f"an administrator may not {action} {rule}, whatever unit the account is in", BROKER_ADMIN,
           Question(f"events:{action}", f"{EVENTS}:rule/{rule}"), "WatchStays", ("audit-log",))
      for action in ("DeleteRule", "DisableRule") for rule in ("ssm-broker-sweep", "ssm-broker/ssm-broker-drift")),
    in_broker_account("deployments change what watches", BROKER_DEPLOYER, "pipes:UpdatePipe", PIPE),
    in_broker_account("alarms of others are theirs", BROKER_ADMIN, "cloudwatch:DeleteAlarms", ALARM.replace("ssm-broker", "x")),
    in_broker_account("administrators subscribe to alarms", BROKER_ADMIN, "sns:Subscribe", TOPIC),
    in_broker_account("administrators look at alarms", BROKER_ADMIN, "cloudwatch:DescribeAlarms", ALARM),
]  # fmt: skip
