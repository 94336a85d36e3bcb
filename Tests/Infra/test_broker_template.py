"""The broker's template: the API of its description, the tables of theirs, and names that the executables know."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import broker_stack
import pytest
import yaml
from conftest import ROOT
from guardrails import listed

BROKER = ROOT / "infra" / "broker"
API: dict[str, Any] = yaml.safe_load((BROKER / "openapi.yaml").read_text())
STACK = broker_stack.stack()
SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "Sources").rglob("*.swift")))


def test_the_body_is_the_descriptions() -> None:
    check = subprocess.run([sys.executable, BROKER / "embed", "--check"], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stderr) == (0, "")


def test_every_route_asks_for_a_signature_and_reaches_the_broker() -> None:
    body = STACK.properties("Api")["Body"]
    routes = {(path, method) for path, methods in body["paths"].items() for method in methods}
    assert routes == {(path, method) for path, methods in API["paths"].items() for method in methods if method != "parameters"}
    assert len(routes) >= 9
    for path, method in routes:
        operation = body["paths"][path][method]
        assert operation["x-amazon-apigateway-auth"] == {"type": "AWS_IAM"}
        assert operation["security"] == [{"sigv4": []}]
        integration = operation["x-amazon-apigateway-integration"]
        assert (integration["type"], integration["httpMethod"], integration["timeoutInMillis"]) == ("aws_proxy", "POST", 29000)
        assert integration["uri"] == (
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:eu-west-1:999900001111:function:ssm-broker:live/invocations"
        )
        in_path = {one["name"] for one in operation.get("parameters", [])}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))


def test_the_front_doors_own_answers_are_problems() -> None:
    answers = STACK.properties("Api")["Body"]["x-amazon-apigateway-gateway-responses"]
    assert answers == API["x-amazon-apigateway-gateway-responses"]


def test_the_stage_serves_the_deployment_of_this_body() -> None:
    ((name, _),) = STACK.of_type("AWS::ApiGateway::Deployment").items()
    assert STACK.properties("Stage")["DeploymentId"] == f"<{name}>"
    (settings,) = STACK.properties("Stage")["MethodSettings"]
    # Bodies carry session tokens.
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")
    assert settings["ThrottlingRateLimit"] == "20"


def test_access_logs_are_json_and_hold_no_body() -> None:
    written = json.loads(STACK.properties("Stage")["AccessLogSetting"]["Format"])
    assert {"requestId", "caller", "userArn", "sourceIp", "status"} <= set(written)
    assert not any("body" in value.lower() or "token" in value.lower() for value in written.values())


def test_the_tables_are_those_that_the_broker_expects() -> None:
    wanted = json.loads((BROKER / "dynamodb-tables.json").read_text().replace("${name}", "ssm-broker"))
    tables = {one["TableName"]: one for one in STACK.of_type("AWS::DynamoDB::Table").values()}
    assert set(tables) == {one["TableName"] for one in wanted}
    for table in wanted:
        mine = tables[table["TableName"]]
        assert {name: mine[name] for name in table} == table
        assert mine["SSESpecification"]["SSEType"] == "KMS" and mine["DeletionProtectionEnabled"] is True
        assert mine["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"] == 35


def test_what_holds_records_outlives_the_stack() -> None:
    for name, one in STACK.template["Resources"].items():
        if one["Type"] in ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Logs::LogGroup"):
            # What a failed creation leaves would be in the next one's way; protected tables stay in any case.
            kept = "Retain" if one["Type"] == "AWS::DynamoDB::Table" else "RetainExceptOnCreate"
            assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == (kept, "Retain"), name


@pytest.mark.parametrize("function", ["Broker", "Enforcer", "AccountRequests"])
def test_the_functions_get_what_their_executables_read(function: str) -> None:
    variables = STACK.properties(function)["Environment"]["Variables"]
    local = (ROOT / "infra" / "local" / "system" / "local_system.py").read_text()
    for name in variables:
        assert f'"{name}"' in SOURCES or f'"{name}"' in local, f"nothing reads {name}"
    # Source: Lambda Developer Guide, "Lambda quotas": 4 KB for all of them.
    assert sum(len(name) + len(str(value)) for name, value in variables.items()) < 2048
    properties = STACK.properties(function)
    assert (properties["Runtime"], properties["Handler"]) == ("provided.al2023", "bootstrap")
    assert int(properties["Timeout"]) == {"Broker": 29, "Enforcer": 900, "AccountRequests": 570}[function]


def test_the_broker_has_one_front_door() -> None:
    def front_door(**parameters: str) -> str:
        variables = broker_stack.stack(parameters).properties("Broker")["Environment"]["Variables"]
        return str(variables["SSM_BROKER_FRONT_DOOR"])

    assert front_door() == "rest:a1b2c3d4e5"
    assert front_door(FunctionUrl="yes") == "rest:a1b2c3d4e5"
    assert front_door(FunctionUrl="yes", FunctionUrlId="abcdefghij") == "url:abcdefghij"


def test_the_function_url_is_an_option_bound_to_the_organisation_on_both_sides() -> None:
    assert STACK.of_type("AWS::Lambda::Url") == {}
    everybody = {
        name: one for name, one in broker_stack.stack({"FunctionUrl": "yes"}).of_type("AWS::Lambda::Permission").items()
        if one["Principal"] == "*"
    }  # fmt: skip
    assert all(one["PrincipalOrgID"] == broker_stack.ORGANIZATION for one in everybody.values())
    url = {name: one for name, one in everybody.items() if "Url" in name}
    assert sorted(one["Action"] for one in url.values()) == ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
    for one in url.values():
        assert one.get("FunctionUrlAuthType") == "AWS_IAM" or one.get("InvokedViaFunctionUrl") is True
    assert set(everybody) - set(url) == {"OrganizationMayAsk"}


def test_a_changed_parameter_is_in_force_with_the_deployment() -> None:
    # A published version would keep the environment that it was made with: a narrower ceiling would wait for the next release.
    assert STACK.of_type("AWS::Lambda::Version") == {}
    aliases = {(one["FunctionName"], one["Name"], one["FunctionVersion"]) for one in STACK.of_type("AWS::Lambda::Alias").values()}
    assert aliases == {("<Broker>", "live", "$LATEST"), ("<Enforcer>", "live", "$LATEST"),
                       ("<AccountRequests>", "custom-resource", "$LATEST")}  # fmt: skip


def test_the_api_can_be_deployed_anew_with_the_same_body() -> None:
    deployed = []
    for one in ("a", "b"):
        stack = broker_stack.stack({"ApiDeployment": one})
        (name,) = stack.of_type("AWS::ApiGateway::Deployment")
        assert stack.properties("Stage")["DeploymentId"] == f"<{name}>"
        deployed.append(name)
    assert deployed[0] != deployed[1] and deployed[0][:-1] == deployed[1][:-1]


def test_lists_are_texts_which_the_template_splits() -> None:
    private = broker_stack.stack({"VpcEndpointIds": "vpce-01,vpce-02"}).properties("Api")
    assert private["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-01", "vpce-02"]}
    (denied,) = [one for one in private["Policy"]["Statement"] if one["Effect"] == "Deny"]
    assert denied["Condition"]["StringNotEquals"]["aws:SourceVpce"] == ["vpce-01", "vpce-02"]


def test_requests_of_the_organisation_cannot_use_up_the_enforcer() -> None:
    enforcer, requests = STACK.properties("Enforcer"), STACK.properties("AccountRequests")
    assert (requests["Code"], requests["Role"]) == (enforcer["Code"], enforcer["Role"])
    # What both know, both know alike; only the requests' function knows the alias, and only the enforcer the rules.
    mine, theirs = enforcer["Environment"]["Variables"], requests["Environment"]["Variables"]
    assert {name: theirs[name] for name in theirs if name in mine} == {name: mine[name] for name in mine if name in theirs}
    assert set(theirs) - set(mine) == {"SSM_BROKER_CUSTOM_RESOURCE_ALIAS"}
    assert set(mine) - set(theirs) == {"SSM_BROKER_ENFORCE_RULE", "SSM_BROKER_DRIFT_RULE"}
    assert enforcer["ReservedConcurrentExecutions"] and requests["ReservedConcurrentExecutions"]
    who = {(one["FunctionName"], one["Principal"]) for one in STACK.of_type("AWS::Lambda::Permission").values()}
    assert {principal for name, principal in who if name == "<EnforcerAlias>"} == {"events.amazonaws.com"}
    assert {principal for name, principal in who if name == "<CustomResourceAlias>"} == {"*"}
    alarms = STACK.of_type("AWS::CloudWatch::Alarm").values()
    told = {one["Dimensions"][0]["Value"] for one in alarms if one["MetricName"] == "Throttles"}
    assert told == {one["FunctionName"] for one in STACK.of_type("AWS::Lambda::Function").values()}


def test_the_figures_are_taken_from_lines_that_are_really_written() -> None:
    filters = STACK.of_type("AWS::Logs::MetricFilter")
    counted = {one["MetricTransformations"][0]["MetricName"] for one in filters.values()}
    for one in filters.values():
        for message in re.findall(r'\$\.message = "([^"]+)"', one["FilterPattern"]):
            assert f'"{message}"' in SOURCES, message
        for member in re.findall(r"\$\.(\w+) !?= ", one["FilterPattern"]):
            assert member == "message" or f'"{member}"' in SOURCES, member
    broker = set(re.findall(r"case \w+ = \"(\w+)\"", (ROOT / "Sources/BrokerService/Metrics.swift").read_text()))
    alarmed = {one["MetricName"] for one in STACK.of_type("AWS::CloudWatch::Alarm").values() if one["Namespace"] == "ssm-broker"}
    assert alarmed <= counted | broker
    assert {"NotRecorded", "RecordsChanged", "SweepFindings", "DocumentsWrittenTo", "Refusals"} <= alarmed


def test_the_dashboard_shows_figures_that_exist() -> None:
    widgets = json.loads(STACK.properties("Dashboard")["DashboardBody"])["widgets"]
    shown = {metric[1] for one in widgets for metric in one["properties"]["metrics"] if metric[0] == "ssm-broker"}
    counted = {one["MetricTransformations"][0]["MetricName"] for one in STACK.of_type("AWS::Logs::MetricFilter").values()}
    assert shown <= counted | {"RoleMapPublished", "RoleMapNotTaken"}


def test_the_drift_rule_wants_the_calls_that_the_enforcer_takes() -> None:
    detail = STACK.properties("DriftRule")["EventPattern"]["detail"]
    source = (ROOT / "Sources" / "LambdaRuntime" / "DriftEvent.swift").read_text().split("calls: Set<String> = [")[1]
    assert set(detail["eventName"]) == set(re.findall(r'"(\w+)"', source.split("]")[0]))


def test_what_is_given_up_after_all_tries_is_told() -> None:
    alarms = STACK.of_type("AWS::CloudWatch::Alarm").values()
    told = {one["Dimensions"][0]["Value"] for one in alarms if one["MetricName"] == "AsyncEventsDropped"}
    assert told == {STACK.properties(name)["FunctionName"] for name in ("Enforcer", "AccountRequests")}
    # A consumer of dead letters could answer CloudFormation only after it has stopped waiting.
    retries = STACK.properties("CustomResourceRetries")
    member = yaml.safe_load((ROOT / "infra/member-account/template.yaml").read_text().replace("!", "#"))
    assert retries["MaximumEventAgeInSeconds"] == member["Resources"]["SessionDocuments"]["Properties"]["ServiceTimeout"]


def test_alarms_go_where_somebody_says_or_to_a_topic_of_the_stack() -> None:
    theirs = "arn:aws:sns:eu-west-1:999900001111:alarms"
    given = broker_stack.stack({"AlarmTopicArn": theirs, "AlarmEmail": "ops@example.com"})
    assert [kind for kind in given.resources.values() if kind["Type"].startswith("AWS::SNS::")] == []
    for stack, topic in ((STACK, "<AlarmTopic>"), (given, theirs)):
        alarms = stack.of_type("AWS::CloudWatch::Alarm").values()
        assert alarms and all(one["AlarmActions"] == [topic] for one in alarms)
    assert STACK.of_type("AWS::SNS::Subscription") == {}
    (mail,) = broker_stack.stack({"AlarmEmail": "ops@example.com"}).of_type("AWS::SNS::Subscription").values()
    assert mail == {"TopicArn": "<AlarmTopic>", "Protocol": "email", "Endpoint": "ops@example.com"}


def test_the_readme_counts_the_alarms_that_cost() -> None:
    counts = {"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18}
    said = re.search(r"(\w+) alarms, (\w+) metrics", (BROKER / "README.md").read_text())
    assert said and counts[said.group(1)] == len(STACK.of_type("AWS::CloudWatch::Alarm"))
    figures = {metric for one in STACK.of_type("AWS::Logs::MetricFilter").values()
               for metric in [one["MetricTransformations"][0]["MetricName"]]} | {"RoleMapNotTaken", "RoleMapPublished"}  # fmt: skip
    assert {"nine": 9, "ten": 10, "eleven": 11}[said.group(2)] == len(figures)


def test_the_terraform_module_passes_every_parameter_on() -> None:
    module = ROOT / "infra" / "broker" / "terraform"
    options = set(re.findall(r'^      "(\w+)",$', (module / "variables.tf").read_text(), re.MULTILINE))
    text = (module / "main.tf").read_text()
    own = set(re.findall(r"^    (\w+) +=", text.split("merge(var.options, {")[1].split("})")[0], re.MULTILINE))
    assert options | own == set(STACK.template["Parameters"])
    assert not options & own
    kept = {one.removeprefix("LogicalResourceId/") for one in re.findall(r"LogicalResourceId/\w+", text)}
    kinds = {"AWS::DynamoDB::Table", "AWS::KMS::Key"}
    assert kept == {name for name, one in STACK.template["Resources"].items() if one["Type"] in kinds}
