internal import SessionCore

/// The check of one chain, record by record, as an auditor would do it by hand.
struct ChainCheck: Sendable {
    /// The first thing that does not fit.
    struct Finding: Error, Sendable, Hashable {
        /// In which chain.
        let chain: Int
        /// At which place.
        let sequence: Int64
        /// What does not fit.
        let explanation: String
        /// Whether the chain only ends before a hash that was kept elsewhere.
        var isPastTheEnd = false
    }

    /// Which chain.
    let chain: Int
    /// How many chains there should be.
    let chains: Int
    /// The place of the record that comes next.
    private(set) var next: Int64 = 0
    /// The hash of the record before that one.
    private(set) var previous = AuditChain.beginning
    private let links = AuditLinkCheck()

    /// Begins before a chain's first record.
    init(chain: Int, of chains: Int) {
        self.chain = chain
        self.chains = chains
    }

    /// Goes on behind a record that was checked before; a chain that has none yet begins.
    init(chain: Int, of chains: Int, after head: ChainHead?) {
        self.init(chain: chain, of: chains)
        guard let head else { return }
        next = head.sequence + 1
        previous = head.hash
    }

    /// Takes the next record.
    ///
    /// - Returns: What does not fit; nil when all does.
    mutating func take(_ record: ChainedRecord) -> Finding? {
        record.lent { take($0) }
    }

    /// Takes the next record, where it lies.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - look: Says what else does not fit, of a record that fits its chain; nil when all does.
    /// - Returns: What does not fit; nil when all does.
    mutating func take(_ record: BorrowedRecord, and look: (AuditRecordOutline) -> String? = { _ in nil }) -> Finding? {
        guard record.chain == chain else { return finding("It says that it belongs to chain \(record.chain).") }
        guard record.sequence == next else { return finding("Record \(record.sequence) stands in its place.") }
        // Of another length both may be, in a file that somebody wrote by hand.
        guard record.previous.count == AuditChain.beginning.count, record.previous.elementsEqual(previous) else {
            return doesNotFollow
        }
        guard links.fits(record) else { return finding("Its content is not what its hash was made of.") }
        guard let outline = AuditRecordOutline(record.bytes) else {
            return finding("Its content is not canonical JSON.")
        }
        if next == 0, let problem = genesisProblem(record.copied) { return finding(problem) }
        if next > 0, outline.says("chain.genesis", in: .event) {
            return finding("A chain begins in its middle.")
        }
        if let problem = look(outline) { return finding(problem) }
        // As long as the one before, which is as long as the first: its own length the hash has proven.
        previous.withUnsafeMutableBytes { $0.copyBytes(from: record.hash) }
        next += 1
        return nil
    }

    /// Compares the end with the head.
    ///
    /// - Returns: What does not fit; nil when all does.
    func finish(at head: ChainHead) -> Finding? {
        // A head before the beginning would make an empty chain out of one whose records were all taken away.
        guard next > 0 else { return finding(Self.noGenesis) }
        guard next - 1 == head.sequence, previous == head.hash else {
            return Finding(
                chain: chain,
                sequence: head.sequence,
                explanation: "The head names another hash than this record has."
            )
        }
        return nil
    }

    /// The chain had no more records where the head says that there are.
    func ended(before head: ChainHead) -> Finding {
        finding("It is missing; the head stands at record \(head.sequence).")
    }

    /// The next record names another one before it.
    var doesNotFollow: Finding { finding("It does not follow the record before it.") }

    private func genesisProblem(_ record: ChainedRecord) -> String? {
        guard let genesis = record.record, genesis.event == .genesis else {
            return Self.noGenesis
        }
        guard genesis.details["chain"] == String(chain) else {
            return "The genesis record is that of chain \(genesis.details["chain"] ?? "unknown")."
        }
        guard genesis.details["chains"] == String(chains) else {
            return
                "The genesis record names \(genesis.details["chains"] ?? "no number of") chains; the store has \(chains)."
        }
        return nil
    }

    private static let noGenesis = "The chain does not begin with its genesis record."

    private func finding(_ explanation: String) -> Finding {
        Finding(chain: chain, sequence: next, explanation: explanation)
    }
}
