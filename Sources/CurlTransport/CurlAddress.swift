internal import CCurl
internal import HTTPTransport

/// The parts of a URL as libcurl itself reads them, so that what is checked is what is called.
struct CurlAddress: Sendable, Hashable {
    /// `http` or `https`.
    let scheme: String
    /// The host, an IPv6 address in its brackets.
    let host: String
    /// The port, given or the scheme's own.
    let port: String

    /// Reads an address.
    ///
    /// - Throws: ``HTTPFailure`` of kind `invalidURL` when libcurl cannot use it, or it is neither `http` nor `https`.
    init(_ url: String) throws(HTTPFailure) {
        let invalid = { (why: String) in
            HTTPFailure(.invalidURL, mayHaveReachedServer: false, explanation: why)
        }
        guard let handle = curl_url() else { throw invalid("out of memory") }
        defer { curl_url_cleanup(handle) }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK
        else { throw invalid("the address is not a URL") }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: handle), let host = Self.part(CURLUPART_HOST, of: handle),
            let port = Self.part(CURLUPART_PORT, of: handle)
        else { throw invalid("the address lacks a scheme or a host") }
        guard ["http", "https"].contains(scheme) else { throw invalid("the address is neither http nor https") }
        guard Self.part(CURLUPART_USER, of: handle) == nil else {
            // libcurl would turn it into an Authorization header that nobody signed.
            throw invalid("the address has a user name in it")
        }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
