"""Accounts, Regions and what the broker's deployment is called: the same in every local system."""

from __future__ import annotations

REGION = "eu-west-1"
GLOBAL_REGION = "us-east-1"
REGIONS = (REGION, "eu-central-1", GLOBAL_REGION)
ORGANIZATION = "o-localcast1"
BROKER_ACCOUNT = "999900001111"
FIRST_ACCOUNT = "111122223333"
SECOND_ACCOUNT = "444455556666"
MEMBER_ACCOUNTS = (FIRST_ACCOUNT, SECOND_ACCOUNT)
API_ID = "a1b2c3d4e5"
STAGE = "prod"
URL_ID = "abcdefghijklmnopqrstuvwxyz012345"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{BROKER_ACCOUNT}:function:ssm-broker"
TARGET_ROLE = "ssm-broker/SSMBrokerTarget"
BROKER_ROLE_ARN = f"arn:aws:iam::{BROKER_ACCOUNT}:role/ssm-broker/BrokerExecution"
SWEEP_RULE_ARN = f"arn:aws:events:{REGION}:{BROKER_ACCOUNT}:rule/ssm-broker-sweep"
