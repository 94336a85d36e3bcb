import Foundation
import HTTPTransport
import SQLiteStore
import SessionCore
import TestSupport
import Testing

@testable import ssm_broker

/// A log of more records than come, or are kept, at once.
@Suite struct LogPullTests {
    private static let length = 1201

    /// One chain: its genesis and denials.
    private static func chain() throws -> [ChainedRecord] {
        var chain: [ChainedRecord] = []
        for number in 0..<length {
            let record =
                number == 0
                ? AuditChain.genesis(chain: 0, of: 1, id: AuditSamples.id(0), time: AuditSamples.start)
                : try AuditSamples.record(number, .denied)
            let previous = chain.last?.hash ?? AuditChain.beginning
            chain.append(ChainedRecord(chain: 0, sequence: Int64(number), previous: previous, record: record))
        }
        return chain
    }

    private static func page(_ records: ArraySlice<ChainedRecord>) -> ScriptedTransport.Answer {
        Answers.json(AuditPage(records: Array(records), next: nil).json.canonicalText)
    }

    private static func pull(
        _ chain: [ChainedRecord],
        to path: String,
        _ world: World
    ) async throws -> Int64 {
        let dependencies = world.dependencies()
        let broker = try dependencies.broker(profile: nil)
        let copy = try await AuditCopy.open(at: path, addingFrom: broker.endpoint.url)
        let progress = Progress("pulling", on: dependencies.output)
        let pull = LogPull(broker: broker, copy: copy, path: path, progress: progress, atATime: 600)
        let head = ChainHead(chain: 0, sequence: Int64(length - 1), hash: chain[length - 1].hash)
        return try await pull.run(to: [head])
    }

    private static func kept(at path: String) async throws -> [ChainedRecord] {
        try await AuditCopy.open(at: path).chain(0, from: 0, limit: 9999)
    }

    @Test("pages are asked for one after the other, each once, and make up the log")
    func pages() async throws {
        let chain = try Self.chain()
        let world = try World([Self.page(chain[..<500]), Self.page(chain[500..<1000]), Self.page(chain[1000...])])
        let path = "\(world.folder.path)/copy.sqlite"
        #expect(try await Self.pull(chain, to: path, world) == Int64(Self.length))
        #expect(world.transport.isExhausted)
        let places = world.transport.requests.map { $0.url.split(separator: "?").last.map(String.init) ?? "" }
        #expect(
            places == [
                "chain=0&from=0&limit=500", "chain=0&from=500&limit=500", "chain=0&from=1000&limit=201",
            ]
        )
        #expect(try await Self.kept(at: path) == chain)
    }

    @Test("what was kept before an interruption stays, and the next pull goes on behind it")
    func interrupted() async throws {
        let chain = try Self.chain()
        let down = ScriptedTransport.Answer.failure(
            HTTPFailure(.unreachable, mayHaveReachedServer: false, explanation: "down")
        )
        let world = try World([Self.page(chain[..<500]), Self.page(chain[500..<1000]), down])
        let path = "\(world.folder.path)/copy.sqlite"
        await #expect(throws: CommandFailure.self) { _ = try await Self.pull(chain, to: path, world) }
        #expect(try await Self.kept(at: path) == Array(chain[..<1000]))
        let again = try World([Self.page(chain[1000...])])
        #expect(try await Self.pull(chain, to: path, again) == 201)
        #expect(try await Self.kept(at: path) == chain)
    }

    @Test("of a page in which a record does not fit nothing is kept, nor of those behind it")
    func tampered() async throws {
        var chain = try Self.chain()
        let honest = chain[700]
        chain[700] = ChainedRecord(
            chain: 0,
            sequence: 700,
            previous: honest.previous,
            hash: honest.hash,
            bytes: Array("{}".utf8)
        )
        let world = try World([Self.page(chain[..<500]), Self.page(chain[500..<1000]), Self.page(chain[1000...])])
        let path = "\(world.folder.path)/copy.sqlite"
        let finding = await #expect(throws: ChainCheck.Finding.self) {
            _ = try await Self.pull(chain, to: path, world)
        }
        #expect(finding?.sequence == 700)
        #expect(try await Self.kept(at: path) == [])
    }
}
