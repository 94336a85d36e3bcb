import AWSClient
import CurlTransport
import DynamoDBStore
import Foundation
import HTTPTransport
import Logging
import SessionCore
import Synchronization
import TestSupport

/// The stand-in's DynamoDB as a process of its own: real HTTP, signatures, the service's model and the broker's policy.
final class LocalDynamoDB: Sendable {
    /// Why there is none.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    private struct Greeting: Decodable {
        let url: String
        let region: String
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
    }

    /// One for all tests of this process; each has tables of its own.
    static let shared = Result { try LocalDynamoDB() }

    private let talk: Mutex<(input: FileHandle, lines: LineReader)>
    private let greeting: Greeting
    private let counter = Atomic<Int>(0)
    let transport = CurlTransport(environment: [:])

    private init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw Unavailable(description: "\(python.path) is not there: run Tests/run, which makes it")
        }
        LostReaders.areErrors()
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = python
        process.arguments = [root.appending(path: "infra/local/launch.py").path, "dynamodb_server"]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let lines = LineReader(output.fileHandleForReading)
        guard let line = lines.next(), let greeting = try? JSONDecoder().decode(Greeting.self, from: line) else {
            throw Unavailable(description: "the local DynamoDB does not start; if moto is missing, run Tests/run")
        }
        self.greeting = greeting
        talk = Mutex((input.fileHandleForWriting, lines))
    }

    /// Makes new, empty tables.
    ///
    /// - Returns: What their names begin with.
    func makeTables() throws -> String {
        let name = "t\(100 + counter.add(1, ordering: .relaxed).newValue)"
        return try talk.withLock { talk in
            try talk.input.write(contentsOf: Data("\(name)\n".utf8))
            guard let line = talk.lines.next(), String(decoding: line, as: UTF8.self) == name else {
                throw Unavailable(description: "the local DynamoDB made no tables")
            }
            return name
        }
    }

    /// Where the tables of that name are, by way of a transport.
    func place(_ name: String, transport: (any HTTPTransport)? = nil) throws -> DynamoDBStore.Place {
        let client = AWSClient(
            transport: transport ?? self.transport,
            endpoints: try AWSEndpoints(environment: ["AWS_ENDPOINT_URL_DYNAMODB": greeting.url]),
            now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            random: { Double.random(in: 0..<1) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let credentials = AWSCredentials(
            accessKeyID: greeting.accessKeyId,
            secretAccessKey: Secret(greeting.secretAccessKey),
            sessionToken: Secret(greeting.sessionToken)
        )
        return DynamoDBStore.Place(
            name: name,
            region: try Region(greeting.region),
            client: client,
            credentials: FixedCredentials(credentials)
        )
    }

    /// A store on tables that are there.
    func store(
        on name: String,
        chains: Int = 4,
        limitMilliseconds: Int = 60_000,
        transport: (any HTTPTransport)? = nil
    ) async throws -> DynamoDBStore {
        try await DynamoDBStore.open(
            try place(name, transport: transport),
            // The machine that runs the tests may be busy with all of them; the bound has its own test.
            settings: DynamoDBStore.Settings(chains: chains, limitMilliseconds: limitMilliseconds),
            now: { AuditSamples.start },
            makeID: { RecordID(random: (0..<16).map { _ in UInt8.random(in: 0...255) }) }
        )
    }
}

/// Reads a pipe line by line.
private final class LineReader {
    private let handle: FileHandle
    private var rest = Data()

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    func next() -> Data? {
        while true {
            if let end = rest.firstIndex(of: 0x0A) {
                defer { rest = Data(rest[rest.index(after: end)...]) }
                return rest[..<end]
            }
            let more = handle.availableData
            guard !more.isEmpty else { return nil }
            rest += more
        }
    }
}
