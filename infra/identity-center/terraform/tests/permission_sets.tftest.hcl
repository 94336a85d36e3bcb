mock_provider "aws" {
  mock_data "aws_identitystore_group" {
    defaults = {
      group_id = "01234567-89ab-cdef-0123-456789abcdef"
    }
  }
  mock_resource "aws_ssoadmin_permission_set" {
    defaults = {
      arn = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
    }
  }
}

variables {
  instance_arn      = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
  identity_store_id = "d-1234567890"
  broker = {
    account_id = "999900001111"
    region     = "eu-west-1"
    api_id     = "a1b2c3d4e5"
  }
  permission_sets = {
    DatabaseAdmin = {
      description = "Sessions as dbadmin"
      assignments = { aws-database-admins = ["111122223333", "444455556666"] }
    }
    BreakGlass = {
      description = "Sessions without the broker"
      policy      = "break-glass"
      duration    = "PT1H"
      assignments = { aws-break-glass = ["111122223333"] }
    }
  }
}

run "engineers_may_call_the_broker_and_nothing_else" {
  command = plan

  assert {
    condition     = [for one in jsondecode(aws_ssoadmin_permission_set_inline_policy.this["DatabaseAdmin"].inline_policy).Statement : one.Action] == ["execute-api:Invoke"]
    error_message = "an engineer may more than call the broker"
  }
  assert {
    condition     = jsondecode(aws_ssoadmin_permission_set_inline_policy.this["DatabaseAdmin"].inline_policy).Statement[0].Resource == "arn:aws:execute-api:eu-west-1:999900001111:a1b2c3d4e5/prod/*"
    error_message = "the broker's API is another one"
  }
}

run "policies_keep_iams_variables_and_lose_the_landing_zones" {
  command = plan

  assert {
    condition     = strcontains(output.inline_policies["BreakGlass"], "$${aws:userid}") && !strcontains(output.inline_policies["BreakGlass"], "PARTITION")
    error_message = "a variable was filled in wrongly"
  }
}

run "each_group_gets_each_account" {
  command = plan

  assert {
    condition     = keys(aws_ssoadmin_account_assignment.this) == ["BreakGlass/aws-break-glass/111122223333", "DatabaseAdmin/aws-database-admins/111122223333", "DatabaseAdmin/aws-database-admins/444455556666"]
    error_message = "an assignment is missing or too many"
  }
}

run "the_linux_user_comes_from_one_attribute" {
  command = plan

  assert {
    condition     = [for one in aws_ssoadmin_instance_access_control_attributes.session_tags[0].attribute : one.key] == ["SSMSessionRunAs"]
    error_message = "the session tag is missing"
  }
  assert {
    condition     = flatten([for one in aws_ssoadmin_instance_access_control_attributes.session_tags[0].attribute : [for value in one.value : value.source]]) == ["$${path:nickName}"]
    error_message = "its source is another one"
  }
}

run "another_owner_of_the_attributes_is_left_alone" {
  command = plan

  variables {
    attributes = null
  }

  assert {
    condition     = length(aws_ssoadmin_instance_access_control_attributes.session_tags) == 0
    error_message = "two would own one configuration"
  }
}

run "a_source_that_is_no_path_is_refused" {
  command = plan

  variables {
    attributes = { SSMSessionRunAs = "nickName" }
  }

  expect_failures = [var.attributes]
}

run "an_unknown_policy_is_refused" {
  command = plan

  variables {
    permission_sets = { X = { description = "x", policy = "administrator" } }
  }

  expect_failures = [var.permission_sets]
}
