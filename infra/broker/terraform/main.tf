# The template is the one description of the broker's resources; this brings it, and what it needs, by Terraform. Equal by
# construction: what the stack makes is what the template says.

data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  architecture = lookup(var.options, "Architecture", "x86_64")

  # infra/package names its archives so.
  keys = {
    template = "${var.release}/template-${filesha256("${path.module}/../template.yaml")}.yaml"
    broker   = "${var.release}/ssm-broker-lambda_${var.release}_${local.architecture}.zip"
    enforcer = "${var.release}/ssm-broker-enforcer_${var.release}_${local.architecture}.zip"
  }
}

# Longer than CloudFormation takes in a request, so it goes by the bucket.
resource "aws_s3_object" "template" {
  bucket       = var.code_bucket
  key          = local.keys.template
  source       = "${path.module}/../template.yaml"
  content_type = "application/yaml"
}

resource "aws_s3_object" "broker" {
  count = var.broker_zip == null ? 0 : 1

  bucket      = var.code_bucket
  key         = local.keys.broker
  source      = var.broker_zip
  source_hash = filemd5(var.broker_zip)
}

resource "aws_s3_object" "enforcer" {
  count = var.enforcer_zip == null ? 0 : 1

  bucket      = var.code_bucket
  key         = local.keys.enforcer
  source      = var.enforcer_zip
  source_hash = filemd5(var.enforcer_zip)
}

resource "aws_cloudformation_stack" "broker" {
  name         = "ssm-broker"
  template_url = "https://${var.code_bucket}.s3.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_NAMED_IAM"]

  parameters = merge(var.options, {
    CodeBucket              = var.code_bucket
    BrokerCodeKey           = local.keys.broker
    EnforcerCodeKey         = local.keys.enforcer
    Release                 = var.release
    OrganizationId          = var.organization_id
    BootstrapAdministrators = join(",", var.bootstrap_administrators)
  })

  # No update of the stack may replace or delete what holds records.
  policy_body = jsonencode({
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "Update:*"
        Resource  = "*"
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = ["Update:Replace", "Update:Delete"]
        Resource = [
          "LogicalResourceId/AuditTable",
          "LogicalResourceId/HeadsTable",
          "LogicalResourceId/SessionsTable",
          "LogicalResourceId/Key",
        ]
      },
    ]
  })

  depends_on = [aws_s3_object.broker, aws_s3_object.enforcer]

  lifecycle {
    prevent_destroy = true
  }
}
