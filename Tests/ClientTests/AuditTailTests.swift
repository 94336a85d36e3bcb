import Foundation
import HTTPTransport
import SessionCore
import Synchronization
import TestSupport
import Testing

@testable import ssm_broker

@Suite("audit tail")
struct AuditTailTests {
    private static func chained(_ records: [AuditRecord]) -> [ChainedRecord] {
        records.enumerated().map {
            ChainedRecord(chain: 0, sequence: Int64($0.offset), previous: AuditChain.beginning, record: $0.element)
        }
    }

    /// Runs a tail that is interrupted after some looks at the log.
    private func follow(_ pages: [[AuditRecord]], _ arguments: String...) async throws -> World {
        let pages = try pages.map { page in
            let log = try Log(chains: 1, records: 1)
            return log.page(Self.chained(page).reversed())
        }
        let world = try World(pages)
        var dependencies = world.dependencies()
        let looks = pages.count
        dependencies.pause = { _ in
            if world.transport.requests.count == looks { world.signals.deliver(SIGINT) }
        }
        #expect(
            try await run(["audit", "tail", "-o", "ndjson"] + arguments, in: dependencies) == .done,
            "\(world.notes)"
        )
        return world
    }

    private func ids(_ world: World) throws -> [String] {
        try world.result.split(separator: "\n").map { try JSON(parsing: $0.utf8)["record"]?["id"]?.text ?? "" }
    }

    @Test("records are shown once each, oldest first, also those that come late; Ctrl-C ends it well")
    func follows() async throws {
        let one = try AuditSamples.record(1, .intent)
        let late = try AuditSamples.record(2, .denied, seconds: 3)
        let three = try AuditSamples.record(3, .started, seconds: 5)
        let world = try await follow([[one], [one, three], [one, late, three], [one, late, three]], "-f")
        #expect(try ids(world) == [1, 3, 2].map { AuditSamples.id($0).text })
        #expect(world.transport.requests[1].url.contains("since=2026-11-21T07%3A59%3A01.000Z"))
    }

    @Test("readings of the log are hidden unless they are asked for")
    func reads() async throws {
        let read = try AuditSamples.record(1, .read)
        let other = try AuditSamples.record(2, .denied)
        #expect(try ids(try await follow([[read], [read, other]], "-f")) == [AuditSamples.id(2).text])
        #expect(try ids(try await follow([[read], [read, other]], "-f", "--reads")).count == 2)
    }

    @Test("without -f the newest are shown, and that is all")
    func ends() async throws {
        let records = try (1...5).map { try AuditSamples.record($0, .denied) }
        let world = try await follow([records], "-n", "2")
        #expect(try ids(world) == [4, 5].map { AuditSamples.id($0).text })
    }
}
