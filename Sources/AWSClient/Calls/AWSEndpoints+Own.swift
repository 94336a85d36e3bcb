internal import SessionCore

/// Source of all that follows: `endpoint-rule-set-1.json` of each service, and `partitions.json`, in botocore.
extension AWSEndpoints {
    /// Where AWS itself has a service.
    static func own(_ service: AWSService, _ region: Region, _ variant: Variant) -> Endpoint {
        switch service {
        case .iam: iam(region.partition, variant)
        case .organizations: organizations(region, variant)
        case .sso: regional("portal.sso", region, variant)
        case .ssoOIDC: regional("oidc", region, variant)
        // GovCloud's ordinary endpoints are FIPS ones, and have no others beside them; Lambda's are two.
        case .lambda: regional(service.rawValue, region, variant, hasOwnFIPSInGovCloud: true)
        default: regional(service.rawValue, region, variant)
        }
    }

    private static func regional(
        _ name: String,
        _ region: Region,
        _ variant: Variant,
        hasOwnFIPSInGovCloud: Bool = false
    ) -> Endpoint {
        let isPlain = region.partition == .govCloud && !variant.isDualStack && !hasOwnFIPSInGovCloud
        let host = variant.isFIPS && !isPlain ? name + "-fips" : name
        return Endpoint(
            url: "https://\(host).\(region).\(domain(of: region.partition, variant))/",
            signingRegion: region.name
        )
    }

    private static func domain(of partition: Partition, _ variant: Variant) -> String {
        variant.isDualStack ? partition.dualStackDomain : partition.domain
    }

    /// Organizations signs for one Region of the partition, whichever of its addresses is called.
    private static func organizations(_ region: Region, _ variant: Variant) -> Endpoint {
        let partition = region.partition
        let home =
            switch partition {
            case .aws: "us-east-1"
            case .china: "cn-northwest-1"
            case .govCloud: "us-gov-west-1"
            case .europeanSovereignCloud: "eusc-de-east-1"
            case .iso: "us-iso-east-1"
            case .isoB: "us-isob-east-1"
            case .isoE: "eu-isoe-west-1"
            case .isoF: "us-isof-south-1"
            }
        let hasHome = !variant.isFIPS || partition == .aws || partition == .govCloud
        let place = variant.isDualStack || !hasHome ? region.name : home
        let isPlain = !variant.isFIPS || partition == .govCloud && !variant.isDualStack
        let host = isPlain ? "organizations" : "organizations-fips"
        return Endpoint(url: "https://\(host).\(place).\(domain(of: partition, variant))/", signingRegion: home)
    }

    private static func iam(_ partition: Partition, _ variant: Variant) -> Endpoint {
        let domain = domain(of: partition, variant)
        let name = variant.isFIPS ? "iam-fips" : "iam"
        let place: (host: String, region: String) =
            switch partition {
            case .aws: (variant.isDualStack ? "\(name).global" : name, "us-east-1")
            case .china where variant.isFIPS: (name, "cn-northwest-1")
            case .china: (variant.isDualStack ? "iam.global" : "iam.cn-north-1", "cn-north-1")
            case .govCloud: ("iam.us-gov", "us-gov-west-1")
            case .europeanSovereignCloud: (regionalIAM(name, "eusc-de-east-1", variant), "eusc-de-east-1")
            // Of the partitions apart from the first three, these two have a FIPS endpoint that names its Region.
            case .iso: (variant.isDualStack ? name : "\(name).us-iso-east-1", "us-iso-east-1")
            case .isoB: (variant.isDualStack ? name : "\(name).us-isob-east-1", "us-isob-east-1")
            case .isoE: (regionalIAM(name, "eu-isoe-west-1", variant), "eu-isoe-west-1")
            case .isoF: (regionalIAM(name, "us-isof-south-1", variant), "us-isof-south-1")
            }
        return Endpoint(url: "https://\(place.host).\(domain)/", signingRegion: place.region)
    }

    private static func regionalIAM(_ name: String, _ region: String, _ variant: Variant) -> String {
        variant.isFIPS || variant.isDualStack ? name : "\(name).\(region)"
    }
}
