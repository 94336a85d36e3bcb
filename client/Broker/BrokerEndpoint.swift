internal import AWSClient
internal import SessionCore

/// Where the broker is, and how requests to it are signed.
struct BrokerEndpoint: Sendable, Hashable {
    /// The variables that say where the broker is.
    enum Key {
        static let url = "SSM_BROKER_URL"
        static let region = "SSM_BROKER_REGION"
    }

    /// The address under which the routes are, without a slash at its end.
    let url: String
    /// The host's name, without the port.
    let host: String
    /// The Region in the signature.
    let region: Region

    /// The service in the signature: a Function URL's own, or API Gateway's.
    var service: String { host.contains(".lambda-url.") ? "lambda" : "execute-api" }

    /// Reads the settings.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` naming all that is missing or wrong.
    init(_ settings: Settings) throws {
        var problems: [String] = []
        let address = settings.value(.brokerURL)
        let parts = address.flatMap { Self.parts($0.text) }
        let name = address?.source.name(of: .brokerURL) ?? Key.url
        switch (address, parts) {
        case (nil, _): problems.append("\(Key.url) is not set: where the broker is, https://….")
        case (_?, nil):
            problems.append(
                "\(name) is no address of a broker: https://<host>[:port][/path], without user, query or fragment."
            )
        case (_?, let parts?) where !parts.isSecure && !LoopbackName.isOne(parts.host):
            problems.append("\(name) begins with http://; only a broker on this machine may be reached without TLS.")
        default: break
        }
        let regionValue = settings.value(.brokerRegion)
        let region = regionValue.flatMap { try? Region($0.text) }
        if let regionValue, let region {
            let regionName = regionValue.source.name(of: .brokerRegion)
            if let named = parts.flatMap({ Self.region(in: $0.host) }), named != region.name {
                problems.append("\(regionName) says \(region), but \(name) leads to \(named).")
            }
        } else if let regionValue {
            problems.append("\(regionValue.source.name(of: .brokerRegion)) is no Region as eu-west-1.")
        } else if address != nil {
            problems.append("Nothing names the broker's Region, as eu-west-1; its address does not.")
        }
        guard problems.isEmpty, let parts, let region else {
            throw CommandFailure(
                .usage,
                code: "SETTINGS_INVALID",
                what: "The settings do not say where the broker is.",
                why: problems,
                next: Self.remedy(address, isAddress: parts != nil)
            )
        }
        url = parts.url
        host = parts.host
        self.region = region
    }

    private static func remedy(_ address: Settings.Value?, isAddress: Bool) -> String {
        switch address?.source {
        case .variable(let name)? where !isAddress: "Correct \(name), or unset it to go by the configuration file."
        case _ where isAddress: "ssm-broker configure --broker-region REGION, as whoever runs the broker tells you."
        default: "ssm-broker configure --broker-url https://…, as whoever runs the broker tells you."
        }
    }

    /// Whether a text is an address that requests may be sent to.
    static func isAddress(_ text: String) -> Bool {
        parts(text).map { $0.isSecure || LoopbackName.isOne($0.host) } ?? false
    }

    /// The Region that an address of API Gateway or of a Function URL names; nil for a name of one's own.
    static func region(inAddress text: String) -> String? { parts(text).flatMap { region(in: $0.host) } }

    /// Source: API Gateway Developer Guide, "Invoke REST APIs"; Lambda Developer Guide, "Function URLs":
    /// `<id>.execute-api.<Region>.…` and `<id>.lambda-url.<Region>.on.aws`.
    private static func region(in host: String) -> String? {
        let labels = host.split(separator: ".")
        guard let index = labels.firstIndex(where: { $0 == "execute-api" || $0 == "lambda-url" }),
            index + 1 < labels.count, let region = try? Region(labels[index + 1])
        else { return nil }
        return region.name
    }

    private struct Parts {
        let isSecure: Bool
        let host: String
        let url: String
    }

    private static func parts(_ text: String) -> Parts? {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains(where: { "?#@\\".contains($0) })
        else {
            return nil
        }
        let isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }.lowercased()
        guard let host = host(of: authority) else { return nil }
        var url = text
        while url.last == "/" { url.removeLast() }
        return Parts(isSecure: isSecure, host: host, url: url)
    }

    private static func host(of authority: String) -> String? {
        let name: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<end]
            port = authority[authority.index(after: end)...]
        } else {
            name = authority.prefix { $0 != ":" }
            port = authority.dropFirst(name.count)
        }
        guard !name.isEmpty else { return nil }
        guard port.isEmpty || port.first == ":" && UInt16(port.dropFirst()).map({ $0 > 0 }) == true else { return nil }
        return String(name)
    }
}
