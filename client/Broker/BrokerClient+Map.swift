internal import SessionCore

/// One published version as the API names it.
struct PublishedVersion: Sendable, Hashable {
    /// From 1.
    let number: Int64
    /// The SHA-256 of the map, in hexadecimal.
    let hash: String
    /// When.
    let published: Timestamp
    /// The publisher's ARN.
    let by: String
    /// What they said about it.
    let note: String?
    /// The whole, as it came.
    let json: JSON

    /// Reads a version; nil when something is missing.
    init?(json: JSON) {
        guard let number = json["number"]?.number, let hash = json["hash"]?.text, let by = json["by"]?.text,
            let published = json["published"]?.text.flatMap({ Timestamp($0) })
        else { return nil }
        self.number = number
        self.hash = hash
        self.published = published
        self.by = by
        note = json["note"]?.text
        self.json = json
    }

    /// The publisher's name in their role session, which is what people know each other by.
    var publisher: String { by.split(separator: "/").last.map(String.init) ?? by }

    /// The moment, for a table.
    var moment: String { String(published.description.prefix(19).map { $0 == "T" ? " " : $0 }) }
}

extension BrokerClient {
    private static let mapMilliseconds = 33_000
    static let readPurpose = "The role map was not read"
    static let historyPurpose = "The history of the role map was not read"

    /// The published versions, newest first.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - since: Only versions with a larger number.
    ///   - purpose: What did not happen when this fails.
    /// - Returns: The versions.
    /// - Throws: ``CommandFailure``.
    func mapVersions(
        upTo limit: Int,
        since: Int64 = 0,
        purpose: String = historyPurpose
    ) async throws -> [PublishedVersion] {
        var found: [PublishedVersion] = []
        var cursor: String?
        repeat {
            let query = [("limit", String(min(limit - found.count, 100)))] + (cursor.map { [("cursor", $0)] } ?? [])
            let page = try await call(
                "GET",
                "/v1/role-map/versions",
                query: query.map { (name: $0.0, value: $0.1) },
                milliseconds: Self.mapMilliseconds,
                purpose: purpose
            )
            let elements = page["versions"]?.elements ?? []
            let versions = elements.compactMap(PublishedVersion.init(json:))
            guard page["versions"]?.elements != nil, versions.count == elements.count else {
                throw unreadableMap(purpose)
            }
            found += versions.filter { $0.number > since }
            cursor = versions.contains { $0.number <= since } ? nil : page["next"]?.text
        } while cursor != nil && found.count < limit
        return found
    }

    /// A published version with its map: of that number, or the current one.
    ///
    /// - Throws: ``CommandFailure``; with `MAP_MISSING` when nothing is published.
    func publishedMap(
        _ number: Int64? = nil,
        purpose: String = readPurpose
    ) async throws -> (version: PublishedVersion, map: RoleMap) {
        let path = number.map { "/v1/role-map/versions/\($0)" } ?? "/v1/role-map"
        let json = try await call("GET", path, milliseconds: Self.mapMilliseconds, purpose: purpose)
        guard let version = PublishedVersion(json: json), let map = json["map"] else {
            throw unreadableMap(purpose)
        }
        guard let map = try? RoleMap(json: map) else {
            // Its own broker took it, so it is of a form that only a newer client knows.
            throw unreadableMap(purpose)
        }
        guard map.version == version.hash else {
            throw CommandFailure(
                .failed,
                code: "MAP_DAMAGED",
                what: "\(purpose): version \(version.number) came with another map than its hash says.",
                next: "Try again; if it stays, tell the platform team."
            )
        }
        return (version, map)
    }

    /// The role map in force; nil when there is none that can be used.
    ///
    /// - Throws: ``CommandFailure``.
    func mapInForce(purpose: String = readPurpose) async throws -> RoleMap? {
        do {
            return try await publishedMap(purpose: purpose).map
        } catch let failure as CommandFailure where failure.code == ProblemCode.mapMissing.rawValue {
            return nil
        }
    }

    /// Publishes a map, or says what would happen.
    ///
    /// - Throws: ``CommandFailure``.
    func publish(_ request: PublishMapRequest, purpose: String) async throws -> JSON {
        let reply = try await call(
            "PUT",
            "/v1/role-map",
            body: request.json,
            milliseconds: Self.mapMilliseconds,
            purpose: purpose
        )
        guard reply["number"]?.number != nil, reply["difference"]?.members != nil,
            reply["sessions"]?.elements != nil
        else { throw unreadableMap(purpose) }
        return reply
    }

    private func unreadableMap(_ purpose: String) -> CommandFailure {
        CommandFailure(
            .failed,
            code: "ANSWER_UNREADABLE",
            what: "\(purpose): the broker's answer lacks what this client needs.",
            why: ["This is \(Version.client); the broker at \(endpoint.host) may be of another version."],
            next: "Update ssm-broker, or ask whoever runs the broker."
        )
    }
}
