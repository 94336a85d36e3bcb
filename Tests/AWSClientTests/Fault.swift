import AWSClient
import HTTPTransport
import TestSupport
import Testing

/// A way that one attempt fails, and what must be made of it.
struct Fault: Sendable, CustomTestStringConvertible {
    let why: String
    let answer: ScriptedTransport.Answer
    let kind: AWSFailure.Kind
    var code: String?
    var outcomeUnknown = false
    /// Whether a call that may be repeated at will is repeated.
    var isTransient = false
    /// Whether StartSession is.
    var isThrottling = false

    var testDescription: String { why }

    /// Faults of any call.
    static let ofAnyCall: [Fault] = [
        Fault(
            why: "denied",
            answer: .json(400, "AccessDeniedException"),
            kind: .accessDenied,
            code: "AccessDeniedException"
        ),
        Fault(
            why: "a code with namespace and link",
            answer: .json(400, "com.amazonaws.ssm#InvalidDocument:http://internal.amazon.com/coral/"),
            kind: .invalidDocument,
            code: "InvalidDocument"
        ),
        Fault(
            why: "not connected",
            answer: .json(400, "TargetNotConnected"),
            kind: .targetNotConnected,
            code: "TargetNotConnected"
        ),
        Fault(
            why: "expired",
            answer: .json(400, "ExpiredTokenException"),
            kind: .credentialsRejected,
            code: "ExpiredTokenException"
        ),
        Fault(
            why: "not there",
            answer: .json(400, "DoesNotExistException"),
            kind: .notFound,
            code: "DoesNotExistException"
        ),
        Fault(why: "invalid", answer: .json(400, "ValidationException"), kind: .refused, code: "ValidationException"),
        Fault(
            why: "throttled",
            answer: .json(400, "ThrottlingException"),
            kind: .throttled,
            code: "ThrottlingException",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "throttled with 429",
            answer: .json(429, "TooManyRequestsException"),
            kind: .throttled,
            code: "TooManyRequestsException",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "slowed down with 503",
            answer: .json(503, "SlowDown"),
            kind: .throttled,
            code: "SlowDown",
            isTransient: true,
            isThrottling: true
        ),
        Fault(
            why: "failed inside",
            answer: .json(500, "InternalServerError"),
            kind: .unavailable,
            code: "InternalServerError",
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "503 by name, but no throttling",
            answer: .json(503, "ServiceUnavailable"),
            kind: .unavailable,
            code: "ServiceUnavailable",
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "502 of a gateway",
            answer: .body(502, "<html>"),
            kind: .unavailable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "429 of a gateway",
            answer: .body(429, ""),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(why: "403 of a gateway", answer: .body(403, "<html>no"), kind: .brokenAnswer, outcomeUnknown: true),
        Fault(why: "a redirect", answer: .body(302, ""), kind: .brokenAnswer, outcomeUnknown: true),
        Fault(
            why: "200 without content",
            answer: .body(200, ""),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "timed out after sending",
            answer: .failure(.timeout, reached: true),
            kind: .unreachable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "cut off",
            answer: .failure(.interrupted, reached: true),
            kind: .unreachable,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "not reached",
            answer: .failure(.unreachable, reached: false),
            kind: .unreachable,
            isTransient: true
        ),
        Fault(why: "too large", answer: .failure(.tooLarge, reached: true), kind: .unreachable, outcomeUnknown: true),
        Fault(why: "not trusted", answer: .failure(.untrusted, reached: false), kind: .unreachable),
        Fault(why: "cancelled", answer: .failure(.cancelled, reached: true), kind: .cancelled, outcomeUnknown: true),
    ]

    /// Successes of StartSession that lack something.
    static let ofStarting: [Fault] = [
        Fault(
            why: "200 with a part",
            answer: .body(200, #"{"SessionId":"ana-1","StreamUrl":"wss://x"}"#),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
        Fault(
            why: "200 with another type",
            answer: .body(200, #"{"SessionId":7,"TokenValue":"SECRETTOKEN","StreamUrl":"wss://x"}"#),
            kind: .brokenAnswer,
            outcomeUnknown: true,
            isTransient: true
        ),
    ]
}
