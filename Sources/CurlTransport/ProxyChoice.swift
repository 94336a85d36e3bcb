/// Which proxy stands between us and a host, as environment variables say it.
///
/// libcurl would read the same variables by itself; reading them here makes the choice a value, and lets failures
/// name the proxy.
/// Source: curl(1), "Environment"; the upper-case `HTTP_PROXY` is read too, as other tools do, but not under CGI,
/// where a client's header sets it.
struct ProxyChoice: Sendable, Hashable {
    /// The proxy for plain requests; nil for none.
    private let plain: String?
    /// The proxy for TLS; nil for none.
    private let secure: String?
    /// Hosts that are reached directly, in the form that libcurl takes.
    let exceptions: String?

    /// Reads the variables; empty ones count as unset.
    init(environment: [String: String]) {
        let first = { (names: [String]) in
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = ["all_proxy", "ALL_PROXY"]
        let isCGI = environment["REQUEST_METHOD"] != nil
        plain = first((isCGI ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"]) + all)
        secure = first(["https_proxy", "HTTPS_PROXY"] + all)
        exceptions = first(["no_proxy", "NO_PROXY"])
    }

    /// The proxy for a host, if the exceptions do not name it; nil for none.
    ///
    /// This machine is never reached through a proxy: Lambda's Runtime API and a local stack are meant, and a proxy's
    /// own loopback is not. Neither is what is link-local, the container agents and the instance's metadata: a proxy
    /// would see the token, and answer with its own machine's keys.
    func proxy(scheme: String, host: String) -> String? {
        guard !Self.isLoopback(host), !Self.isLinkLocal(host) else { return nil }
        return scheme == "https" ? secure : plain
    }

    /// A proxy's host and port, without the name and password that may stand in its address.
    static func name(of proxy: String) -> String {
        let afterScheme =
            proxy.split(separator: "/", omittingEmptySubsequences: true)
            .drop { $0.hasSuffix(":") }.first.map(String.init) ?? ""
        return afterScheme.split(separator: "@").last.map(String.init) ?? ""
    }

    private static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || name == "::1"
            || name.hasPrefix("127.") && name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }

    /// `169.254.0.0/16`, and AWS's addresses for the same under IPv6.
    private static func isLinkLocal(_ host: String) -> Bool {
        let name = host.lowercased()
        return ["fd00:ec2::23", "fd00:ec2::254"].contains { name == $0 || name == "[\($0)]" }
            || name.hasPrefix("169.254.") && name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }
}
