internal import CCurl
internal import HTTPTransport

/// How an exchange ended without a reply to hand out, and what that means.
struct CurlEnd {
    let code: CURLcode
    /// libcurl's own words, perhaps none; they name hosts and ports, never a path or a query.
    let text: String
    let host: String
    /// The proxy's host and port, if one was chosen; the exceptions may have passed it by.
    let proxy: String?
    /// The status of the proxy's answer to CONNECT; 0 for none.
    let proxyStatus: Int
    /// The status of the last reply; 0 for none.
    let status: Int
    let isTooLarge: Bool
    /// How often a request was about to be written.
    let requestsBegun: Int

    /// The failure as the port tells it.
    var failure: HTTPFailure {
        HTTPFailure(kind, mayHaveReachedServer: mayHaveReachedServer, explanation: explanation)
    }

    /// A tunnel that a proxy refused, or a 407, which only proxies give.
    private var isRefusedByProxy: Bool {
        (proxyStatus != 0 && !(200...299).contains(proxyStatus)) || status == 407
    }

    private var kind: HTTPFailure.Kind {
        if isTooLarge { return .tooLarge }
        if isRefusedByProxy { return .proxy }
        switch code {
        // Besides an address, libcurl calls a reply so that is no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL where requestsBegun > 0: return .interrupted
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .unresolved
        case CURLE_COULDNT_CONNECT: return .unreachable
        case CURLE_PROXY: return .proxy
        case CURLE_OPERATION_TIMEDOUT: return .timeout
        case CURLE_FILESIZE_EXCEEDED: return .tooLarge
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_CRL_BADFILE:
            return .untrusted
        default: return .interrupted
        }
    }

    private var mayHaveReachedServer: Bool {
        // A proxy that asks for its own credentials has passed nothing on.
        requestsBegun > 0 && !isRefusedByProxy
    }

    private var explanation: String {
        var reason = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        if code == CURLE_OK { reason = "the reply is cut off" }
        if isTooLarge { reason = "the reply is larger than allowed" }
        if requestsBegun > 1 { reason = "the connection was closed before any reply" }
        guard let proxy, isRefusedByProxy || standsInTheWay(reason, proxy) else { return "\(host): \(reason)" }
        let answer = status == 407 || proxyStatus == 407 ? "the proxy asks for credentials" : reason
        return "\(host) through the proxy \(proxy): \(answer)"
    }

    /// Whether the words are about the proxy: connecting, libcurl names whom it tried.
    private func standsInTheWay(_ reason: String, _ proxy: String) -> Bool {
        code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY
            || reason.contains(proxy.split(separator: ":").first.map(String.init) ?? proxy)
    }
}
