/// A separate world of AWS Regions, as it stands second in every ARN.
///
/// Source: AWS General Reference, "Amazon Resource Names (ARNs)"; botocore's `partitions.json`.
public enum Partition: String, Sendable, Hashable, CaseIterable {
    /// The commercial Regions.
    case aws
    /// The Regions in China.
    case china = "aws-cn"
    /// AWS GovCloud (US).
    case govCloud = "aws-us-gov"
    /// The European Sovereign Cloud.
    case europeanSovereignCloud = "aws-eusc"
    /// AWS Top Secret.
    case iso = "aws-iso"
    /// AWS Secret.
    case isoB = "aws-iso-b"
    /// The partition of the United Kingdom's and partners' ISO Regions in Europe.
    case isoE = "aws-iso-e"
    /// The fourth ISO partition.
    case isoF = "aws-iso-f"

    /// The domain under which the partition's endpoints live, for example `amazonaws.com`.
    public var domain: String {
        switch self {
        case .aws, .govCloud: "amazonaws.com"
        case .china: "amazonaws.com.cn"
        case .europeanSovereignCloud: "amazonaws.eu"
        case .iso: "c2s.ic.gov"
        case .isoB: "sc2s.sgov.gov"
        case .isoE: "cloud.adc-e.uk"
        case .isoF: "csp.hci.ic.gov"
        }
    }

    /// The domain of the endpoints that have IPv6 addresses too, for example `api.aws`.
    public var dualStackDomain: String {
        switch self {
        case .aws, .govCloud: "api.aws"
        case .china: "api.amazonwebservices.com.cn"
        case .europeanSovereignCloud: "api.amazonwebservices.eu"
        case .iso: "api.aws.ic.gov"
        case .isoB: "api.aws.scloud"
        case .isoE: "api.cloud-aws.adc-e.uk"
        case .isoF: "api.aws.hci.ic.gov"
        }
    }
}
