internal import CCurl
internal import HTTPTransport

extension CurlTransfer {
    /// Refuses what would be sent otherwise than it was signed.
    static func check(_ request: HTTPRequest) throws(HTTPFailure) {
        let isToken = { (text: String) in
            !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
        }
        guard isToken(request.method) else {
            throw HTTPFailure(.invalidURL, mayHaveReachedServer: false, explanation: "the method is no word")
        }
        for header in request.headers {
            guard isToken(header.name), header.value.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else {
                throw HTTPFailure(
                    .invalidURL,
                    mayHaveReachedServer: false,
                    explanation: "a header has a line break or another control character in it"
                )
            }
        }
    }

    func setConnection(share: UnsafeMutableRawPointer?, exceptions: String?) {
        let limits = job.request.limits
        _ = shim_set_long(easy, CURLOPT_NOSIGNAL, 1)
        _ = shim_set_pointer(easy, CURLOPT_SHARE, share)
        _ = shim_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        _ = shim_only_http(easy)
        _ = shim_set_long(easy, CURLOPT_HTTP_VERSION, shim_http_1_1)
        _ = shim_set_long(easy, CURLOPT_SSLVERSION, shim_tls_1_2)
        _ = shim_set_long(easy, CURLOPT_HTTP_CONTENT_DECODING, 0)
        _ = shim_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        _ = shim_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, limits.connectMilliseconds))
        _ = shim_set_long(easy, CURLOPT_TIMEOUT_MS, limits.totalMilliseconds.map { max(1, $0) } ?? 0)
        // An empty name means no proxy, whatever the environment says; it was read already.
        _ = shim_set_text(easy, CURLOPT_PROXY, proxy ?? "")
        _ = shim_set_text(easy, CURLOPT_NOPROXY, exceptions ?? "")
        switch trust {
        case .directory(let path):
            _ = shim_set_text(easy, CURLOPT_CAPATH, path)
            _ = shim_set_text(easy, CURLOPT_CAINFO, nil)
        case .bundle(let path):
            _ = shim_set_text(easy, CURLOPT_CAINFO, path)
            _ = shim_set_text(easy, CURLOPT_CAPATH, nil)
        case .builtIn: break
        }
    }

    func setRequest() {
        let request = job.request
        _ = shim_set_text(easy, CURLOPT_URL, request.url)
        // Dot segments stay as the caller wrote, and signed, them.
        _ = shim_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        if request.method == "HEAD" {
            _ = shim_set_long(easy, CURLOPT_NOBODY, 1)
        } else {
            if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
                _ = shim_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
                request.body.withUnsafeBytes { bytes in
                    var none: UInt8 = 0
                    withUnsafeMutablePointer(to: &none) { placeholder in
                        let start = bytes.baseAddress.map(UnsafeMutableRawPointer.init(mutating:))
                        _ = shim_set_pointer(
                            easy,
                            CURLOPT_COPYPOSTFIELDS,
                            start ?? UnsafeMutableRawPointer(placeholder)
                        )
                    }
                }
            }
            _ = shim_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
        var given: Set<String> = []
        for header in request.headers {
            given.insert(header.name.lowercased())
            // libcurl takes "Name:" as a wish to leave the header out, and "Name;" as a header without value.
            append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        for name in ["Accept", "Content-Type", "Expect"] where !given.contains(name.lowercased()) { append("\(name):") }
        _ = shim_set_pointer(easy, CURLOPT_HTTPHEADER, headerLines)
        _ = shim_set_size(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(1, request.limits.maximumBodyBytes)))
    }

    private func append(_ line: String) {
        headerLines = curl_slist_append(headerLines, line) ?? headerLines
    }
}
