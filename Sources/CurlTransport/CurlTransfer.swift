internal import CCurl
internal import HTTPTransport

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// One exchange while it is under way; lives on the loop's thread.
final class CurlTransfer {
    /// More header text than any server of ours sends; a reply beyond it is refused.
    private static let maximumHeaderBytes = 262_144

    let job: CurlJob
    let easy: UnsafeMutableRawPointer

    let address: CurlAddress
    let proxy: String?
    let trust: CertificateTrust
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(shim_error_size))
    var headerLines: UnsafeMutablePointer<curl_slist>?

    private var headers: [HTTPHeader] = []
    private var headerBytes = 0
    /// Whether the empty line after the headers came; libcurl takes a reply cut off before it for a whole one.
    private var isHeadWhole = false
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var requestsBegun = 0

    /// Sets an exchange up; nothing moves before the handle is given to the loop.
    ///
    /// - Throws: ``HTTPFailure`` when the request cannot be sent as it is.
    init(_ job: CurlJob, settings: CurlLoop.Settings, share: UnsafeMutableRawPointer?) throws(HTTPFailure) {
        guard !job.cancellation.isRequested else {
            throw HTTPFailure(.cancelled, mayHaveReachedServer: false, explanation: "cancelled before it began")
        }
        address = try CurlAddress(job.request.url)
        try Self.check(job.request)
        guard let easy = curl_easy_init() else {
            throw HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "libcurl is out of memory")
        }
        self.job = job
        self.easy = easy
        trust = settings.trust
        proxy = settings.proxies.proxy(scheme: address.scheme, host: address.host)
        errorText.pointee = 0
        setConnection(share: share, exceptions: settings.proxies.exceptions)
        setRequest()
        setCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerLines)
        errorText.deallocate()
    }

    private func setCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = shim_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = shim_set_bytes_function(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.at(context)?.take(bytes, size * count) ?? 0
        }
        _ = shim_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = shim_set_pointer(easy, CURLOPT_HEADERDATA, context)
        _ = shim_set_bytes_function(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.at(context)?.takeHeader(bytes, size * count) ?? 0
        }
        _ = shim_set_pointer(easy, CURLOPT_PREREQDATA, context)
        _ = shim_set_before_request(easy) { context, _, _, _, _ in
            CurlTransfer.at(context)?.beginRequest() ?? shim_abort
        }
        _ = shim_set_on_socket(easy) { _, socket, _ in
            // A program that is started later, for hours perhaps, must not hold the connection open.
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            return 0
        }
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Undoes what ``beginRequest()`` did for a connection, because libcurl closes the connection of such a handle
    /// when the handle goes.
    func beforeRemoval() {
        if job.goal == .connection { _ = shim_set_long(easy, CURLOPT_CONNECT_ONLY, 0) }
    }

    /// Called when the connection is open and the request would be written.
    private func beginRequest() -> CInt {
        if job.goal == .connection {
            // Not earlier: libcurl marks a connection made under this option as unfit for others. It heeds the option
            // as soon as this returns; a libcurl that should not would send a harmless HEAD.
            _ = shim_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
            return shim_go_on
        }
        requestsBegun += 1
        // When a kept connection dies before the first byte of a reply, libcurl sends the request again by itself.
        // Whether that is right is not its decision: the server may have done what the first one asked.
        return requestsBegun == 1 ? shim_go_on : shim_abort
    }

    private func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard body.count + count <= job.request.limits.maximumBodyBytes else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private func takeHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        headerBytes += count
        guard headerBytes <= Self.maximumHeaderBytes else {
            isTooLarge = true
            return 0
        }
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // A new reply: what came before was an interim one.
            headers = []
            isHeadWhole = false
        } else if line == "\r\n" || line == "\n" {
            isHeadWhole = true
        } else if let colon = line.firstIndex(of: ":") {
            headers.append(
                HTTPHeader(String(line[..<colon]), Self.trimmed(line[line.index(after: colon)...]))
            )
        }
        return count
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }

    /// Tells the waiter that it gave up.
    func cancel() {
        job.finish(
            .failure(
                HTTPFailure(
                    .cancelled,
                    mayHaveReachedServer: requestsBegun > 0,
                    explanation: "\(address.host): cancelled"
                )
            )
        )
    }

    /// Tells the waiter how it ended.
    func finish(_ code: CURLcode) {
        let status = number(CURLINFO_RESPONSE_CODE)
        if code == CURLE_OK, job.goal == .connection || isHeadWhole && (200...599).contains(status) && status != 407 {
            job.finish(.success(HTTPResponse(status: status, headers: headers, body: body)))
            return
        }
        let end = CurlEnd(
            code: code,
            text: String(cString: errorText),
            host: address.host,
            proxy: proxy.map { ProxyChoice.name(of: $0) },
            proxyStatus: number(CURLINFO_HTTP_CONNECTCODE),
            status: status,
            isTooLarge: isTooLarge,
            requestsBegun: requestsBegun
        )
        job.finish(.failure(end.failure))
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return shim_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }
}
