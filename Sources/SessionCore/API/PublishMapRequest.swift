/// The body of `PUT /v1/role-map`.
///
/// Shape: `{"base":12,"map":{…},"note":"…","force":false,"endSessions":false,"dryRun":false}`; only `base` and `map` are needed.
public struct PublishMapRequest: Sendable, Hashable {
    /// The number of the version that the publisher has seen; 0 when there was none.
    public var base: Int64
    /// The map, as it stands in its file.
    public var map: JSON
    /// What the publisher says about it; 1 to ``maximumNoteLength`` characters.
    public var note: String?
    /// Whether to publish although the publisher could not publish again after it.
    public var isForced: Bool
    /// Whether to end the live sessions that the map would not allow.
    public var endsSessions: Bool
    /// Whether only to say what would happen.
    public var isDryRun: Bool

    /// The most characters of a note.
    public static let maximumNoteLength = 512

    /// Makes a request.
    public init(
        base: Int64,
        map: JSON,
        note: String? = nil,
        isForced: Bool = false,
        endsSessions: Bool = false,
        isDryRun: Bool = false
    ) {
        self.base = base
        self.map = map
        self.note = note
        self.isForced = isForced
        self.endsSessions = endsSessions
        self.isDryRun = isDryRun
    }

    /// The request as JSON.
    public var json: JSON {
        .compact([
            "base": .integer(base),
            "dryRun": isDryRun ? true : nil,
            "endSessions": endsSessions ? true : nil,
            "force": isForced ? true : nil,
            "map": map,
            "note": note.map(JSON.string),
        ])
    }

    /// Reads a body.
    ///
    /// - Parameter body: The bytes as they came; the map in them is not looked into.
    /// - Throws: ``Problem`` with `BODY_INVALID` naming every wrong member.
    public init(body: [UInt8]) throws(Problem) {
        var reader = JSONReader(
            try RequestBody.parse(body, maximumBytes: RoleMapChunks.maximumMapBytes + RequestBody.maximumBytes)
        )
        let base: Int64? = reader.integer("base", in: 0...9_999_999_999)
        if base == nil, reader.value("base") == nil { reader.note("Missing; expected a whole number.", at: "base") }
        let map = reader.value("map")
        if map == nil { reader.note("Missing; expected the role map.", at: "map") }
        let note = reader.optional(
            "note",
            expected: "one line of 1 to \(Self.maximumNoteLength) characters"
        ) { OpenSessionRequest.isPlainText($0, maximumLength: Self.maximumNoteLength) ? $0 : nil }
        let isForced = reader.bool("force") ?? false
        let endsSessions = reader.bool("endSessions") ?? false
        let isDryRun = reader.bool("dryRun") ?? false
        let problems = reader.finished()
        guard problems.isEmpty, let base, let map else { throw RequestBody.problem(problems) }
        self.init(
            base: base,
            map: map,
            note: note,
            isForced: isForced,
            endsSessions: endsSessions,
            isDryRun: isDryRun
        )
    }
}
