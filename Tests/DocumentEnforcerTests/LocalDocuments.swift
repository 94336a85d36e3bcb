import AWSClient
import CurlTransport
import DocumentEnforcer
import Foundation
import SessionCore
import Synchronization
import TestSupport

/// The stand-in's accounts as a process of their own: real HTTP, signatures, the services' models, IAM, several Regions.
///
/// moto keeps one world a process, so whoever uses it has it alone.
final class LocalDocuments: Sendable {
    /// Why there is none.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    private struct Greeting: Decodable {
        let url: String
        let region: String
    }

    private struct Keys: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
    }

    private let talk: Mutex<(input: FileHandle, output: FileHandle)>
    private let url: String
    let region: Region
    private let transport = CurlTransport(environment: [:])

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python =
            ProcessInfo.processInfo.environment["SSM_BROKER_PYTHON"] ?? root.appending(path: ".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Unavailable(description: "\(python) is not there: run Tests/run, which makes it")
        }
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [root.appending(path: "infra/local/launch.py").path, "document_server"]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        talk = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        let line = try Self.line(output.fileHandleForReading)
        let greeting = try JSONDecoder().decode(Greeting.self, from: line)
        url = greeting.url
        region = try Region(greeting.region)
    }

    private static func line(_ handle: FileHandle) throws -> Data {
        var line = Data()
        while true {
            guard let byte = try handle.read(upToCount: 1), let first = byte.first else {
                throw Unavailable(description: "the local accounts do not answer; if moto is missing, run Tests/run")
            }
            if first == 0x0A { return line }
            line.append(first)
        }
    }

    /// Says one line and hears one.
    @discardableResult
    private func say(_ command: JSON) throws -> Data {
        try talk.withLock { talk in
            try talk.input.write(contentsOf: Data("\(command.canonicalText)\n".utf8))
            return try Self.line(talk.output)
        }
    }

    /// Somebody else's call to Systems Manager, which nobody judges.
    @discardableResult
    func ask(_ operation: String, _ parameters: JSON, in place: Place) throws -> [String: Any] {
        let answer = try say([
            "account": .string(place.account.digits), "do": "ask", "operation": .string(operation),
            "parameters": parameters, "region": .string(place.region.name),
        ])
        return try JSONSerialization.jsonObject(with: answer) as? [String: Any] ?? [:]
    }

    /// Landing Zone Accelerator writes its preferences.
    func accelerate(_ place: Place, bucket: String = "", keepsRunAs: Bool = true) throws {
        try say([
            "account": .string(place.account.digits), "bucket": .string(bucket), "do": "accelerate",
            "keepsRunAs": .bool(keepsRunAs), "region": .string(place.region.name),
        ])
    }

    /// What the enforcer wrote since this was last asked, as `account region operation name`.
    func writes() throws -> [String] {
        try JSONDecoder().decode([String].self, from: try say(["do": "writes"]))
    }

    /// The latest content, the versions and the sharing of a document; nil when there is none.
    func document(_ name: String, in place: Place) throws -> (
        content: JSON, isPromoted: Bool, type: String, shared: Int
    )? {
        let found = try ask("GetDocument", ["DocumentVersion": "$LATEST", "Name": .string(name)], in: place)
        guard let text = found["Content"] as? String, let type = found["DocumentType"] as? String else { return nil }
        let described = try ask("DescribeDocument", ["Name": .string(name)], in: place)["Document"] as? [String: Any]
        let sharing = try ask(
            "DescribeDocumentPermission",
            ["Name": .string(name), "PermissionType": "Share"],
            in: place
        )
        return (
            try JSON(parsing: text.utf8),
            described?["LatestVersion"] as? String == described?["DefaultVersion"] as? String, type,
            (sharing["AccountIds"] as? [String] ?? []).count
        )
    }

    /// New accounts, and an enforcer with the rights that it is deployed with.
    func enforcer(_ store: MemoryAuditStore) throws -> Enforcer {
        let keys = try JSONDecoder().decode(Keys.self, from: try say(["do": "reset"]))
        let credentials = FixedCredentials(
            AWSCredentials(
                accessKeyID: keys.accessKeyId,
                secretAccessKey: Secret(keys.secretAccessKey),
                sessionToken: Secret(keys.sessionToken)
            )
        )
        let clock = EnforcerClock(
            now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            sleep: { try await Task.sleep(for: .milliseconds($0)) },
            random: { Double.random(in: 0..<1) }
        )
        // Nobody counts calls here.
        var settings = RunSettings()
        (settings.readsPerSecond, settings.writesPerSecond) = (10_000, 10_000)
        (settings.rolesPerSecond, settings.organizationPerSecond) = (10_000, 10_000)
        settings.concurrency = 4
        settings.keptVersions = 5
        let client = AWSClient(
            transport: transport,
            endpoints: try AWSEndpoints(environment: ["AWS_ENDPOINT_URL": url]),
            now: clock.now,
            sleep: clock.sleep,
            random: clock.random,
            logger: silent
        )
        let ids = Mutex(0)
        return Enforcer(
            Enforcer.Dependencies(
                organization: OrganizationTree(
                    client: client,
                    region: region,
                    credentials: credentials,
                    clock: clock,
                    settings: settings
                ),
                members: MemberRoles(
                    client: client,
                    region: region,
                    credentials: credentials,
                    role: "ssm-broker/SSMBrokerEnforcer"
                ),
                audit: store,
                rollout: store,
                currentNumber: { 1 },
                clock: clock,
                makeID: {
                    AuditSamples.id(
                        ids.withLock { count in
                            count += 1
                            return count
                        }
                    )
                },
                logger: silent,
                settings: settings
            )
        )
    }
}
