mock_provider "aws" {
  mock_data "aws_region" {
    defaults = {
      name = "eu-west-1"
    }
  }
  mock_data "aws_partition" {
    defaults = {
      dns_suffix = "amazonaws.com"
    }
  }
}

variables {
  code_bucket              = "ssm-broker-code-999900001111-eu-west-1"
  release                  = "1.0.0"
  organization_id          = "o-abcdefghij"
  bootstrap_administrators = ["999900001111/BrokerAdmin", "111122223333/BrokerAdmin"]
}

run "the_stack_is_the_template_with_its_parameters" {
  command = plan

  assert {
    condition     = startswith(aws_cloudformation_stack.broker.template_url, "https://ssm-broker-code-999900001111-eu-west-1.s3.eu-west-1.amazonaws.com/1.0.0/template-")
    error_message = "the stack is of another template"
  }
  assert {
    condition     = aws_cloudformation_stack.broker.parameters["BootstrapAdministrators"] == "999900001111/BrokerAdmin,111122223333/BrokerAdmin"
    error_message = "the administrators are others"
  }
  assert {
    condition     = aws_cloudformation_stack.broker.parameters["BrokerCodeKey"] == "1.0.0/ssm-broker-lambda_1.0.0_x86_64.zip"
    error_message = "the broker's zip is another"
  }
  assert {
    condition     = length(aws_s3_object.broker) == 0 && length(aws_s3_object.enforcer) == 0
    error_message = "zips are uploaded that nobody gave"
  }
}

run "options_reach_the_template" {
  command = plan

  variables {
    options = { AllowedAccounts = "111122223333", SweepMinutes = "10" }
  }

  assert {
    condition     = aws_cloudformation_stack.broker.parameters["SweepMinutes"] == "10"
    error_message = "an option is lost"
  }
}

run "another_architecture_is_another_archive" {
  command = plan

  variables {
    options = { Architecture = "arm64" }
  }

  assert {
    condition     = aws_cloudformation_stack.broker.parameters["EnforcerCodeKey"] == "1.0.0/ssm-broker-enforcer_1.0.0_arm64.zip"
    error_message = "the archive was built for other machines"
  }
}

run "what_holds_records_is_not_replaced" {
  command = plan

  assert {
    condition     = contains(jsondecode(aws_cloudformation_stack.broker.policy_body).Statement[1].Resource, "LogicalResourceId/AuditTable")
    error_message = "the audit table may be replaced"
  }
}

run "an_option_that_the_template_lacks_is_refused" {
  command = plan

  variables {
    options = { Release = "2.0.0" }
  }

  expect_failures = [var.options]
}

run "an_administrator_without_an_account_is_refused" {
  command = plan

  variables {
    bootstrap_administrators = ["BrokerAdmin"]
  }

  expect_failures = [var.bootstrap_administrators]
}
