"""Who gets into the member account's roles, and what they may do there: allowed and denied, look-alikes included."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import guardrails
import member_account
import pytest
from organization import ORGANIZATION, Caller, Question, ask
from system.places import BROKER_ACCOUNT, FIRST_ACCOUNT, SECOND_ACCOUNT

PARAMETERS = {"OrganizationId": ORGANIZATION, **member_account.EVERYTHING}
TARGET, ENFORCER = (
    f"arn:aws:iam::{FIRST_ACCOUNT}:role/ssm-broker/{name}" for name in ("SSMBrokerTarget", "SSMBrokerEnforcer")
)
BROKER = Caller("role/ssm-broker/BrokerExecution", BROKER_ACCOUNT, "ssm-broker")
ENFORCER_EXECUTION = Caller("role/ssm-broker/EnforcerExecution", BROKER_ACCOUNT, "ssm-broker-enforcer")
NAMED = {"sts:RoleSessionName": "alice.0001020304050607", "sts:SourceIdentity": "alice"}
AS_ENFORCER = {"sts:RoleSessionName": "ssm-broker-enforcer", "sts:SourceIdentity": "ssm-broker-enforcer"}
Keys = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Entry:
    """An AssumeRole or what goes with it."""

    why: str
    caller: Caller
    is_allowed: bool
    keys: Keys = field(default_factory=lambda: NAMED)
    action: str = "sts:AssumeRole"
    role: str = TARGET


ENTRIES = [
    Entry("the broker in an engineer's name", BROKER, True),
    Entry("the broker in its own name, to look", BROKER, True, {**NAMED, "sts:RoleSessionName": "ssm-broker"}),
    Entry("the broker setting a source identity", BROKER, True, {"sts:SourceIdentity": "alice"}, "sts:SetSourceIdentity"),
    Entry("the broker without a source identity", BROKER, False, {"sts:RoleSessionName": "alice.0001"}),
    Entry("the broker without a session's name of its form", BROKER, False, {**NAMED, "sts:RoleSessionName": "alice"}),
    Entry("with a tag that chooses the Linux user", BROKER, False, {**NAMED, "aws:TagKeys": ["SSMSessionRunAs"]}),
    Entry("or in other letters, among others", BROKER, False, {**NAMED, "aws:TagKeys": ["a", "ssmsessionrunas"]}),
    Entry("setting such a tag", BROKER, False, {"aws:TagKeys": ["SSMSessionRunAs"]}, "sts:TagSession"),
    Entry("setting any tag", BROKER, False, {"aws:TagKeys": ["Team"]}, "sts:TagSession"),
    Entry("the broker's name in another account", Caller("role/ssm-broker/BrokerExecution", SECOND_ACCOUNT), False),
    Entry("and in the member account itself", Caller("role/ssm-broker/BrokerExecution", FIRST_ACCOUNT), False),
    Entry("its name without its path", Caller("role/BrokerExecution", BROKER_ACCOUNT), False),
    Entry("its name under another path", Caller("role/x/ssm-broker/BrokerExecution", BROKER_ACCOUNT), False),
    Entry("more behind its name", Caller("role/ssm-broker/BrokerExecution2", BROKER_ACCOUNT), False),
    Entry("a session that only has its name", Caller("role/Admin", BROKER_ACCOUNT, "BrokerExecution"), False),
    Entry("the broker's account's root user", Caller("root", BROKER_ACCOUNT), False),
    Entry("the broker of another organisation", Caller(BROKER.principal, BROKER_ACCOUNT, organization="o-zzzzzzzzzz"), False),
    Entry("an administrator of the member account", Caller("role/Admin"), False),
    Entry("the enforcer", ENFORCER_EXECUTION, False, AS_ENFORCER),
    Entry("the enforcer into its own role", ENFORCER_EXECUTION, True, AS_ENFORCER, role=ENFORCER),
    Entry("and its source identity", ENFORCER_EXECUTION, True, AS_ENFORCER, "sts:SetSourceIdentity", ENFORCER),
    Entry("under another name", ENFORCER_EXECUTION, False, {**AS_ENFORCER, "sts:RoleSessionName": "alice"}, role=ENFORCER),
    Entry("under another source identity", ENFORCER_EXECUTION, False, {**AS_ENFORCER, "sts:SourceIdentity": "alice"},
          role=ENFORCER),
    Entry("the broker into the enforcer's role", BROKER, False, AS_ENFORCER, role=ENFORCER),
    Entry("the enforcer's name without its path", Caller("role/EnforcerExecution", BROKER_ACCOUNT), False, AS_ENFORCER,
          role=ENFORCER),
    Entry("and tags there", ENFORCER_EXECUTION, False, {"aws:TagKeys": ["SSMSessionRunAs"]}, "sts:TagSession", ENFORCER),
]  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.why)
def test_the_trust_answers(entry: Entry) -> None:
    name = "TargetRole" if entry.role == TARGET else "EnforcerRole"
    trust = member_account.role(name, PARAMETERS)["AssumeRolePolicyDocument"]
    control = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
    answer = ask(entry.caller, Question(entry.action, entry.role, entry.keys), control, trust=json.dumps(trust))
    assert answer.is_allowed is entry.is_allowed


def arn(rest: str, account: str = FIRST_ACCOUNT, service: str = "ssm", region: str = "eu-west-1") -> str:
    return f"arn:aws:{service}:{region}:{account}:{rest}"


ENROLLED: Keys = {"ssm:resourceTag/SsmBroker": "enabled", "ssm:SessionDocumentAccessCheck": "true"}
CHECKED: Keys = {"ssm:SessionDocumentAccessCheck": "true"}
NODE = arn("instance/i-0aaaaaaaaaaaaaaa1", service="ec2")
HYBRID = arn("managed-instance/mi-0aaaaaaaaaaaaaaa7")
OWN: Keys = {"ssm:resourceTag/aws:ssmmessages:session-id": "AROA:alice.0001020304050607"}
OTHERS: Keys = {"ssm:resourceTag/aws:ssmmessages:session-id": "AROA:bob.0001020304050607"}
SESSION = arn("session/alice.0001020304050607-0a1b2c3d")
PREFERENCES, SHELL = arn("document/SSM-SessionManagerRunShell"), arn("document/SSMBroker-Shell-DatabaseAdmin")


@dataclass(frozen=True)
class Deed:
    """One action of a role's session."""

    why: str
    action: str
    resource: str
    is_allowed: bool
    keys: Keys = field(default_factory=dict)


TARGET_DEEDS = [
    Deed("a session on an enrolled node", "ssm:StartSession", NODE, True, ENROLLED),
    Deed("where AWS says nothing of the document check", "ssm:StartSession", NODE, True,
         {"ssm:resourceTag/SsmBroker": "enabled"}),
    Deed("on a hybrid node", "ssm:StartSession", arn("managed-instance/mi-0123456789abcdef0"), True, ENROLLED),
    Deed("on a node that is not enrolled", "ssm:StartSession", NODE, False, CHECKED),
    Deed("on one enrolled in other letters", "ssm:StartSession", NODE, False, {"ssm:resourceTag/SsmBroker": "Enabled"}),
    Deed("on another account's node", "ssm:StartSession", arn("instance/i-1", SECOND_ACCOUNT, "ec2"), False, ENROLLED),
    Deed("on a container", "ssm:StartSession", arn("task/c/t", service="ecs"), False, ENROLLED),
    Deed("without the document check", "ssm:StartSession", NODE, False,
         {**ENROLLED, "ssm:SessionDocumentAccessCheck": "false"}),
    Deed("through a broker's document", "ssm:StartSession", SHELL, True, CHECKED),
    Deed("through the preferences", "ssm:StartSession", PREFERENCES, False, CHECKED),
    Deed("through AWS's document", "ssm:StartSession", arn("document/AWS-StartSSHSession", ""), False, CHECKED),
    Deed("through a document whose name only holds the prefix", "ssm:StartSession", arn("document/x-SSMBroker-"), False,
         CHECKED),
    Deed("through another account's document", "ssm:StartSession", arn("document/SSMBroker-Shell-X", SECOND_ACCOUNT),
         False, CHECKED),
    Deed("resuming its own session", "ssm:ResumeSession", SESSION, True, OWN),
    Deed("ending its own session", "ssm:TerminateSession", SESSION, True, OWN),
    Deed("resuming another's", "ssm:ResumeSession", SESSION, False, OTHERS),
    Deed("ending another's", "ssm:TerminateSession", SESSION, False, OTHERS),
    Deed("ending one that AWS tells nothing of", "ssm:TerminateSession", SESSION, False),
    Deed("a data channel", "ssmmessages:OpenDataChannel", SESSION, True),
    Deed("an agent's control channel", "ssmmessages:CreateControlChannel", "*", False),
    Deed("a permission set's role", "iam:GetRole",
         f"arn:aws:iam::{FIRST_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_X_0", True),
    Deed("without a Region in its path", "iam:GetRole",
         f"arn:aws:iam::{FIRST_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_X_0", True),
    Deed("a look-alike's role", "iam:GetRole", f"arn:aws:iam::{FIRST_ACCOUNT}:role/AWSReservedSSO_X_0", False),
    Deed("its own role, for tags that would win", "iam:GetRole", TARGET, True),
    Deed("an admitted role", "iam:GetRole", member_account.ADMITTED, True),
    Deed("another of its name", "iam:GetRole", f"arn:aws:iam::{FIRST_ACCOUNT}:role/x/ci/Deploy", False),
    Deed("a data key of a named key", "kms:GenerateDataKey", member_account.KEY, True),
    Deed("of another key", "kms:GenerateDataKey", member_account.KEY[:-1] + "1", False),
    Deed("decrypting with it", "kms:Decrypt", member_account.KEY, False),
    Deed("reading its documents", "ssm:GetDocument", SHELL, True),
    Deed("reading the preferences", "ssm:GetDocument", PREFERENCES, False),
    Deed("writing its documents", "ssm:UpdateDocument", SHELL, False),
    Deed("looking for nodes", "ssm:DescribeInstanceInformation", "*", True),
    Deed("what they are called in EC2", "ec2:DescribeInstances", "*", True),
    Deed("and outside of it", "ssm:ListTagsForResource", HYBRID, True),
    Deed("tags of anything else", "ssm:ListTagsForResource", SHELL, False),
    Deed("running commands", "ssm:SendCommand", NODE, False, ENROLLED),
    Deed("retagging a node", "ec2:CreateTags", NODE, False),
    Deed("going on from here", "sts:AssumeRole", ENFORCER, False),
]  # fmt: skip
SESSION_TYPE: Keys = {"ssm:DocumentType": "Session"}
ENFORCER_DEEDS = [
    *(Deed(f"{action} on a broker's document", f"ssm:{action}", SHELL, True, SESSION_TYPE)
      for action in ("CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion", "DeleteDocument",
                     "ModifyDocumentPermission", "GetDocument", "DescribeDocument", "ListDocumentVersions",
                     "DescribeDocumentPermission")),
    Deed("writing the preferences", "ssm:UpdateDocument", PREFERENCES, True, SESSION_TYPE),
    Deed("where AWS does not say the type", "ssm:UpdateDocument", PREFERENCES, True),
    Deed("writing another document", "ssm:UpdateDocument", arn("document/Patch"), False, SESSION_TYPE),
    Deed("writing in another account", "ssm:UpdateDocument", arn("document/SSMBroker-Shell-X", SECOND_ACCOUNT), False),
    Deed("writing in another Region", "ssm:UpdateDocument", arn("document/SSMBroker-Shell-X", region="eu-central-1"), True),
    Deed("finding documents", "ssm:ListDocuments", "*", True),
    Deed("starting a session", "ssm:StartSession", NODE, False, ENROLLED),
    Deed("running commands", "ssm:SendCommand", NODE, False),
    Deed("changing its own role", "iam:PutRolePolicy", ENFORCER, False),
]  # fmt: skip


def judge(name: str, caller: Caller, deed: Deed) -> bool:
    """The role's own rights under the service control policies, as they meet in an account."""
    rights = member_account.rights(name, PARAMETERS)
    control = [guardrails.rendered(one) for one in guardrails.EVERYWHERE]
    return ask(caller, Question(deed.action, deed.resource, deed.keys), control, [json.dumps(rights)]).is_allowed


@pytest.mark.parametrize("deed", TARGET_DEEDS, ids=lambda deed: deed.why)
def test_the_target_role_answers(deed: Deed) -> None:
    caller = Caller("role/ssm-broker/SSMBrokerTarget", session="alice.0001020304050607")
    assert judge("TargetRole", caller, deed) is deed.is_allowed


@pytest.mark.parametrize("deed", ENFORCER_DEEDS, ids=lambda deed: deed.why)
def test_the_enforcer_role_answers(deed: Deed) -> None:
    caller = Caller("role/ssm-broker/SSMBrokerEnforcer", session="ssm-broker-enforcer")
    assert judge("EnforcerRole", caller, deed) is deed.is_allowed
