"""Identity Center and Entra: the one tag, from one attribute, by the name each side knows."""

from __future__ import annotations

import json
from typing import Any

import landing_zone
import pytest
from conftest import ROOT
from organization import Caller, Question, ask
from templates import Stack, load

INSTANCE = {"InstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}
ENTRA = ROOT / "infra" / "entra"


def attributes(parameters: dict[str, str] | None = None) -> list[dict[str, Any]]:
    stack = Stack(load("infra/identity-center/attributes.yaml"), {**INSTANCE, **(parameters or {})})
    found: list[dict[str, Any]] = stack.properties("Attributes")["AccessControlAttributes"]
    return found


def test_the_session_tag_comes_from_the_attribute_that_entra_fills() -> None:
    ((mapping),) = json.loads((ENTRA / "scim-mapping.json").read_text())["attributeMappings"]
    assert attributes() == [{"Key": "SSMSessionRunAs", "Value": {"Source": [f"${{path:{mapping['targetAttributeName']}}}"]}}]
    terraform = (ROOT / "infra" / "identity-center" / "terraform" / "variables.tf").read_text()
    assert f'SSMSessionRunAs = "$${{path:{mapping["targetAttributeName"]}}}"' in terraform


def test_the_sources_on_offer_are_single_valued_ones_of_identity_center() -> None:
    # Source: IAM Identity Center User Guide, "Supported attributes for use with attributes for access control".
    supported = {
        "userName", "nickName", "title", "userType", "locale", "timezone", "displayName", "name.familyName",
        "name.givenName", "enterprise.employeeNumber", "enterprise.costCenter", "enterprise.organization",
        "enterprise.division", "enterprise.department", "enterprise.manager.value",
    }  # fmt: skip
    offered = load("infra/identity-center/attributes.yaml")["Parameters"]["LinuxUserSource"]["AllowedValues"]
    assert {one.removeprefix("${path:").removesuffix("}") for one in offered} <= supported


def test_the_claim_is_the_tag_and_comes_from_the_user_not_from_groups() -> None:
    policy = json.loads((ENTRA / "saml-claim.json").read_text())
    (definition,) = policy["definition"]
    (claim,) = json.loads(definition)["ClaimsMappingPolicy"]["ClaimsSchema"]
    assert claim["SamlClaimType"] == "https://aws.amazon.com/SAML/Attributes/AccessControl:" + attributes()[0]["Key"]
    assert claim["Source"] == "user"
    ((mapping),) = json.loads((ENTRA / "scim-mapping.json").read_text())["attributeMappings"]
    assert claim["ID"] == mapping["source"]["name"].lower()


API = "arn:aws:execute-api:eu-west-1:999900001111:a1b2c3d4e5/prod/POST/v1/sessions"
NODE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaaaaaaaaaaaaa1"
SHELL, PORT, COMMAND, SSH, PREFERENCES = (
    f"arn:aws:ssm:eu-west-1:111122223333:document/{name}"
    for name in (*(f"SSMBroker-{kind}-DatabaseAdmin" for kind in ("Shell", "Port", "Command", "SSH")), "SSM-SessionManagerRunShell")
)
FUNCTION = "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker:live"
RELEASE = "arn:aws:iam::999900001111:role/ssm-broker/release/SSMBrokerRelease"
SESSION = "arn:aws:ssm:eu-west-1:111122223333:session/alice-0a1b2c3d4e5f60718"
ENROLLED = {"ssm:resourceTag/SsmBroker": "enabled"}


@pytest.mark.parametrize(
    ("permission_set", "action", "resource", "keys", "is_allowed"),
    [
        ("call-broker", "execute-api:Invoke", API, {}, True),
        ("call-broker", "execute-api:Invoke", API.replace("a1b2c3d4e5", "zzzzzzzzzz"), {}, False),
        ("call-broker", "execute-api:Invoke", API.replace("prod", "test"), {}, False),
        ("call-broker", "execute-api:Invoke", API.replace("999900001111", "111122223333"), {}, False),
        ("call-broker", "execute-api:ManageConnections", API, {}, False),
        ("call-broker", "ssm:StartSession", NODE, ENROLLED, False),
        ("call-broker", "ssm:TerminateSession", SESSION, {}, False),
        ("call-broker", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker", {}, False),
        ("call-broker-by-url", "lambda:InvokeFunctionUrl", FUNCTION, {"lambda:FunctionUrlAuthType": "AWS_IAM"}, True),
        ("call-broker-by-url", "lambda:InvokeFunctionUrl", FUNCTION, {"lambda:FunctionUrlAuthType": "NONE"}, False),
        ("call-broker-by-url", "lambda:InvokeFunction", FUNCTION, {"lambda:InvokedViaFunctionUrl": "true"}, True),
        ("call-broker-by-url", "lambda:InvokeFunction", FUNCTION, {"lambda:InvokedViaFunctionUrl": "false"}, False),
        ("call-broker-by-url", "lambda:InvokeFunction", FUNCTION, {}, False),
        ("call-broker-by-url", "execute-api:Invoke", API, {}, False),
        ("release", "sts:AssumeRole", RELEASE, {}, True),
        ("release", "sts:AssumeRole", RELEASE.replace("/release/SSMBrokerRelease", "/BrokerExecution"), {}, False),
        ("release", "s3:PutObject", "arn:aws:s3:::ssm-broker-code-999900001111-eu-west-1/1.0.0/x.zip", {}, False),
        ("break-glass", "ssm:StartSession", NODE, ENROLLED, True),
        ("break-glass", "ssm:StartSession", NODE, {}, False),
        ("break-glass", "ssm:StartSession", SHELL, {}, True),
        ("break-glass", "ssm:StartSession", SHELL, {"ssm:SessionDocumentAccessCheck": "false"}, False),
        *(("break-glass", "ssm:StartSession", document, {}, False) for document in (PORT, COMMAND, SSH)),
        ("break-glass", "ssm:StartSession", PREFERENCES, {}, False),
        ("break-glass", "ssm:ResumeSession", SESSION, {"ssm:resourceTag/aws:ssmmessages:session-id": "AROA:alice"}, True),
        ("break-glass", "ssm:ResumeSession", SESSION, {"ssm:resourceTag/aws:ssmmessages:session-id": "AROA:bob"}, False),
        ("break-glass", "ssm:UpdateDocument", SHELL, {}, False),
        ("break-glass", "execute-api:Invoke", API, {}, False),
    ],
)
def test_a_permission_set_answers(
    permission_set: str, action: str, resource: str, keys: dict[str, str], is_allowed: bool
) -> None:
    role = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Any_0123456789abcdef"
    text = json.dumps(landing_zone.policy(f"ssm-broker/permission-sets/{permission_set}.json"))
    answer = ask(Caller(role, session="alice"), Question(action, resource, keys), identity=[text])
    assert answer.is_allowed is is_allowed
