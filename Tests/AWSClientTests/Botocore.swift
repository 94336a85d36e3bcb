import Foundation
import TestSupport

/// botocore, asked by way of `Fixtures/Network/botocore_judge.py`.
enum Botocore {
    /// Why it gave no verdict.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// Asks one question about many cases.
    static func judge<Case: Encodable, Verdict: Decodable>(_ question: String, _ cases: [Case]) throws -> [Verdict] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let python =
            ProcessInfo.processInfo.environment["SSM_BROKER_PYTHON"]
            ?? tests.deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Unavailable(description: "\(python) is not there: run Tests/run, which makes it")
        }
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        LostReaders.areErrors()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [tests.appendingPathComponent("Fixtures/Network/botocore_judge.py").path, question]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let bytes = try JSONEncoder().encode(cases)
        Thread.detachNewThread {
            // A judge that dies early closes the pipe; its exit status says so below.
            try? input.fileHandleForWriting.write(contentsOf: bytes)
            try? input.fileHandleForWriting.close()
        }
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unavailable(
                description: "the judge failed; if botocore is missing, run Tests/run\n\(words.suffix(2000))"
            )
        }
        return try JSONDecoder().decode([Verdict].self, from: answer)
    }
}
