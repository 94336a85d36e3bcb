"""The table of the broker's own account: who may call its functions, and change them, their API and their archives."""

from __future__ import annotations

from audit_log_cases import ATTACHED, BROKER, BROKER_ACCOUNT, BROKER_ADMIN, BROKER_DEPLOYER, in_broker_account
from guardrail_cases import Case, role
from organization import Caller, Question

FUNCTION = f"arn:aws:lambda:eu-west-1:{BROKER_ACCOUNT}:function:ssm-broker"
ENFORCER = f"{FUNCTION}-enforcer"
REQUESTS = f"{FUNCTION}-account-requests:custom-resource"
API = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5"
BUCKET = f"arn:aws:s3:::ssm-broker-code-{BROKER_ACCOUNT}-eu-west-1"
ENFORCER_EXECUTION = Caller("role/ssm-broker/EnforcerExecution", BROKER_ACCOUNT)
RELEASE = Caller("role/ssm-broker/release/Pipeline", BROKER_ACCOUNT)
INVOKE = "lambda:InvokeFunction"


def by_url(why: str, value: str, denied_by: str | None = None) -> Case:
    """An administrator's call of the broker that says whether it came by the function URL."""
    question = Question(INVOKE, f"{FUNCTION}:live", {"lambda:InvokedViaFunctionUrl": value})
    return Case(why, BROKER_ADMIN, question, denied_by, ATTACHED)


CASES = [
    *(in_broker_account(f"{why} hands {resource.rsplit(':', 2)[-1]} of the broker no request of their own making", caller, INVOKE,
                        resource, "BrokerByItsDoors")
      for resource in (FUNCTION, f"{FUNCTION}:live", f"{FUNCTION}:7")
      for why, caller in (("an administrator", BROKER_ADMIN), ("a deployment", BROKER_DEPLOYER), ("the broker itself", BROKER),
                          ("the enforcer", ENFORCER_EXECUTION))),
    by_url("a call by the function URL has an identity that Lambda wrote", "true"),
    by_url("a call that says it did not come by the URL", "false", "BrokerByItsDoors"),
    in_broker_account("an administrator may not invoke as in old days either", BROKER_ADMIN, "lambda:InvokeAsync", FUNCTION,
                      "BrokerCode"),
    *(in_broker_account(f"nor call the enforcer as {name}", BROKER_ADMIN, INVOKE, name, "EnforcerByItsDoors")
      for name in (ENFORCER, f"{ENFORCER}:live", REQUESTS)),
    in_broker_account("nor a look-alike of the broker's role", Caller("role/BrokerExecution", BROKER_ACCOUNT), INVOKE,
                      f"{ENFORCER}:live", "EnforcerByItsDoors"),
    in_broker_account("the broker asks the enforcer", BROKER, INVOKE, f"{ENFORCER}:live"),
    in_broker_account("the account's own stack asks too", BROKER_DEPLOYER, INVOKE, REQUESTS),
    in_broker_account("other functions are their owners'", BROKER_ADMIN, INVOKE, FUNCTION.replace("ssm-broker", "other")),
    *(in_broker_account(f"an administrator may not {action} {path}", BROKER_ADMIN, f"apigateway:{action}", f"{API}{path}",
                        "FrontDoor")
      for action, path in (("PATCH", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/deployments"), ("PATCH", "/stages/prod"),
                           ("PUT", "/resources/x/methods/POST/integration"))),
    in_broker_account("nor make another API", BROKER_ADMIN, "apigateway:POST", "arn:aws:apigateway:eu-west-1::/restapis",
                      "FrontDoor"),
    in_broker_account("nor move the broker's name to one", BROKER_ADMIN, "apigateway:PATCH",
                      "arn:aws:apigateway:eu-west-1::/domainnames/broker.example.com/basepathmappings/x", "FrontDoor"),
    in_broker_account("deployments change the API", BROKER_DEPLOYER, "apigateway:PUT", API),
    in_broker_account("administrators may look at it", BROKER_ADMIN, "apigateway:GET", API),
    *(in_broker_account(f"an administrator may not {action} the broker", BROKER_ADMIN, f"lambda:{action}", FUNCTION, "BrokerCode")
      for action in ("UpdateFunctionCode", "UpdateFunctionConfiguration", "UpdateAlias", "DeleteAlias", "AddPermission",
                     "CreateFunctionUrlConfig")),
    in_broker_account("nor the enforcer", BROKER_ADMIN, "lambda:UpdateFunctionCode", ENFORCER, "BrokerCode"),
    in_broker_account("deployments do", BROKER_DEPLOYER, "lambda:UpdateFunctionCode", FUNCTION),
    *(in_broker_account(f"an administrator may not {action} an archive", BROKER_ADMIN, f"s3:{action}", f"{BUCKET}/1.0.0/b.zip",
                        "CodeArchives")
      for action in ("PutObject", "DeleteObject", "DeleteObjectVersion")),
    *(in_broker_account(f"nor {action}", BROKER_ADMIN, f"s3:{action}", BUCKET, "CodeArchives")
      for action in ("PutBucketPolicy", "DeleteBucketPolicy")),
    in_broker_account("a role at another path is no release pipeline", Caller("role/release/Pipeline", BROKER_ACCOUNT),
                      "s3:PutObject", f"{BUCKET}/1.0.0/b.zip", "CodeArchives"),
    in_broker_account("the release pipeline puts archives", RELEASE, "s3:PutObject", f"{BUCKET}/1.0.0/b.zip"),
    in_broker_account("and changes no code", RELEASE, "lambda:UpdateFunctionCode", FUNCTION, "BrokerCode"),
    in_broker_account("deployments keep the bucket", BROKER_DEPLOYER, "s3:PutBucketPolicy", BUCKET),
    in_broker_account("anybody reads archives", BROKER_ADMIN, "s3:GetObject", f"{BUCKET}/1.0.0/b.zip"),
    *(in_broker_account(f"nobody borrows {name}", BROKER_ADMIN, "iam:PassRole", role(f"ssm-broker/{name}", BROKER_ACCOUNT),
                        "ExemptRoles")
      for name in ("BrokerExecution", "release/Pipeline")),
]  # fmt: skip
