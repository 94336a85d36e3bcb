/// Where CloudFormation takes the answers of custom resources: its own bucket of one Region.
///
/// The bucket's name is AWS's and names are unique in a partition, so no stranger's bucket has one of these hosts. A pattern
/// would not say as much: `cloudformation-custom-resource-response-evil` is a name that anybody may take.
/// Source: CloudFormation User Guide, "Create VPC endpoints for custom resources and wait conditions" (the bucket's name, the
/// Region written without dashes); Amazon S3 User Guide, "Virtual hosting of buckets" (the hosts of a bucket).
public struct ResponsePlaces: Sendable, Hashable {
    /// Scheme, host and the slash after it: an address that begins with one of these can have no user, port or other host.
    private let beginnings: [String]

    /// The bucket of a Region, under every host that CloudFormation has been seen to use for it.
    ///
    /// A function is called by stacks of its own Region only, so that is the Region to name.
    /// - Parameters:
    ///   - region: For example `eu-west-1`.
    ///   - domain: The partition's, for example `amazonaws.com`.
    public init(region: String, domain: String) {
        let bucket = "cloudformation-custom-resource-response-" + region.filter { $0 != "-" }
        var hosts = ["\(bucket).s3.\(region).\(domain)", "\(bucket).s3-\(region).\(domain)"]
        // The oldest Region has the service's first host name too.
        if region == "us-east-1" { hosts.append("\(bucket).s3.\(domain)") }
        beginnings = hosts.map { "https://\($0)/" }
    }

    /// A place on this machine, which stands in for the bucket where there is no AWS.
    ///
    /// Shape: `http://127.0.0.1:4566`; nil for anything else, so that no setting can send answers off the machine.
    public init?(standIn text: String) {
        let host = "http://127.0.0.1:"
        guard text.hasPrefix(host), let port = UInt16(text.dropFirst(host.count)), port > 0,
            String(port) == text.dropFirst(host.count)
        else { return nil }
        beginnings = [text + "/"]
    }

    /// The address, if the answer may go there.
    ///
    /// - Parameter text: `ResponseURL` as the event has it.
    /// - Returns: The address; nil when it is anybody else's, or not written as CloudFormation writes it.
    func address(_ text: String) -> ResponseAddress? {
        guard (1...4096).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }),
            beginnings.contains(where: text.hasPrefix)
        else { return nil }
        return ResponseAddress(url: text)
    }
}

/// One presigned address: whoever has it may answer in our place, so it prints as nothing.
struct ResponseAddress: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let url: String

    var description: String { "a presigned address" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
