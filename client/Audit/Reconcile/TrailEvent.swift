internal import SessionCore

/// What is wanted of every event of CloudTrail: where and when, so that it is known what the files cover.
struct TrailPlace: Hashable {
    /// An account and a Region.
    struct Area: Hashable, Comparable {
        let account: String
        let region: String

        static func < (left: Area, right: Area) -> Bool {
            (left.account, left.region) < (right.account, right.region)
        }
    }

    let area: Area
    let time: Timestamp
}

/// An event of CloudTrail that is about sessions: the members that are compared.
///
/// Source: CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element".
struct TrailEvent: Hashable {
    /// The calls that are compared.
    enum Call: String, Hashable {
        case start = "StartSession"
        case resume = "ResumeSession"
        case end = "TerminateSession"
        case assume = "AssumeRole"
    }

    /// Who called.
    struct Principal: Hashable {
        /// The ARN, or what stands in for it: a service's name, a principal id.
        var name: String
        /// The name of the role behind the session; nil when no role is.
        var role: String?
        /// The permission set, when the role is one that Identity Center made.
        var permissionSet: String?
        /// The account that has the role or user.
        var account: String?
        /// The name of the role session.
        var roleSessionName: String?
        var sourceIdentity: String?
    }

    var call: Call
    var place: TrailPlace
    var eventID: String
    var requestID: String?
    var principal: Principal
    /// Why AWS refused; nil when it did not.
    var errorCode: String?
    /// The node; for other calls than ``Call/start`` nil.
    var node: String?
    var document: String?
    var sessionID: String?
    /// The role and the role session's name that ``Call/assume`` asked for.
    var assumedRole: String?
    var assumedName: String?

    private static let headNames: Set = ["eventName", "eventSource", "eventTime", "awsRegion", "recipientAccountId"]

    /// What is needed of an event's text to go on, and the event itself when it is about sessions.
    ///
    /// - Returns: nil when the text is no event.
    static func read(_ bytes: [UInt8]) -> (place: TrailPlace, event: TrailEvent?)? {
        var cursor = JSONCursor(bytes)
        guard let head = cursor.texts(named: headNames), let source = head["eventSource"],
            let name = head["eventName"], let time = head["eventTime"].flatMap({ Timestamp($0) })
        else { return nil }
        // Events without an account are those of services without one; none is about sessions.
        let area = TrailPlace.Area(account: head["recipientAccountId"] ?? "", region: head["awsRegion"] ?? "")
        let place = TrailPlace(area: area, time: time)
        guard let call = Call(rawValue: name),
            source == (call == .assume ? "sts.amazonaws.com" : "ssm.amazonaws.com")
        else { return (place, nil) }
        guard let json = LenientJSON(bytes) else { return nil }
        return (place, TrailEvent(call, at: place, json: json))
    }

    private init(_ call: Call, at place: TrailPlace, json: LenientJSON) {
        let parameters = json["requestParameters"]
        let answer = json["responseElements"]
        self.call = call
        self.place = place
        eventID = json["eventID"]?.text ?? ""
        requestID = json["requestID"]?.text
        errorCode = json["errorCode"]?.text
        principal = Principal(json["userIdentity"])
        node = parameters?["target"]?.text
        document = parameters?["documentName"]?.text
        sessionID = answer?["sessionId"]?.text ?? parameters?["sessionId"]?.text
        assumedRole = parameters?["roleArn"]?.text
        assumedName = parameters?["roleSessionName"]?.text
    }
}

extension TrailEvent.Principal {
    init(_ identity: LenientJSON?) {
        let issuer = identity?["sessionContext"]?["sessionIssuer"]
        let arn = identity?["arn"]?.text
        name = arn ?? identity?["principalId"]?.text ?? identity?["invokedBy"]?.text ?? "unknown"
        account = issuer?["accountId"]?.text ?? identity?["accountId"]?.text
        sourceIdentity = identity?["sessionContext"]?["sourceIdentity"]?.text
        // arn:aws:sts::<account>:assumed-role/<role>/<session name>, without the role's path.
        let parts = (arn ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasSuffix(":assumed-role") else { return }
        role = String(parts[1])
        roleSessionName = String(parts[2])
        // The name alone proves nothing: the path is Identity Center's own.
        let path = "role/aws-reserved/sso.amazonaws.com/"
        guard issuer?["arn"]?.text?.split(separator: ":").last?.hasPrefix(path) == true else { return }
        // Whatever cannot be read is no permission set that could be excused.
        let caller = try? CallerIdentity(
            arn: arn ?? "",
            callerID: identity?["principalId"]?.text ?? "",
            account: account ?? ""
        )
        permissionSet = caller?.permissionSet?.name
    }

    /// Whether this is a session of a role, in the account in which it acts: a name alone repeats between accounts.
    func isRole(_ name: String, of account: String) -> Bool {
        role == name && self.account == account
    }
}
