/// The AWS services that are called, by the name that signatures and endpoints use.
public enum AWSService: String, Sendable, Hashable, CaseIterable {
    /// AWS Security Token Service.
    case sts
    /// AWS Systems Manager.
    case ssm
    /// Amazon Elastic Compute Cloud.
    case ec2
    /// AWS Identity and Access Management.
    case iam
    /// Amazon DynamoDB.
    case dynamodb
    /// AWS Lambda.
    case lambda
    /// AWS Organizations.
    case organizations
    /// The portal of IAM Identity Center, which gives a signed-in person a permission set's keys.
    case sso
    /// IAM Identity Center's OpenID Connect, which renews a sign-in.
    case ssoOIDC = "sso-oidc"
}
