internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Places in the chains whose hashes were kept where nobody who can write the log can write.
///
/// Shape: JSON objects, one a line: what `audit heads` prints, `{"chain":0,"hash":"…","sequence":12}`, or the lines with which the
/// broker logs each append, `{"audit.chain":"0","audit.hash":"…","audit.sequence":"12",…}`, as a log archive exports them: with a
/// time before the object, inside another object's `message`, or in a list of such, `events` or `logEvents`, as `aws logs
/// filter-log-events` prints them. Any other line is passed over. A file may be packed with gzip, as CloudWatch Logs exports it.
struct Anchors: Sendable {
    /// The hashes kept of one chain, by place.
    private(set) var chains: [Int: [Int64: [UInt8]]] = [:]
    /// The first place of which two different hashes were kept.
    private(set) var contradiction: ChainCheck.Finding?
    /// How many places are anchored.
    var count: Int { chains.values.reduce(0) { $0 + $1.count } }

    /// Reads lines, or one document.
    init(text: some Sequence<UInt8>) {
        let bytes = Array(text)
        if let document = try? JSON(parsing: bytes) {
            for head in Self.heads(document) { take(head) }
        } else {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                for head in Self.heads(line) { take(head) }
            }
        }
    }

    /// Reads a file.
    ///
    /// - Throws: ``CommandFailure`` when there is none, or no anchor in it: a verification against nothing would look like one.
    init(path: String) throws {
        let content: Data
        do {
            content = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) cannot be read, so nothing was compared with it.",
                next: "Name a file with lines of audit heads, or of the broker's log, with --anchors."
            )
        }
        self.init(text: try Self.unpacked([UInt8](content), of: path))
        guard count > 0 else {
            throw CommandFailure(
                .usage,
                code: "NO_ANCHORS",
                what: "\(path) holds no anchor.",
                why: ["An anchor is a line of audit heads, or one that the broker logged: audit record appended."],
                next: "ssm-broker audit heads >> heads.jsonl, kept where nobody can change it"
            )
        }
    }

    /// The text of a file.
    private static func unpacked(_ content: [UInt8], of path: String) throws -> [UInt8] {
        guard content.starts(with: [0x1F, 0x8B]) else { return content }
        var text: [UInt8] = []
        do {
            let inflater = try GzipInflater()
            let piece = 1 << 20
            for begin in stride(from: 0, to: content.count, by: piece) {
                try inflater.feed(content[begin..<min(begin + piece, content.count)]) { text += $0 }
            }
            guard inflater.isAtEnd else { throw GzipInflater.Damage() }
        } catch is GzipInflater.Damage {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) is a gzip file that is damaged or cut, so nothing was compared with it.",
                next: "Fetch it again."
            )
        }
        return text
    }

    /// The last place anchored in a chain.
    func last(of chain: Int) -> Int64? { chains[chain]?.keys.max() }

    /// The anchored place before another in a chain, where the chain still agreed.
    func last(of chain: Int, before sequence: Int64) -> Int64? {
        chains[chain]?.keys.filter { $0 < sequence }.max()
    }

    /// What is wrong with a record that fits its chain; nil when it is the one that was there, or is not anchored.
    func finding(for record: BorrowedRecord) -> ChainCheck.Finding? {
        guard let kept = chains[record.chain]?[record.sequence], !record.hash.elementsEqual(kept) else { return nil }
        let from = last(of: record.chain, before: record.sequence).map { "behind record \($0)" } ?? "from its beginning"
        return ChainCheck.Finding(
            chain: record.chain,
            sequence: record.sequence,
            explanation:
                "It fits its chain, but the hash kept elsewhere is another: the chain was rewritten \(from), at or before this record."
        )
    }

    /// What is missing behind the end of a chain; nil when nothing that is anchored is.
    ///
    /// - Parameters:
    ///   - chain: Which chain.
    ///   - length: How many records it has; 0 when it is not there.
    /// - Returns: The first record that is missing.
    func missing(from chain: Int, length: Int64) -> ChainCheck.Finding? {
        guard let last = last(of: chain), last >= length else { return nil }
        return ChainCheck.Finding(
            chain: chain,
            sequence: length,
            explanation: "It is missing: the chain was cut; kept elsewhere is the hash of record \(last).",
            // A copy that is only older has every chain: a new log begins with all of them.
            isPastTheEnd: length > 0
        )
    }

    private mutating func take(_ head: ChainHead) {
        if let kept = chains[head.chain]?[head.sequence], kept != head.hash, contradiction == nil {
            contradiction = ChainCheck.Finding(
                chain: head.chain,
                sequence: head.sequence,
                explanation: "Two different hashes of it were kept elsewhere: the log was changed between the two."
            )
        }
        chains[head.chain, default: [:]][head.sequence] = head.hash
    }

    private static func heads(_ line: ArraySlice<UInt8>) -> [ChainHead] {
        guard let start = line.firstIndex(of: UInt8(ascii: "{")), let json = try? JSON(parsing: line[start...]) else {
            return []
        }
        return heads(json)
    }

    private static func heads(_ json: JSON) -> [ChainHead] {
        if let events = (json["events"] ?? json["logEvents"])?.elements { return events.flatMap { heads($0) } }
        if let message = json["message"]?.text, message.utf8.contains(UInt8(ascii: "{")) {
            return heads(Array(message.utf8)[...])
        }
        let logged: JSON = .compact([
            "chain": json["audit.chain"]?.text.flatMap { Int64($0) }.map(JSON.integer),
            "hash": json["audit.hash"],
            "sequence": json["audit.sequence"]?.text.flatMap { Int64($0) }.map(JSON.integer),
        ])
        guard let head = ChainHead(json: json) ?? ChainHead(json: logged) else { return [] }
        return head.chain >= 0 && head.sequence >= 0 && head.hash.count == AuditChain.beginning.count ? [head] : []
    }
}
