internal import SessionCore

/// How much there is room for in one answer: what does not fit comes with the next page.
///
/// Lambda hands over 6 MB at most, in which the body stands as text, each of its quotation marks and backslashes taking two bytes;
/// ssm-broker reads 4 MiB. Commands make records long, and whoever writes them must not be able to make the log unreadable.
/// Source: AWS Lambda Developer Guide, "Lambda quotas" (invocation payload).
struct AnswerRoom {
    /// The most bytes of all the elements of a list.
    static let bytes = 4_000_000

    private var left: Int
    private var isEmpty = true

    /// The elements that fit from the first one on; that one always.
    ///
    /// - Parameters:
    ///   - elements: What would be answered.
    ///   - bytes: How much room there is, counted as text within text.
    ///   - json: How each travels.
    /// - Returns: All of them, or those before the first that does not fit.
    static func fitting<Element>(
        _ elements: [Element],
        within bytes: Int = Self.bytes,
        json: (Element) -> JSON
    ) -> [Element] {
        var room = AnswerRoom(left: bytes)
        return Array(elements.prefix { room.takes(json($0)) })
    }

    private init(left: Int) {
        self.left = left
    }

    private mutating func takes(_ json: JSON) -> Bool {
        defer { isEmpty = false }
        let bytes = json.canonicalBytes
        let comma = isEmpty ? 0 : 1
        left -= comma + bytes.count + bytes.count { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        return isEmpty || left >= 0
    }
}

extension AuditPage {
    /// As much of the page as there is room for, and where the rest begins.
    func fitting(within bytes: Int = AnswerRoom.bytes) -> AuditPage {
        let kept = AnswerRoom.fitting(records, within: bytes, json: \.json)
        guard kept.count < records.count else { return self }
        // A record that cannot be read has no place in the order of time, so the page goes on to the next that has.
        for count in kept.count...records.count {
            if let last = records[count - 1].record {
                return AuditPage(records: Array(records[..<count]), next: AuditCursor(time: last.time, id: last.id))
            }
        }
        return self
    }
}

extension InstancesReply {
    /// As much of the page as there is room for, and where the rest begins.
    func fitting(within bytes: Int = AnswerRoom.bytes) -> InstancesReply {
        let kept = AnswerRoom.fitting(nodes, within: bytes, json: \.json)
        guard kept.count < nodes.count, let last = kept.last else { return self }
        var page = self
        page.nodes = kept
        page.next = last.id
        return page
    }
}

extension SessionPage {
    /// As much of the page as there is room for, and where the rest begins.
    func fitting(within bytes: Int = AnswerRoom.bytes) -> SessionPage {
        let kept = AnswerRoom.fitting(sessions, within: bytes, json: \.json)
        guard kept.count < sessions.count, let last = kept.last else { return self }
        return SessionPage(sessions: kept, next: AuditCursor(time: last.opened, id: last.id))
    }
}
