"""Events of CloudTrail in the shapes that README.md names."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]

ACCOUNTS = ("111122223333", "444455556666")
REGION = "eu-west-1"
START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
BROKER_ACCOUNT = "999900001111"


class Maker:
    """Makes events; all that is random in them comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def uuid(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        """Random hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def event(self, account: str, time: datetime, source: str, name: str, identity: Event, **members: Any) -> Event:
        """The envelope, with what an operation adds."""
        return {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": name,
            "awsRegion": REGION,
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "aws-cli/2.17.0 md/awscrt#0.20.11 ua/2.0 os/linux#6.1 lang/python#3.11",
            "requestParameters": None,
            "responseElements": None,
            "requestID": self.uuid(),
            "eventID": self.uuid(),
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
        } | members

    def role(self, account: str, path: str, role: str, session: str, source_identity: str | None = None) -> Event:
        """A session of a role."""
        context: Event = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAFIXTURE0000000001",
                "arn": f"arn:aws:iam::{account}:role{path}{role}",
                "accountId": account,
                "userName": role,
            },
            "attributes": {"creationDate": "2026-11-20T00:00:00Z", "mfaAuthenticated": "false"},
        }
        if source_identity:
            context["sourceIdentity"] = source_identity
        return {
            "type": "AssumedRole",
            "principalId": f"AROAFIXTURE0000000001:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
            "accountId": account,
            "accessKeyId": "ASIAFIXTURE000000001",
            "sessionContext": context,
        }

    def target(self, account: str, session: str, source_identity: str | None) -> Event:
        """The broker in a member account."""
        return self.role(account, "/ssm-broker/", "SSMBrokerTarget", session, source_identity)

    def start(self, account: str, time: datetime, identity: Event, node: str, document: str, session_id: str) -> Event:
        """StartSession that was answered."""
        return self.event(
            account, time, "ssm.amazonaws.com", "StartSession", identity,
            requestParameters={"target": node, "documentName": document, "reason": "disk \"full\" \u2014 caf\u00e9"},
            responseElements={
                "sessionId": session_id,
                "tokenValue": "Value hidden due to security reasons.",
                "streamUrl": f"wss://ssmmessages.{REGION}.amazonaws.com/v1/data-channel/{session_id}",
            },
        )  # fmt: skip

    def on_session(self, name: str, account: str, time: datetime, identity: Event, session_id: str) -> Event:
        """ResumeSession or TerminateSession."""
        return self.event(
            account, time, "ssm.amazonaws.com", name, identity,
            requestParameters={"sessionId": session_id}, responseElements={"sessionId": session_id},
        )  # fmt: skip

    def assume(self, account: str, time: datetime, session: str, identity: Event | None = None) -> Event:
        """AssumeRole of the broker's role, as the entered account's trail has it."""
        return self.event(
            account, time, "sts.amazonaws.com", "AssumeRole",
            identity or {"type": "AWSAccount", "principalId": "AROABROKER00000000001:broker", "accountId": BROKER_ACCOUNT},
            requestParameters={
                "roleArn": f"arn:aws:iam::{account}:role/ssm-broker/SSMBrokerTarget", "roleSessionName": session,
            },
            sharedEventID=self.uuid(),
        )  # fmt: skip

    def noise(self, account: str, time: datetime) -> Event:
        """What else a trail is full of, with the values that a strict reader stumbles over."""
        kind = self.random.randrange(4)
        person = self.role(account, "/", "Admin", "dana")
        if kind == 0:
            return self.event(account, time, "ec2.amazonaws.com", "DescribeInstances", person, readOnly=True)
        if kind == 1:
            # A text that looks like the end of everything, and a member that looks like the event's own.
            tricky = {"note": "]}]}{\"Records\":[{\"eventName\":\"StartSession\"", "eventName": "StartSession", "depth": [[{}]]}
            return self.event(account, time, "config.amazonaws.com", "PutEvaluations", person, requestParameters=tricky)
        if kind == 2:
            numbers = {"ratio": 0.25, "big": 1e300, "negative": -1.5e-7, "target": "i-0bbbbbbbbbbbbbbb2"}
            return self.event(account, time, "monitoring.amazonaws.com", "PutMetricAlarm", person, requestParameters=numbers)
        service = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
        members = {"requestParameters": {"roleArn": f"arn:aws:iam::{account}:role/NodeRole", "roleSessionName": "i-0a"}}
        return self.event(account, time, "sts.amazonaws.com", "AssumeRole", service, **members)


def at(seconds: float) -> datetime:
    """A moment after the start of all events."""
    return START + timedelta(seconds=seconds)
