internal import SessionCore

/// What the parent says to `channel-credentials` over the socket: one JSON object, then the end.
enum ChannelMessage: Sendable, Hashable {
    /// Credentials for the plugin.
    case credentials(ChannelCredentials)
    /// There are none, for this reason.
    case refused(String)

    /// The largest message, in bytes.
    static let maximumBytes = 65_536

    /// The message as bytes.
    ///
    /// Shape: what `credential_process` prints, `{"AccessKeyId":"…",…,"Version":1}`, or `{"error":"…"}`.
    /// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
    var bytes: [UInt8] {
        switch self {
        case .credentials(let credentials):
            var members = credentials.json.members ?? [:]
            members["Version"] = 1
            return JSON.object(members).canonicalBytes
        case .refused(let reason): return (["error": .string(reason)] as JSON).canonicalBytes
        }
    }

    /// Reads a message; nil when it is none.
    init?(bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes) else { return nil }
        if let reason = json["error"]?.text {
            self = .refused(reason)
        } else if let credentials = ChannelCredentials(json: json) {
            self = .credentials(credentials)
        } else {
            return nil
        }
    }

    /// Says that there are credentials.
    init(_ credentials: ChannelCredentials) {
        self = .credentials(credentials)
    }
}
