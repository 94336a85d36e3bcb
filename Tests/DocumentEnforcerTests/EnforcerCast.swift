import DocumentEnforcer
import Logging
import SessionCore
import Synchronization
import TestSupport

/// The places, documents and clock that the enforcer's tests are about.
enum EnforcerCast {
    static let first = account("111122223333")
    static let second = account("444455556666")
    static let ireland = region("eu-west-1")
    static let frankfurt = region("eu-central-1")
    static let place = Place(first, ireland)

    static func account(_ digits: String) -> AccountID {
        do throws(AccountID.Rejection) {
            return try AccountID(digits)
        } catch {
            preconditionFailure("\(digits) is an account")
        }
    }

    static func region(_ name: String) -> Region {
        do throws(Region.Rejection) {
            return try Region(name)
        } catch {
            preconditionFailure("\(name) is a Region")
        }
    }

    /// A map that gives each of these permission sets a user, in Ireland unless told otherwise.
    static func map(
        _ users: [String: String] = ["DatabaseAdmin": "dbadmin", "WebOperator": "webops"],
        regions: [String] = ["eu-west-1"],
        preferences: JSON? = nil,
        rollout: [String: JSON] = [:]
    ) throws -> RoleMap {
        let sets = users.mapValues { user -> JSON in
            [
                "linuxUser": .string(user), "limits": ["idleMinutes": 20], "sessions": ["shell"],
            ]
        }
        return try RoleMap(
            json: .compact([
                "administrators": [["account": "111122223333", "permissionSet": "BrokerAdmin"]],
                "auditors": [],
                "permissionSets": .object(sets),
                "preferences": preferences,
                "rollout": .object(["regions": .array(regions.map(JSON.string))].merging(rollout) { $1 }),
                "version": 1,
            ])
        )
    }

    /// A document of the map, as it must stand in a place.
    static func document(_ set: String = "DatabaseAdmin", user: String = "dbadmin", in place: Place = place) throws
        -> SessionDocument
    {
        let name = try PermissionSetName(set)
        guard let entry = try map([set: user]).entries[name] else { throw NoSuchEntry() }
        return SessionDocument(.shell, of: name, entry: entry, in: .account(place.account, place.region))
    }

    struct NoSuchEntry: Error {}
}

/// A clock that nothing moves but waits, and whose random number is always one half.
final class WaitingClock: Sendable {
    private let seen = Mutex<(now: Timestamp, waits: [Int])>((AuditSamples.start, []))

    var now: Timestamp { seen.withLock { $0.now } }
    var waits: [Int] { seen.withLock { $0.waits } }

    func advance(milliseconds: Int) {
        seen.withLock { $0.now = Timestamp(milliseconds: $0.now.milliseconds + Int64(milliseconds)) }
    }

    var clock: EnforcerClock {
        EnforcerClock(
            now: { self.now },
            sleep: { milliseconds in
                self.seen.withLock { $0.waits.append(milliseconds) }
                self.advance(milliseconds: milliseconds)
            },
            random: { 0.5 }
        )
    }

    /// A moment some seconds after the beginning.
    static func at(seconds: Int64) -> Timestamp { AuditSamples.start.advanced(bySeconds: seconds) }
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
