import Digests
import SessionCore
import TestSupport
import Testing

/// The chain, against hashes that ten lines of Python computed.
@Suite struct AuditChainTests {
    struct Known: Decodable {
        let chain: Int
        let sequence: Int64
        let previous: String
        let text: String
        let hash: String
    }

    @Test("records are linked as Python links them")
    func known() throws {
        let links: [Known] = try Repository.fixture("chain.json")
        #expect(links.count == 9)
        for link in links {
            let hash = AuditChain.hash(
                chain: link.chain,
                sequence: link.sequence,
                previous: try #require(Hexadecimal.bytes(link.previous)),
                bytes: Array(link.text.utf8)
            )
            #expect(Hexadecimal.text(hash) == link.hash)
        }
    }

    @Test("the hash changes with the chain, the place, the record before and the record")
    func covers() {
        let start = (chain: 1, sequence: Int64(2), previous: AuditChain.beginning, bytes: Array("{}".utf8))
        var hashes = [AuditChain.hash(chain: 1, sequence: 2, previous: start.previous, bytes: start.bytes)]
        hashes.append(AuditChain.hash(chain: 2, sequence: 2, previous: start.previous, bytes: start.bytes))
        hashes.append(AuditChain.hash(chain: 1, sequence: 3, previous: start.previous, bytes: start.bytes))
        hashes.append(AuditChain.hash(chain: 1, sequence: 2, previous: hashes[0], bytes: start.bytes))
        hashes.append(AuditChain.hash(chain: 1, sequence: 2, previous: start.previous, bytes: Array("[]".utf8)))
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("a linked record keeps its canonical bytes and gives the record back")
    func linked() throws {
        let record = try AuditCast.record(.intent)
        let link = ChainedRecord(chain: 3, sequence: 7, previous: AuditChain.beginning, record: record)
        #expect(link.bytes == record.json.canonicalBytes)
        #expect(link.hash == AuditChain.hash(chain: 3, sequence: 7, previous: AuditChain.beginning, bytes: link.bytes))
        #expect(link.record == record)
        let foreign = ChainedRecord(chain: 0, sequence: 0, previous: [], hash: [], bytes: Array("no JSON".utf8))
        #expect(foreign.record == nil)
    }

    @Test("every chain begins with a record that says which it is and how many there are")
    func genesis() throws {
        let genesis = AuditChain.genesis(chain: 2, of: 4, id: try RecordID(AuditCast.session), time: Cast.now)
        #expect(
            genesis.json.canonicalText == """
                {"details":{"chain":"2","chains":"4"},"event":"chain.genesis","id":"\(AuditCast.session)",\
                "time":"2026-11-21T08:00:00.000Z","version":1}
                """
        )
        #expect(AuditChain.beginning == [UInt8](repeating: 0, count: 32))
    }

    @Test("records are spread over all chains, and one record always goes to the same", arguments: [1, 4, 7])
    func spread(chains: Int) {
        var generator = SeededGenerator(seed: 9)
        var counts = [Int](repeating: 0, count: chains)
        for _ in 0..<1000 {
            let id = RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let chain = AuditChain.chain(for: id, of: chains)
            #expect(chain == AuditChain.chain(for: id, of: chains))
            counts[chain] += 1
        }
        #expect(counts.allSatisfy { $0 > 700 / chains })
    }

    @Test("an id's chain is that of its digest's first two bytes")
    func chainOfID() throws {
        // printf %s 6f1c0e8a-3b52-4e0b-9a64-0d6b0a3c9d11 | sha256sum | cut -c-4
        #expect(AuditChain.chain(for: try RecordID(AuditCast.session), of: 1000) == 0x661D % 1000)
    }
}
