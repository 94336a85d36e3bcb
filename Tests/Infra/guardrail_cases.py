"""The table of the guardrails' simulation: callers with every right, and what the policies leave them."""

from __future__ import annotations

from dataclasses import dataclass, field

import guardrails
from organization import Caller, Question

ACCOUNT = "111122223333"
RUN_SHELL, SHELL, OTHER, COMMANDS, AWS_OWNED = (
    f"arn:aws:ssm:eu-west-1:{owner}:document/{name}"
    for owner, name in (
        (ACCOUNT, "SSM-SessionManagerRunShell"), (ACCOUNT, "SSMBroker-Shell-DatabaseAdmin"), (ACCOUNT, "EvesShell"),
        (ACCOUNT, "PatchBaseline"), ("", "AWS-StartSSHSession"),
    )
)  # fmt: skip
NODE, HYBRID, SESSION = (
    f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0aaaaaaaaaaaaaaa1",
    f"arn:aws:ssm:eu-west-1:{ACCOUNT}:managed-instance/mi-0123456789abcdef0",
    f"arn:aws:ssm:eu-west-1:{ACCOUNT}:session/alice.0001020304050607-0a1b2c3d",
)
RULE, LISTENER = (f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/ssm-broker{rest}" for rest in ("-documents", "/ssm-broker-drift"))
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:AWSAccelerator-SecurityRe-CustomSessionManagerLoggi"

ADMIN = Caller("role/Admin")
RESERVED = "role/aws-reserved/sso.amazonaws.com"
ADMIN_SET = Caller(f"{RESERVED}/eu-west-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef")
BREAK_GLASS = Caller(f"{RESERVED}/eu-west-1/AWSReservedSSO_BreakGlass_0123456789abcdef")
BREAK_GLASS_US_EAST_1 = Caller(f"{RESERVED}/AWSReservedSSO_BreakGlass_fedcba9876543210")
ENFORCER = Caller("role/ssm-broker/SSMBrokerEnforcer", session="ssm-broker-enforcer")
TARGET = Caller("role/ssm-broker/SSMBrokerTarget", session="alice.0001020304050607")
STACK_SETS = Caller("role/stacksets-exec-0123456789abcdef0123456789abcdef")
SELF_MANAGED = Caller("role/AWSCloudFormationStackSetExecutionRole")
LZA_WRITER = Caller("role/AWSAccelerator-SecurityRe-CustomSessionManagerLoggi-1A2B3C4D5E6F")
LZA_DEPLOYER = Caller("role/cdk-accel-cfn-exec-role-111122223333-eu-west-1")
CONTROL_TOWER = Caller("role/AWSControlTowerExecution")


@dataclass(frozen=True)
class Case:
    """One question; `denied_by` is the Sid that must deny it, ``None`` when it must be allowed."""

    why: str
    caller: Caller
    question: Question
    denied_by: str | None = None
    attached: tuple[str, ...] = field(default=guardrails.EVERYWHERE)


def on_document(action: str, document: str, kind: str | None = None) -> Question:
    return Question(f"ssm:{action}", document, {"ssm:DocumentType": kind} if kind else {})


def role(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def tags(action: str, resource: str, *keys: str, creating: str | None = None) -> Question:
    return Question(action, resource, {"aws:TagKeys": list(keys), **({"ec2:CreateAction": creating} if creating else {})})


_NAME, _TYPE, _ROLES, _CODE = "SessionDocumentsByName", "SessionDocumentsByType", "ExemptRoles", "ExemptCode"
_ONLY, _DOCUMENTS, _WAYS, _ALIKE = "BrokerOnlySessions", "BrokerDocumentsOnly", "OtherWaysIn", "LookAlikeRoles"
_TAGS, _TAGS_ELSEWHERE = "NodeTags", "NodeTagsByOtherCalls"

DOCUMENT_CASES = [
    *(Case(f"an administrator may not {action} the account's preferences", ADMIN, on_document(action, RUN_SHELL), _NAME)
      for action in ("CreateDocument", "UpdateDocument", "UpdateDocumentDefaultVersion", "UpdateDocumentMetadata",
                     "DeleteDocument", "ModifyDocumentPermission", "PutResourcePolicy", "DeleteResourcePolicy")),
    Case("nor a broker's document", ADMIN, on_document("UpdateDocument", SHELL), _NAME),
    Case("nor as a permission set", ADMIN_SET, on_document("UpdateDocument", SHELL), _NAME),
    Case("nor as an IAM user", Caller("user/eve"), on_document("UpdateDocument", SHELL), _NAME),
    Case("nor as the account's root user", Caller("root"), on_document("UpdateDocument", RUN_SHELL), _NAME),
    Case("nor in break-glass", BREAK_GLASS, on_document("UpdateDocument", SHELL), _NAME),
    Case("nor as the broker", TARGET, on_document("UpdateDocument", SHELL), _NAME),
    Case("anybody may read them", ADMIN, on_document("GetDocument", SHELL)),
    Case("a session document of another name is one too", ADMIN, on_document("CreateDocument", OTHER, "Session"), _TYPE),
    Case("and may not be changed", ADMIN, on_document("UpdateDocument", OTHER, "Session"), _TYPE),
    Case("or promoted", ADMIN, on_document("UpdateDocumentDefaultVersion", OTHER, "Session"), _TYPE),
    Case("or shared", ADMIN, on_document("ModifyDocumentPermission", OTHER, "Session"), _TYPE),
    Case("a command document is nobody's business", ADMIN, on_document("CreateDocument", COMMANDS, "Command")),
    Case("nor is one whose type AWS does not say", ADMIN, on_document("UpdateDocument", COMMANDS)),
    Case("the enforcer writes", ENFORCER, on_document("UpdateDocument", SHELL, "Session")),
    Case("the enforcer creates", ENFORCER, on_document("CreateDocument", RUN_SHELL, "Session")),
    Case("the enforcer promotes", ENFORCER, on_document("UpdateDocumentDefaultVersion", RUN_SHELL, "Session")),
    Case("LZA writes the preferences", LZA_WRITER, on_document("UpdateDocument", RUN_SHELL, "Session")),
    Case("LZA's other roles do not", LZA_DEPLOYER, on_document("UpdateDocument", RUN_SHELL, "Session"), _NAME),
    Case("StackSets write", STACK_SETS, on_document("UpdateDocument", RUN_SHELL, "Session")),
    Case("self-managed StackSets write", SELF_MANAGED, on_document("UpdateDocument", RUN_SHELL, "Session")),
    Case("the enforcer's name without its path is another role", Caller("role/SSMBrokerEnforcer"),
         on_document("UpdateDocument", SHELL, "Session"), _NAME),
    Case("and so it is under another path", Caller("role/x/ssm-broker/SSMBrokerEnforcer"),
         on_document("UpdateDocument", SHELL, "Session"), _NAME),
    Case("and with more behind it", Caller("role/ssm-broker/SSMBrokerEnforcer2"),
         on_document("UpdateDocument", SHELL, "Session"), _NAME),
    Case("and as a user of that path", Caller("user/ssm-broker/SSMBrokerEnforcer"),
         on_document("UpdateDocument", SHELL, "Session"), _NAME),
    Case("an exempt role's session name gives nothing", Caller("role/Admin", session="SSMBrokerEnforcer"),
         on_document("UpdateDocument", SHELL, "Session"), _NAME),
]  # fmt: skip

ROLE_CASES = [
    *(Case(f"an administrator may not {action} the enforcer's role", ADMIN,
           Question(f"iam:{action}", role("ssm-broker/SSMBrokerEnforcer")), _ROLES)
      for action in ("CreateRole", "UpdateAssumeRolePolicy", "AttachRolePolicy", "PutRolePolicy", "PassRole", "TagRole",
                     "DeleteRole", "DeleteRolePolicy", "UpdateRole", "PutRolePermissionsBoundary")),
    *(Case(f"nor make {name}", ADMIN, Question("iam:CreateRole", role(name)), _ROLES)
      for name in ("ssm-broker/SSMBrokerTarget", "ssm-broker/node-tagging/Mine", "stacksets-exec-mine",
                   "stacksets-exec-x/Mine", "AWSCloudFormationStackSetExecutionRole", "AWSAcceleratorMine",
                   "AWSAccelerator-Sec-CustomSessionManagerMine", "cdk-accel-mine", "AWSControlTowerExecution")),
    Case("nor hand an exempt role to a service", ADMIN, Question("iam:PassRole", role(LZA_WRITER.principal[5:])), _ROLES),
    Case("nor tag the target with a Linux user", ADMIN_SET,
         Question("iam:TagRole", role("ssm-broker/SSMBrokerTarget"), {"aws:TagKeys": ["SSMSessionRunAs"]}), _ROLES),
    Case("nor in break-glass", BREAK_GLASS, Question("iam:PutRolePolicy", role("ssm-broker/SSMBrokerTarget")), _ROLES),
    Case("the enforcer does not change its own role", ENFORCER,
         Question("iam:PutRolePolicy", role("ssm-broker/SSMBrokerEnforcer")), _ROLES),
    Case("roles of its own an administrator makes as ever", ADMIN, Question("iam:CreateRole", role("app/Web"))),
    Case("and everybody may look at them", ADMIN, Question("iam:GetRole", role("ssm-broker/SSMBrokerTarget"))),
    *(Case(f"{deployer.principal[5:25]} deploys them", deployer,
           Question("iam:CreateRole", role("ssm-broker/SSMBrokerTarget")))
      for deployer in (STACK_SETS, SELF_MANAGED, LZA_DEPLOYER, CONTROL_TOWER)),
    Case("code that runs as LZA is LZA's", ADMIN, Question("lambda:UpdateFunctionCode", FUNCTION), _CODE),
    Case("and so is its configuration", ADMIN, Question("lambda:UpdateFunctionConfiguration", FUNCTION), _CODE),
    Case("LZA changes it", LZA_DEPLOYER, Question("lambda:UpdateFunctionCode", FUNCTION)),
    Case("nobody silences what tells of changed documents", ADMIN, Question("events:DisableRule", RULE), "DocumentEvents"),
    Case("nor what listens", ADMIN, Question("events:RemoveTargets", LISTENER), "DocumentEvents"),
    Case("StackSets set it up", STACK_SETS, Question("events:PutRule", RULE)),
    Case("other rules are free", ADMIN, Question("events:DisableRule", RULE.replace("ssm-broker-documents", "nightly"))),
    Case("others' functions are theirs", ADMIN,
         Question("lambda:UpdateFunctionCode", FUNCTION.replace("AWSAccelerator", "Orders"))),
]  # fmt: skip

SESSION_CASES = [
    *(Case(f"no session starts as {caller.principal[-40:]}", caller, Question("ssm:StartSession", NODE), _ONLY)
      for caller in (ADMIN, ADMIN_SET, Caller("user/eve"), Caller("root"), ENFORCER, CONTROL_TOWER,
                     Caller("role/SSMBrokerTarget"), Caller("role/x/ssm-broker/SSMBrokerTarget"),
                     Caller("role/ssm-broker/SSMBrokerTargets"))),
    Case("nor on a hybrid node", ADMIN, Question("ssm:StartSession", HYBRID), _ONLY),
    Case("nor through any document", ADMIN, Question("ssm:StartSession", AWS_OWNED), _ONLY),
    Case("nor is one resumed", ADMIN, Question("ssm:ResumeSession", SESSION), _ONLY),
    Case("anybody with the right may end one", ADMIN, Question("ssm:TerminateSession", SESSION)),
    Case("agents keep their channels", Caller("role/NodeRole"), Question("ssmmessages:CreateDataChannel", "*")),
    *(Case(f"{action} stays open: it is no session", ADMIN, Question(action, NODE))
      for action in ("ssm:SendCommand", "ssm:CreateAssociation", "ssm:StartAutomationExecution", "ec2:RunInstances")),
    Case("and so do containers' sessions", ADMIN, Question("ecs:ExecuteCommand", "arn:aws:ecs:eu-west-1:111122223333:task/c/t")),
    Case("patching by a service-linked role goes on",
         Caller("role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"), Question("ssm:SendCommand", NODE)),
    Case("the broker starts one on a node", TARGET, Question("ssm:StartSession", NODE)),
    Case("and on a hybrid node", TARGET, Question("ssm:StartSession", HYBRID)),
    Case("with a document of its own", TARGET, Question("ssm:StartSession", SHELL)),
    Case("and resumes it", TARGET, Question("ssm:ResumeSession", SESSION)),
    Case("not with AWS's documents", TARGET, Question("ssm:StartSession", AWS_OWNED), _DOCUMENTS),
    Case("not with the account's preferences", TARGET, Question("ssm:StartSession", RUN_SHELL), _DOCUMENTS),
    Case("not with a document of another name", TARGET, Question("ssm:StartSession", OTHER), _DOCUMENTS),
    Case("break-glass starts one", BREAK_GLASS, Question("ssm:StartSession", NODE)),
    Case("also where Identity Center is in us-east-1", BREAK_GLASS_US_EAST_1, Question("ssm:StartSession", AWS_OWNED)),
    Case("a hand-made break-glass role does not", Caller("role/AWSReservedSSO_BreakGlass_0123456789abcdef"),
         Question("ssm:StartSession", NODE), _ONLY),
    Case("nor one at a path that looks reserved", Caller(f"role/x/{RESERVED[5:]}/AWSReservedSSO_BreakGlass_0123456789abcdef"),
         Question("ssm:StartSession", NODE), _ONLY),
    Case("nor a permission set whose name begins alike",
         Caller(f"{RESERVED}/eu-west-1/AWSReservedSSO_BreakGlass_Junior_0123456789abcdef"),
         Question("ssm:StartSession", NODE), _ONLY),
    Case("nor one whose name ends alike", Caller(f"{RESERVED}/eu-west-1/AWSReservedSSO_NoBreakGlass_0123456789abcdef"),
         Question("ssm:StartSession", NODE), _ONLY),
    *(Case(f"{action} is no way round", ADMIN, Question(action, "*"), _WAYS)
      for action in ("ssm:StartAccessRequest", "ssm:GetAccessToken", "ssm-guiconnect:StartConnection")),
    *(Case(f"{action} is no way round", ADMIN, Question(f"ec2-instance-connect:{action}", NODE), _WAYS)
      for action in ("OpenTunnel", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey")),
    Case("the broker has no other way either", TARGET, Question("ec2-instance-connect:SendSSHPublicKey", NODE), _WAYS),
    Case("break-glass has", BREAK_GLASS, Question("ec2-instance-connect:SendSerialConsoleSSHPublicKey", NODE)),
    *(Case(f"nobody makes {name}", ADMIN, Question("iam:CreateRole", role(name)), _ALIKE)
      for name in ("AWSReservedSSO_DatabaseAdmin_0123456789abcdef", "x/AWSReservedSSO_DatabaseAdmin_0123456789abcdef",
                   "x/y/AWSReservedSSO_Any_0", "aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass_0123456789abcdef",
                   "aws-reserved/other")),
    Case("not even LZA", LZA_DEPLOYER, Question("iam:CreateRole", role("AWSReservedSSO_X_0123456789abcdef")), _ALIKE),
    Case("one made before the guardrail is not assumed", ADMIN,
         Question("sts:AssumeRole", role("AWSReservedSSO_DatabaseAdmin_00000000deadbeef")), _ALIKE),
    Case("nor handed to a service", ADMIN,
         Question("iam:PassRole", role("AWSReservedSSO_DatabaseAdmin_00000000deadbeef")), _ALIKE),
    Case("it may be deleted", ADMIN, Question("iam:DeleteRole", role("AWSReservedSSO_DatabaseAdmin_00000000deadbeef"))),
    Case("a name that only holds the words is free", ADMIN, Question("iam:CreateRole", role("NotAWSReservedSSO_X"))),
    Case("Identity Center's own role makes the real ones",
         Caller("role/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO"),
         Question("iam:CreateRole", role("aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_X_0123456789abcdef"))),
]  # fmt: skip

TAG_CASES = [
    Case("nobody retags a node with a key of the map", ADMIN, tags("ec2:CreateTags", NODE, "Role"), _TAGS),
    Case("nor enrols one", ADMIN_SET, tags("ec2:CreateTags", NODE, "SsmBroker"), _TAGS),
    Case("nor among other keys", ADMIN, tags("ec2:CreateTags", NODE, "Name", "Role"), _TAGS),
    Case("nor in other letters", ADMIN, tags("ec2:CreateTags", NODE, "ROLE"), _TAGS),
    Case("nor by taking a tag away", ADMIN, tags("ec2:DeleteTags", NODE, "SsmBroker"), _TAGS_ELSEWHERE),
    Case("nor on a hybrid node", ADMIN, tags("ssm:AddTagsToResource", HYBRID, "Role"), _TAGS_ELSEWHERE),
    Case("nor takes one away there", ADMIN, tags("ssm:RemoveTagsFromResource", HYBRID, "Role"), _TAGS_ELSEWHERE),
    Case("nor as the broker", TARGET, tags("ec2:CreateTags", NODE, "Role"), _TAGS),
    Case("other tags are free", ADMIN, tags("ec2:CreateTags", NODE, "Name", "CostCentre")),
    Case("and so are other resources", ADMIN, tags("ec2:CreateTags", NODE.replace("instance/i-", "volume/vol-"), "Role")),
    Case("a new node may be launched with its tags", ADMIN, tags("ec2:CreateTags", NODE, "Role", creating="RunInstances")),
    Case("a role of the tagging path retags", Caller("role/ssm-broker/node-tagging/Pipeline"),
         tags("ec2:CreateTags", NODE, "Role")),
    Case("a look-alike of that path does not", Caller("role/node-tagging/Pipeline"),
         tags("ec2:CreateTags", NODE, "Role"), _TAGS),
    Case("auto scaling, a service-linked role, tags what it launches",
         Caller("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
         tags("ec2:CreateTags", NODE, "Role")),
    Case("LZA tags", LZA_DEPLOYER, tags("ssm:AddTagsToResource", HYBRID, "Role")),
]  # fmt: skip

CASES = [*DOCUMENT_CASES, *ROLE_CASES, *SESSION_CASES, *TAG_CASES]
