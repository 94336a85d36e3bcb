internal import SessionCore
internal import Synchronization

/// Counts the refusals of callers who are refused too often to record each: a loop must not fill the log.
///
/// Of each caller's refusals in a minute, the first so many are recorded one by one. The next one is too, and says that the others
/// are summed; their sum is one record, written with the first request after the minute, whoever makes it. A broker that dies
/// before leaves the announcement without its sum, which shows what is missing. A refusal that is only counted starts nothing, so
/// that its request id is not used up loses nothing.
final class RefusalSums: Sendable {
    /// What is to be done about a refusal.
    enum Course: Sendable, Hashable {
        /// It is recorded by itself.
        case record
        /// It is recorded by itself, and announces that others are summed up to a time.
        case announce(until: Timestamp)
        /// It was counted, and has no record of its own.
        case counted
    }

    private static let minute: Int64 = 60
    /// A sum names at most so many nodes, which fills about a kilobyte.
    private static let maximumNodes = 50

    private struct Key: Hashable {
        let event: AuditEvent
        let owner: SessionOwner?
    }

    private struct Tally {
        let begun: Timestamp
        var seen = 0
        var announcement: AuditRecord?
        var isAnnounced = false
        var codes: [String: Int] = [:]
        var nodes: Set<String> = []

        var end: Timestamp { begun.advanced(bySeconds: minute) }
    }

    private struct State {
        var tallies: [Key: Tally] = [:]
        var unwritten: [AuditRecord] = []
    }

    private let state = Mutex(State())
    private let perMinute: Int

    /// Makes empty sums.
    ///
    /// - Parameter perMinute: How many refusals of a caller are recorded one by one in a minute.
    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Takes notice of a refusal that is about to be recorded.
    func course(of refusal: AuditRecord) -> Course {
        state.withLock { state in
            let key = Key(event: refusal.event, owner: refusal.caller?.owner)
            var tally = state.tallies[key] ?? Tally(begun: refusal.time)
            defer { state.tallies[key] = tally }
            tally.seen += 1
            guard tally.seen > perMinute else { return .record }
            guard tally.isAnnounced else {
                tally.announcement = refusal
                tally.isAnnounced = true
                return .announce(until: tally.end)
            }
            if let code = refusal.decision?.code { tally.codes[code, default: 0] += 1 }
            if let node = refusal.access?.node.text, tally.nodes.count < Self.maximumNodes { tally.nodes.insert(node) }
            return .counted
        }
    }

    /// Takes back an announcement that could not be recorded: the next refusal makes it.
    func withdraw(_ announcement: AuditRecord) {
        state.withLock { state in
            let key = Key(event: announcement.event, owner: announcement.caller?.owner)
            guard state.tallies[key]?.announcement?.id == announcement.id else { return }
            state.tallies[key]?.isAnnounced = false
        }
    }

    /// The sums of the minutes that are over, which nobody has said to be written yet.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - makeID: Makes the ids of the records; a sum keeps its own however often it is asked for.
    /// - Returns: The records; none most of the time.
    func due(at now: Timestamp, makeID: () -> RecordID) -> [AuditRecord] {
        state.withLock { state in
            for (key, tally) in state.tallies where tally.end <= now {
                state.tallies[key] = nil
                if let sum = Self.sum(tally, id: makeID, at: now) { state.unwritten.append(sum) }
            }
            return state.unwritten
        }
    }

    /// Forgets a sum that is in the log.
    func written(_ sum: AuditRecord) {
        state.withLock { state in state.unwritten.removeAll { $0.id == sum.id } }
    }

    private static func sum(_ tally: Tally, id makeID: () -> RecordID, at now: Timestamp) -> AuditRecord? {
        guard let announcement = tally.announcement, tally.isAnnounced || !tally.codes.isEmpty else { return nil }
        let count = tally.codes.values.reduce(0, +)
        var request = announcement.request
        // The announcement has used its request id.
        request?.clientRequestID = nil
        let codes = tally.codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return AuditRecord(
            id: makeID(),
            time: now,
            event: announcement.event,
            caller: announcement.caller,
            request: request,
            decision: AuditDecision(
                code: codes.first?.key ?? announcement.decision?.code ?? "",
                detail: "\(count) more refusals of this caller, which have no records of their own."
            ),
            details: [
                "codes": codes.map { "\($0.key)=\($0.value)" }.joined(separator: " "), "count": String(count),
                "nodes": tally.nodes.sorted().joined(separator: " "), "since": announcement.time.description,
                "until": tally.end.description,
            ].filter { !$0.value.isEmpty }
        )
    }
}

extension Broker {
    /// Writes the sums that are due; those that cannot be written now are with the next request.
    func writeDueSums(in exchange: inout Exchange) async {
        let sums = refusals.due(at: exchange.received) { RecordID(random: dependencies.randomBytes(16)) }
        for sum in sums {
            do {
                try await append(sum, in: exchange)
                refusals.written(sum)
            } catch {
                exchange.note(error, of: "sum")
                return
            }
        }
    }
}
