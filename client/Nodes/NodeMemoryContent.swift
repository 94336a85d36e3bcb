internal import SessionCore

/// What stands in the file of remembered nodes.
///
/// Shape: `{"places":{"<broker> <account> <permission set> <Region>":{"listed":1795248000000,"names":[["i-…","web-1"]],"seen":…,
/// "used":["i-…"]}},"signIns":{"<broker> profile:x":{"account":"111122223333","permissionSet":"DatabaseAdmin","seen":…}},"version":1}`.
struct NodeMemoryContent: Sendable, Hashable {
    /// The most names that are kept of one list.
    static let maximumNames = 1000
    private static let maximumUsed = 30
    private static let maximumPlaces = 16
    private static let maximumSignIns = 32
    private static let version: Int64 = 1

    /// A node's id, and its name if it has one.
    struct Name: Sendable, Hashable {
        let id: NodeID
        let name: String?
    }

    /// What is known of one Region, as one permission set of one account sees it.
    struct Place: Sendable, Hashable {
        var names: [Name] = []
        var listed = Timestamp(milliseconds: 0)
        var used: [NodeID] = []
        var seen = Timestamp(milliseconds: 0)

        static func key(_ broker: String, _ account: AccountID, _ permissionSet: String, _ region: Region) -> String {
            "\(broker) \(account) \(permissionSet) \(region)"
        }

        mutating func note(_ node: NodeID) {
            used = Array(([node] + used.filter { $0 != node }).prefix(maximumUsed))
        }
    }

    /// Whom a sign-in was for the broker when it last answered.
    struct SignIn: Sendable, Hashable {
        var account: AccountID
        var permissionSet: String
        var seen: Timestamp
    }

    var places: [String: Place] = [:]
    var signIns: [String: SignIn] = [:]

    /// Nothing is remembered.
    init() {}

    /// The place's key; the place is there afterwards, and the oldest ones are not where there were too many.
    mutating func place(
        of signIn: String,
        _ broker: String,
        _ account: AccountID,
        _ permissionSet: String,
        _ region: Region,
        at now: Timestamp
    ) -> String {
        let key = Place.key(broker, account, permissionSet, region)
        places[key, default: Place()].seen = now
        signIns["\(broker) \(signIn)"] = SignIn(account: account, permissionSet: permissionSet, seen: now)
        Self.trim(&places, to: Self.maximumPlaces, by: \.seen)
        Self.trim(&signIns, to: Self.maximumSignIns, by: \.seen)
        return key
    }

    private static func trim<Value>(_ held: inout [String: Value], to count: Int, by seen: KeyPath<Value, Timestamp>) {
        while held.count > count, let oldest = held.min(by: { $0.value[keyPath: seen] < $1.value[keyPath: seen] }) {
            held[oldest.key] = nil
        }
    }
}

extension NodeMemoryContent {
    /// The content as JSON.
    var json: JSON {
        [
            "places": .object(places.mapValues(\.json)),
            "signIns": .object(
                signIns.mapValues {
                    [
                        "account": .string($0.account.digits), "permissionSet": .string($0.permissionSet),
                        "seen": .integer($0.seen.milliseconds),
                    ]
                }
            ), "version": .integer(Self.version),
        ]
    }

    /// Reads content; what is wrong in it is left out, and of another version all is.
    init(json: JSON) {
        guard json["version"]?.number == Self.version else { return }
        places = (json["places"]?.members ?? [:]).mapValues(Place.init(json:))
        signIns = (json["signIns"]?.members ?? [:]).compactMapValues { signIn in
            guard let account = signIn["account"]?.text.flatMap({ try? AccountID($0) }),
                let permissionSet = signIn["permissionSet"]?.text, let seen = signIn["seen"]?.number
            else { return nil }
            return SignIn(account: account, permissionSet: permissionSet, seen: Timestamp(milliseconds: seen))
        }
    }
}

extension NodeMemoryContent.Place {
    fileprivate var json: JSON {
        [
            "listed": .integer(listed.milliseconds),
            "names": .array(names.map { .array([.string($0.id.text)] + ($0.name.map { [.string($0)] } ?? [])) }),
            "seen": .integer(seen.milliseconds), "used": .array(used.map { .string($0.text) }),
        ]
    }

    fileprivate init(json: JSON) {
        let id = { (json: JSON?) in json?.text.flatMap { try? NodeID($0) } }
        names = (json["names"]?.elements ?? []).compactMap { pair in
            id(pair.elements?.first).map { found in
                NodeMemoryContent.Name(id: found, name: pair.elements?.dropFirst().first?.text)
            }
        }
        used = (json["used"]?.elements ?? []).compactMap(id)
        listed = Timestamp(milliseconds: json["listed"]?.number ?? 0)
        seen = Timestamp(milliseconds: json["seen"]?.number ?? 0)
    }
}
