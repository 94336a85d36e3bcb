public import SessionCore

/// Where each service is reached, and the Region that its requests are signed for.
///
/// Source: botocore's endpoint rule sets; AWS SDKs Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints".
public struct AWSEndpoints: Sendable, Hashable {
    /// What is wrong with a configured endpoint.
    public enum Rejection: Error, Sendable, Hashable {
        /// The variable's value is no `http://host` or `https://host` address.
        case form(variable: String)
        /// The variable's value is an `http://` address of another machine, to which credentials would travel in the clear.
        case insecure(variable: String)
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
        static let fips = "AWS_USE_FIPS_ENDPOINT"
        static let dualStack = "AWS_USE_DUALSTACK_ENDPOINT"
        static let ignore = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
        static func own(_ service: AWSService) -> String {
            "AWS_ENDPOINT_URL_" + String(service.rawValue.uppercased().map { $0 == "-" ? "_" : $0 })
        }
    }

    /// Which of AWS's own endpoints are meant.
    struct Variant: Sendable, Hashable {
        /// Those whose cryptography is validated by FIPS 140.
        var isFIPS = false
        /// Those that have IPv6 addresses too.
        var isDualStack = false
    }

    private let overrides: [AWSService: String]
    private let variant: Variant

    /// AWS's own endpoints.
    public init() {
        overrides = [:]
        variant = Variant()
    }

    /// AWS's own endpoints, but where the environment names others.
    ///
    /// `AWS_USE_FIPS_ENDPOINT=true` and `AWS_USE_DUALSTACK_ENDPOINT=true` choose among AWS's own.
    /// `AWS_ENDPOINT_URL_STS`, `_SSM`, `_IAM`, `_DYNAMODB`, `_LAMBDA`, `_ORGANIZATIONS`, `_SSO` and `_SSO_OIDC` go before
    /// `AWS_ENDPOINT_URL`; `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` turns all off.
    ///
    /// - Throws: ``Rejection`` when a value is no address, or none that credentials may be sent to.
    public init(environment: [String: String]) throws(Rejection) {
        var overrides: [AWSService: String] = [:]
        if environment[Key.ignore]?.lowercased() != "true" {
            for service in AWSService.allCases {
                for variable in [Key.own(service), Key.common] {
                    guard let value = environment[variable], !value.isEmpty else { continue }
                    guard let address = RequestTarget(url: value), address.query == nil else {
                        throw .form(variable: variable)
                    }
                    guard address.isSecure || LoopbackName.isOne(address.name) else {
                        throw .insecure(variable: variable)
                    }
                    overrides[service] = address.path.isEmpty ? value + "/" : value
                    break
                }
            }
        }
        self.overrides = overrides
        let isSet = { (variable: String) in environment[variable]?.lowercased() == "true" }
        variant = Variant(isFIPS: isSet(Key.fips), isDualStack: isSet(Key.dualStack))
    }

    /// The endpoint of a service for a Region; IAM and Organizations have one for the whole partition.
    public func endpoint(of service: AWSService, in region: Region) -> Endpoint {
        let own = Self.own(service, region, variant)
        return overrides[service].map { Endpoint(url: $0, signingRegion: own.signingRegion) } ?? own
    }
}
