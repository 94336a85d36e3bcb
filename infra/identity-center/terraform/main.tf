locals {
  # The same files that the landing zone takes, with their variables filled in here.
  policies = {
    for name in ["call-broker", "call-broker-by-url", "release", "break-glass"] : name => replace(replace(replace(replace(
      file("${path.module}/../permission-sets/${name}.json"),
      "$${PARTITION}", var.partition),
      "$${HOME_REGION}", var.broker.region),
      "$${ACCEL_LOOKUP::CUSTOM:SsmBrokerAccountId}", var.broker.account_id),
    "$${ACCEL_LOOKUP::CUSTOM:SsmBrokerApiId}", var.broker.api_id)
  }

  assignments = merge(flatten([
    for set, one in var.permission_sets : [
      for group, accounts in one.assignments : {
        for account in accounts : "${set}/${group}/${account}" => { set = set, group = group, account = account }
      }
    ]
  ])...)
}

resource "aws_ssoadmin_instance_access_control_attributes" "session_tags" {
  count = var.attributes == null ? 0 : 1

  instance_arn = var.instance_arn

  dynamic "attribute" {
    for_each = var.attributes
    content {
      key = attribute.key
      value {
        source = [attribute.value]
      }
    }
  }

  lifecycle {
    # Without it every session tag of the organisation would go.
    prevent_destroy = true
  }
}

resource "aws_ssoadmin_permission_set" "this" {
  for_each = var.permission_sets

  instance_arn     = var.instance_arn
  name             = each.key
  description      = each.value.description
  session_duration = each.value.duration
}

resource "aws_ssoadmin_permission_set_inline_policy" "this" {
  for_each = var.permission_sets

  instance_arn       = var.instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this[each.key].arn
  inline_policy      = jsonencode(jsondecode(local.policies[each.value.policy]))
}

data "aws_identitystore_group" "holder" {
  for_each = toset([for one in values(local.assignments) : one.group])

  identity_store_id = var.identity_store_id

  alternate_identifier {
    unique_attribute {
      attribute_path  = "DisplayName"
      attribute_value = each.key
    }
  }
}

resource "aws_ssoadmin_account_assignment" "this" {
  for_each = local.assignments

  instance_arn       = var.instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.this[each.value.set].arn
  principal_type     = "GROUP"
  principal_id       = data.aws_identitystore_group.holder[each.value.group].group_id
  target_type        = "AWS_ACCOUNT"
  target_id          = each.value.account

  # A set without its policy lets nobody do anything, but says so at a bad time.
  depends_on = [aws_ssoadmin_permission_set_inline_policy.this]
}
