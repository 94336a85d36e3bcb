public import AWSClient
internal import DynamoDBStore
internal import SQLiteStore
public import SessionCore

/// Everything that a function keeps.
public typealias FunctionStore = AuditStore & BlockStore & RoleMapStore & RolloutStore

/// Where records and state are kept.
///
/// Shape: `sqlite:/var/lib/ssm-broker/audit.sqlite` or `dynamodb:ssm-broker`.
public enum StorePlace: Sendable, Hashable {
    /// A SQLite file, by path.
    case sqlite(String)
    /// DynamoDB tables, by what their names begin with.
    case dynamodb(String)

    /// What its variable should be.
    public static let expected = "sqlite:<absolute path> or dynamodb:<table prefix>"

    /// Set by Lambda itself, for every runtime; its presence tells real Lambda from a stand-in.
    public static let initializationKey = "AWS_LAMBDA_INITIALIZATION_TYPE"

    /// Reads the configured text; nil when it names no place.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "sqlite" where parts[1].hasPrefix("/"): self = .sqlite(String(parts[1]))
        case "dynamodb" where Self.isTableName(parts[1]): self = .dynamodb(String(parts[1]))
        default: return nil
        }
    }

    /// Why nothing can be kept there in this environment; nil when it can.
    public func objection(in environment: [String: String]) -> String? {
        guard case .sqlite = self, environment[Self.initializationKey] != nil else { return nil }
        return "sqlite keeps records on a disk that Lambda throws away; name dynamodb tables"
    }

    /// Opens the store.
    ///
    /// - Parameters:
    ///   - region: The function's own.
    ///   - client: Calls AWS.
    ///   - credentials: Of the function's execution role.
    /// - Returns: The store.
    /// - Throws: What the store says about why it cannot be used.
    public func open(
        in region: Region,
        client: AWSClient,
        credentials: any CredentialSource
    ) async throws -> any FunctionStore {
        let now = FunctionProcess.now
        let makeID: @Sendable () -> RecordID = { RecordID(random: FunctionProcess.randomBytes(16)) }
        switch self {
        case .sqlite(let path): return try await SQLiteStore.open(at: path, now: now, makeID: makeID)
        case .dynamodb(let name):
            let place = DynamoDBStore.Place(name: name, region: region, client: client, credentials: credentials)
            return try await DynamoDBStore.open(place, now: now, makeID: makeID)
        }
    }

    /// What DynamoDB takes as a table's name, and leaves room for `-sessions` after it.
    private static func isTableName(_ text: Substring) -> Bool {
        (3...240).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
