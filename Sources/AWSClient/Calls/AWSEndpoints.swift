public import SessionCore

/// Where each service is reached, and the Region that its requests are signed for.
///
/// Source: botocore's endpoint rule sets; AWS SDKs Reference Guide, "Service-specific endpoints".
public struct AWSEndpoints: Sendable, Hashable {
    /// What is wrong with a configured endpoint.
    public enum Rejection: Error, Sendable, Hashable {
        /// The variable's value is no `http://host` or `https://host` address.
        case form(variable: String)
    }

    /// One place to send requests to.
    public struct Endpoint: Sendable, Hashable {
        /// The address, ending in the path that requests go to, for example `https://ssm.eu-west-1.amazonaws.com/`.
        public let url: String
        /// The Region in the signature; for IAM the partition's one Region that signs for all.
        public let signingRegion: String
    }

    enum Key {
        static let common = "AWS_ENDPOINT_URL"
        static let ignore = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
        static func own(_ service: AWSService) -> String {
            "AWS_ENDPOINT_URL_" + String(service.rawValue.uppercased().map { $0 == "-" ? "_" : $0 })
        }
    }

    private let overrides: [AWSService: String]

    /// AWS's own endpoints.
    public init() {
        overrides = [:]
    }

    /// AWS's own endpoints, but where the environment names others.
    ///
    /// `AWS_ENDPOINT_URL_STS`, `_SSM`, `_EC2`, `_IAM`, `_DYNAMODB`, `_LAMBDA`, `_ORGANIZATIONS`, `_SSO` and `_SSO_OIDC` go before
    /// `AWS_ENDPOINT_URL`; `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` turns all off.
    ///
    /// - Throws: ``Rejection/form(variable:)`` when a value is no address.
    public init(environment: [String: String]) throws(Rejection) {
        var overrides: [AWSService: String] = [:]
        if environment[Key.ignore]?.lowercased() != "true" {
            for service in AWSService.allCases {
                for variable in [Key.own(service), Key.common] {
                    guard let value = environment[variable], !value.isEmpty else { continue }
                    guard let address = RequestTarget(url: value), address.query == nil else {
                        throw .form(variable: variable)
                    }
                    overrides[service] = address.path.isEmpty ? value + "/" : value
                    break
                }
            }
        }
        self.overrides = overrides
    }

    /// The endpoint of a service for a Region; IAM and Organizations have one for the whole partition.
    public func endpoint(of service: AWSService, in region: Region) -> Endpoint {
        let own: Endpoint
        switch service {
        case .iam: own = Self.iam(region)
        case .organizations: own = Self.organizations(region)
        case .dynamodb, .ec2, .lambda, .ssm, .sts: own = Self.regional(service.rawValue, region)
        case .sso: own = Self.regional("portal.sso", region)
        case .ssoOIDC: own = Self.regional("oidc", region)
        }
        return overrides[service].map { Endpoint(url: $0, signingRegion: own.signingRegion) } ?? own
    }

    private static func regional(_ host: String, _ region: Region) -> Endpoint {
        Endpoint(url: "https://\(host).\(region).\(region.partition.domain)/", signingRegion: region.name)
    }

    private static func organizations(_ region: Region) -> Endpoint {
        let home =
            switch region.partition {
            case .aws: "us-east-1"
            case .china: "cn-northwest-1"
            case .govCloud: "us-gov-west-1"
            case .europeanSovereignCloud: "eusc-de-east-1"
            case .iso: "us-iso-east-1"
            case .isoB: "us-isob-east-1"
            case .isoE: "eu-isoe-west-1"
            case .isoF: "us-isof-south-1"
            }
        return Endpoint(url: "https://organizations.\(home).\(region.partition.domain)/", signingRegion: home)
    }

    private static func iam(_ region: Region) -> Endpoint {
        let domain = region.partition.domain
        let place: (host: String, region: String) =
            switch region.partition {
            case .aws: ("iam.\(domain)", "us-east-1")
            case .china: ("iam.cn-north-1.\(domain)", "cn-north-1")
            case .govCloud: ("iam.us-gov.\(domain)", "us-gov-west-1")
            case .europeanSovereignCloud: ("iam.eusc-de-east-1.\(domain)", "eusc-de-east-1")
            case .iso: ("iam.us-iso-east-1.\(domain)", "us-iso-east-1")
            case .isoB: ("iam.us-isob-east-1.\(domain)", "us-isob-east-1")
            case .isoE: ("iam.eu-isoe-west-1.\(domain)", "eu-isoe-west-1")
            case .isoF: ("iam.us-isof-south-1.\(domain)", "us-isof-south-1")
            }
        return Endpoint(url: "https://\(place.host)/", signingRegion: place.region)
    }
}
