output "inline_policies" {
  description = "Each permission set's policy as it was given."
  value       = { for name, one in aws_ssoadmin_permission_set_inline_policy.this : name => one.inline_policy }
}

output "attributes" {
  description = "The session tags and where they come from."
  value       = var.attributes
}
