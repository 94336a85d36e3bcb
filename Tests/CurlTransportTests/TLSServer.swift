import Foundation

/// A folder that goes when the test does.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "curl-transport-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Left-overs in the temporary directory fail no test.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A TLS server for `127.0.0.1` with a certificate of its own making; answers each request with its connection's
/// number and its own.
final class TLSServer: @unchecked Sendable {
    /// The path of the certificate, which signs itself.
    let certificate: String
    /// A directory that has the certificate under its hashed name.
    let hashedDirectory: String
    let port: UInt16

    // Unchecked for these: set up in init, ended in deinit, touched nowhere else.
    private let process = Process()
    private let input = Pipe()

    init(in folder: TemporaryFolder) throws {
        certificate = "\(folder.path)/server.pem"
        hashedDirectory = "\(folder.path)/hashed"
        let key = "\(folder.path)/server.key"
        _ = try Self.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        let hash = try Self.run(["openssl", "x509", "-noout", "-hash", "-in", certificate])
        try FileManager.default.createDirectory(atPath: hashedDirectory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: certificate, toPath: "\(hashedDirectory)/\(hash).0")
        let output = Pipe()
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let script = tests.appendingPathComponent("Fixtures/Network/tls_server.py").path
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script, certificate, key]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.filter(\.isNumber)) else { throw MissingTool(name: "python3") }
        self.port = port
    }

    deinit {
        // The end of its input ends it, and so does a crash of the tests.
        try? input.fileHandleForWriting.close()
    }

    /// A program that the tests need; `Tests/run` checks for all of them.
    struct MissingTool: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) does not work here; Tests/run says what the tests need" }
    }

    private static func run(_ words: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw MissingTool(name: words[0]) }
        return text.filter { !$0.isWhitespace }
    }
}
