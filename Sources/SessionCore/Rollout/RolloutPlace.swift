/// How far the role map has been rolled out in one account and Region.
///
/// It is what was seen there last: live state, never evidence.
public struct RolloutPlace: Sendable, Hashable {
    /// How the last run in the place ended.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Every document is what the map says.
        case current
        /// Something could not be done; ``RolloutPlace/problem`` says what.
        case failed
        /// Left out on purpose: the account is suspended or excluded, or the Region is off.
        case skipped
    }

    /// The account.
    public var account: AccountID
    /// The Region.
    public var region: Region
    /// The version of the map that was applied; a smaller one than the current says that the place is pending.
    public var number: Int64
    /// How it ended.
    public var state: State
    /// The documents that the map asks for there.
    public var documents: [RolloutDocument]
    /// When the place was looked at.
    public var checked: Timestamp
    /// What went wrong, or why the place is skipped; nil when nothing is to be said.
    public var problem: String?

    /// Makes a place.
    public init(
        account: AccountID,
        region: Region,
        number: Int64,
        state: State,
        documents: [RolloutDocument],
        checked: Timestamp,
        problem: String? = nil
    ) {
        self.account = account
        self.region = region
        self.number = number
        self.state = state
        self.documents = documents
        self.checked = checked
        self.problem = problem
    }

    /// The place as it travels, and as a store keeps it.
    ///
    /// Shape: `{"account":"111122223333","checked":"…Z","documents":[{…}],"number":3,"problem":"…","region":"eu-west-1",`
    /// `"state":"current"}`.
    public var json: JSON {
        .compact([
            "account": .string(account.digits),
            "checked": .string(checked.description),
            "documents": .array(documents.map(\.json)),
            "number": .integer(number),
            "problem": problem.map(JSON.string),
            "region": .string(region.name),
            "state": .string(state.rawValue),
        ])
    }

    /// Reads a place; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let account = json["account"]?.text.flatMap({ try? AccountID($0) }),
            let region = json["region"]?.text.flatMap({ try? Region($0) }), let number = json["number"]?.number,
            let state = json["state"]?.text.flatMap(State.init(rawValue:)), let elements = json["documents"]?.elements,
            let checked = json["checked"]?.text.flatMap({ Timestamp($0) })
        else { return nil }
        let documents = elements.compactMap(RolloutDocument.init(json:))
        guard documents.count == elements.count else { return nil }
        self.init(
            account: account,
            region: region,
            number: number,
            state: state,
            documents: documents,
            checked: checked,
            problem: json["problem"]?.text
        )
    }
}

/// One document in a place.
public struct RolloutDocument: Sendable, Hashable {
    /// What became of it in the last run.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It was as it should be.
        case current
        /// It was missing, and is there now.
        case created
        /// It had another content because of an older map, and has the right one now.
        case replaced
        /// Its latest version was right, but not the default one; it is now.
        case promoted
        /// Somebody had changed it, and it is right again.
        case repaired
        /// No map asks for it any more, and it is gone.
        case deleted
        /// It is not as it should be.
        case failed
    }

    /// The document's name.
    public var name: String
    /// What became of it.
    public var state: State
    /// Its default version as Systems Manager writes it; nil when it is not there.
    public var version: String?
    /// The SHA-256 of its content as the map renders it, in hexadecimal; nil when it is not there.
    public var hash: String?

    /// Makes a document.
    public init(name: String, state: State, version: String? = nil, hash: String? = nil) {
        self.name = name
        self.state = state
        self.version = version
        self.hash = hash
    }

    /// The document as it travels.
    public var json: JSON {
        .compact([
            "hash": hash.map(JSON.string),
            "name": .string(name),
            "state": .string(state.rawValue),
            "version": version.map(JSON.string),
        ])
    }

    /// Reads a document; nil when something is missing or wrong.
    public init?(json: JSON) {
        guard let name = json["name"]?.text, let state = json["state"]?.text.flatMap(State.init(rawValue:)) else {
            return nil
        }
        self.init(name: name, state: state, version: json["version"]?.text, hash: json["hash"]?.text)
    }
}
