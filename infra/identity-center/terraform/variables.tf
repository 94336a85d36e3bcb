variable "instance_arn" {
  description = "The instance of Identity Center: aws sso-admin list-instances."
  type        = string
}

variable "identity_store_id" {
  description = "The identity store of that instance."
  type        = string
}

variable "attributes" {
  description = "Session tags and the user attributes that they come from: all of the organisation's, as each update replaces the whole list. Null leaves the configuration to its other owner."
  type        = map(string)
  default     = { SSMSessionRunAs = "$${path:nickName}" }

  validation {
    condition     = alltrue([for source in values(coalesce(var.attributes, {})) : can(regex("^\\$\\{(path|user):[A-Za-z0-9_.$ =\"\\[\\]]+\\}$", source))])
    error_message = "A source is a path to a user's attribute, for example $${path:nickName}."
  }
}

variable "partition" {
  description = "aws, aws-us-gov or aws-cn."
  type        = string
  default     = "aws"
}

variable "broker" {
  description = "Where the broker is: its account, its Region and the id of its REST API."
  type = object({
    account_id = string
    region     = string
    api_id     = string
  })

  validation {
    condition     = can(regex("^[0-9]{12}$", var.broker.account_id)) && can(regex("^[a-z0-9]{10}$", var.broker.api_id))
    error_message = "account_id is twelve digits, api_id ten lower-case letters and digits."
  }
}

variable "permission_sets" {
  description = "Permission sets by name: the policy of ../permission-sets, how long a sign-in lasts, and who holds it where (group name to account ids)."
  type = map(object({
    description = string
    policy      = optional(string, "call-broker")
    duration    = optional(string, "PT8H")
    assignments = optional(map(list(string)), {})
  }))

  validation {
    condition     = alltrue([for one in values(var.permission_sets) : contains(["call-broker", "call-broker-by-url", "release", "break-glass"], one.policy)])
    error_message = "A policy is call-broker, call-broker-by-url, release or break-glass."
  }
  validation {
    condition     = alltrue([for name in keys(var.permission_sets) : can(regex("^[\\w+=,.@-]{1,32}$", name))])
    error_message = "A permission set's name has at most 32 letters, digits and +=,.@-."
  }
}
