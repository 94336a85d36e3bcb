internal import SessionCore

/// Something that a sweep found, or did.
struct SweepFinding: Sendable, Hashable {
    /// What it is; the raw value stands in the record's details as `kind`.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An intent had no outcome long after its broker's deadline: the sweep took it and ended what had been started.
        case intentResolved = "intent-resolved"
        /// A session whose token nobody can have was still running: the sweep ended it.
        case orphanEnded = "orphan-ended"
        /// A session that was started and never connected to: its answer never reached the engineer, and the sweep ended it.
        case neverConnected = "never-connected"
        /// A session ended without the broker: the sweep recorded its end.
        case endedElsewhere = "ended-elsewhere"
        /// A session runs longer than the role map allows; reported only.
        case pastMaximum = "past-maximum"
        /// A second session runs under the name of one of our sessions; reported only.
        case secondSession = "second-session"
        /// AWS lists a live session neither as active nor among those of the last 30 days; reported only.
        case notListed = "not-listed"
        /// A session of the broker's role that no intent of ours tells of; reported only.
        case unrecorded = "unrecorded"
        /// A session of somebody who is blocked was still running: the sweep ended it.
        case callerBlocked = "caller-blocked"
        /// A session that the last publication forbids, and that its publisher asked to end, was still running: the sweep ended it.
        case mapForbids = "map-forbids"
    }

    var kind: Kind
    var place: SweepPlace
    /// Our id of the session; nil when it is none of ours.
    var session: RecordID?
    /// Systems Manager's id; nil when nothing was started.
    var sessionID: String?
    /// The starter's ARN, whole.
    var owner: String?
    /// The node, as AWS or the intent names it.
    var target: String?
    /// What AWS says of the session.
    var status: String?

    /// The same for the same finding in every run, so that it is recorded once.
    var recordID: RecordID {
        let subject = sessionID ?? session?.text ?? ""
        return RecordID(derivedFrom: "sweep.finding/\(kind.rawValue)/\(place)/\(subject)")
    }

    /// What the record says in its details.
    var details: [String: String] {
        var details = ["account": place.account.digits, "kind": kind.rawValue, "region": place.region.name]
        details["sessionId"] = sessionID?.printable(maximumLength: 256)
        details["owner"] = owner?.printable(maximumLength: 256)
        details["target"] = target?.printable(maximumLength: 256)
        details["status"] = status?.printable(maximumLength: 64)
        return details
    }

    /// The finding as the API shows it.
    var json: JSON {
        .compact([
            "account": .string(place.account.digits),
            "kind": .string(kind.rawValue),
            "owner": details["owner"].map(JSON.string),
            "region": .string(place.region.name),
            "session": session.map { .string($0.text) },
            "sessionId": details["sessionId"].map(JSON.string),
            "status": details["status"].map(JSON.string),
            "target": details["target"].map(JSON.string),
        ])
    }
}

/// An account and a Region of it.
struct SweepPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    let account: AccountID
    let region: Region

    var description: String { "\(account)/\(region)" }

    static func < (left: SweepPlace, right: SweepPlace) -> Bool { left.description < right.description }
}

extension SessionHistory {
    /// Where the session's node is.
    var place: SweepPlace { SweepPlace(account: access.account, region: access.region) }
}
