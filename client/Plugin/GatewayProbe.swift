internal import HTTPTransport
internal import SessionCore

/// Our own attempt to reach a message gateway, by the way that the plugin takes: the same host, the same proxy.
struct GatewayProbe: Sendable {
    /// Where the gateway is, without what names the session or lets in.
    let url: String
    /// What carries the attempt.
    let transport: any HTTPTransport

    private static let milliseconds = 8000

    /// The gateway of a session.
    ///
    /// - Parameters:
    ///   - streamURL: `wss://ssmmessages.…/v1/data-channel/…?…`, as StartSession gave it.
    ///   - transport: What carries the attempt.
    init?(streamURL: Secret<String>, transport: any HTTPTransport) {
        let text = streamURL.reveal()
        guard let scheme = text.firstIndex(of: ":"), text[scheme...].hasPrefix("://") else { return nil }
        let authority = text[scheme...].dropFirst(3).prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        url = "\(text[..<scheme] == "ws" ? "http" : "https")://\(authority)/"
        self.transport = transport
    }

    /// The gateway of a Region.
    ///
    /// Source: AWS General Reference, "AWS Systems Manager endpoints and quotas": `ssmmessages` in every Region.
    init(region: Region, environment: [String: String], transport: any HTTPTransport) {
        let own = environment["AWS_ENDPOINT_URL_SSMMESSAGES"].flatMap { $0.isEmpty ? nil : $0 }
        url = own ?? "https://ssmmessages.\(region).\(region.partition.domain)/"
        self.transport = transport
    }

    /// The gateway's name.
    var host: String { String(url.split(separator: "/").dropFirst().first ?? "") }

    /// Asks for nothing in particular: any answer at all shows that the way is open.
    func reach() async -> Result<HTTPResponse?, HTTPFailure> {
        let limits = HTTPLimits(
            connectMilliseconds: Self.milliseconds,
            totalMilliseconds: Self.milliseconds,
            maximumBodyBytes: 65_536
        )
        do throws(HTTPFailure) {
            return .success(try await transport.send(HTTPRequest(method: "GET", url: url, limits: limits)))
        } catch {
            switch error.kind {
            // Somebody was there, and had something to say.
            case .interrupted, .tooLarge: return .success(nil)
            default: return .failure(error)
            }
        }
    }
}
