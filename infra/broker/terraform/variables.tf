variable "code_bucket" {
  description = "The bucket of the zip files and of the template, in the broker's account and Region: the output of artifacts.yaml."
  type        = string
}

variable "release" {
  description = "The release's version: its folder in the bucket, part of the archives' names, and what the functions' descriptions say."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,64}$", var.release))
    error_message = "A release's name has at most 64 letters, digits and ._-."
  }
}

variable "broker_zip" {
  description = "Path of the broker's zip file. Null when it is in the bucket already, under the name that infra/package gives it, in a folder RELEASE."
  type        = string
  default     = null
}

variable "enforcer_zip" {
  description = "Path of the enforcer's zip file. Null when it is in the bucket already, under the name that infra/package gives it, in a folder RELEASE."
  type        = string
  default     = null
}

variable "organization_id" {
  description = "The organisation whose accounts are served."
  type        = string

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "An organisation's id is o- and ten to 32 lower-case letters and digits."
  }
}

variable "bootstrap_administrators" {
  description = "Who may publish the first role map and can never be locked out, as 999900001111/BrokerAdmin."
  type        = list(string)

  validation {
    condition     = length(var.bootstrap_administrators) > 0 && alltrue([for one in var.bootstrap_administrators : can(regex("^[0-9]{12}/[\\w+=.@-]{1,32}$", one))])
    error_message = "Each is an account, a slash and a permission set; there is at least one."
  }
}

variable "options" {
  description = "Every other parameter of ../template.yaml, by its name there."
  type        = map(string)
  default     = {}

  validation {
    condition = length(setsubtract(keys(var.options), [
      "AccountRequestsConcurrency",
      "AdmittedRoles",
      "AlarmEmail",
      "AlarmTopicArn",
      "AllowedAccounts",
      "ApiDeployment",
      "Architecture",
      "BrokerConcurrency",
      "CertificateArn",
      "DomainName",
      "EnforceMinutes",
      "EnforcerConcurrency",
      "ForbiddenLinuxUsers",
      "FunctionUrl",
      "FunctionUrlId",
      "LogRetentionDays",
      "RequestBurst",
      "RequestsPerSecond",
      "SetsApiGatewayLogRole",
      "SweepMinutes",
      "VpcEndpointIds",
    ])) == 0
    error_message = "The template has no such parameter, or a variable of its own stands for it."
  }
}
