output "stack" {
  description = "The stack's outputs by name: AlarmTopic, ApiId, BrokerUrl, EventBusArn, AccountRequestsFunctionArn and, where asked for, DomainTarget and FunctionUrlOfBroker."
  value       = aws_cloudformation_stack.broker.outputs
}
