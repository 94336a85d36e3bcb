public import HTTPTransport
public import SessionCore

/// How far this machine's clock is from that of whoever answered.
public struct ClockSkew: Sendable, Hashable, CustomStringConvertible {
    /// Seconds that this machine is ahead; negative when it is behind.
    public let seconds: Int64

    /// A signature is good for five minutes; what is under four is no reason to refuse one.
    ///
    /// Source: IAM User Guide, "Elements of an AWS API request signature".
    private static let tolerableSeconds: Int64 = 240

    /// Compares an answer's `Date` with the present moment; nil when it has none that can be read.
    public init?(of response: HTTPResponse, now: Timestamp) {
        guard let date = response.header("Date").flatMap(Timestamp.init(httpDate:)) else { return nil }
        seconds = (now.milliseconds - date.milliseconds) / 1000
    }

    /// Whether it explains that a signature is refused.
    public var isTooLarge: Bool { seconds.magnitude > Self.tolerableSeconds }

    /// What a person needs to hear, for example `this machine's clock is 7 min behind`.
    public var description: String {
        let size = Int64(seconds.magnitude)
        let amount =
            switch size {
            case ..<120: "\(size) s"
            case ..<7200: "\((size + 30) / 60) min"
            case ..<172_800: "\((size + 1800) / 3600) h"
            default: "\((size + 43_200) / 86_400) days"
            }
        return "this machine's clock is \(amount) \(seconds < 0 ? "behind" : "ahead")"
    }
}
