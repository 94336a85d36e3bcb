internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The role map as people edit it, a YAML file; or as `map render` compiled it, a file that ends in `.json`.
struct RoleMapFile: Sendable {
    /// Where it stands in this project.
    static let standardPath = "session-documents/role-map.yaml"

    /// The file's path, as it was given.
    let path: String
    /// The map.
    let map: RoleMap
    /// What is legal in it and risky, each as `file:line:column: warning: …`.
    let warnings: [String]

    /// Reads and checks a file.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` and one line `file:line:column: …` for each problem.
    init(path: String) throws {
        let checked = try CheckedRoleMap(path: path)
        guard let map = checked.map else { throw checked.failure }
        self.path = path
        self.map = map
        warnings = checked.findings.map { "\(path):\($0.mark.line):\($0.mark.column): warning: \($0.explanation)" }
    }

    /// Tells the person what is legal in the map and risky, before it is published.
    func tellWarnings(in world: Dependencies) {
        for warning in warnings { world.output.tell(warning) }
    }
}

/// A map's file, and all that there is to say about it.
struct CheckedRoleMap: Sendable {
    /// One thing that is wrong, or legal and risky.
    struct Finding: Sendable, Hashable {
        /// Whether the map cannot be used because of it.
        let isError: Bool
        /// Where.
        let mark: YAMLDocument.Mark
        /// What is wrong and what would be right.
        let explanation: String

        var json: JSON {
            [
                "column": .integer(Int64(mark.column)), "explanation": .string(explanation),
                "level": isError ? "error" : "warning", "line": .integer(Int64(mark.line)),
            ]
        }
    }

    /// The file's path, as it was given.
    let path: String
    /// The map; nil when it cannot be used.
    let map: RoleMap?
    /// In the order of the file.
    let findings: [Finding]

    /// Reads and checks a file.
    ///
    /// - Throws: ``CommandFailure`` when the file cannot be read; what is wrong in it is no failure here.
    init(path: String) throws {
        self.path = path
        let content = try Self.content(of: path)
        if path.hasSuffix(".json") {
            (map, findings) = Self.check(compiled: content)
        } else {
            (map, findings) = Self.check(yaml: content)
        }
    }

    /// Why a file whose map cannot be used is of no use.
    var failure: CommandFailure {
        let errors = findings.filter(\.isError)
        return CommandFailure(
            .usage,
            code: "MAP_INVALID",
            what: "\(path) is no usable role map: \(errors.count) \(errors.count == 1 ? "problem" : "problems").",
            why: errors.map { "\(path):\($0.mark.line):\($0.mark.column): \($0.explanation)" },
            next: "Correct the file, then: ssm-broker map validate \(path)"
        )
    }

    private static func check(yaml content: [UInt8]) -> (RoleMap?, [Finding]) {
        let findings = { (problems: [YAMLDocument.Problem], isError: Bool) in
            problems.map { Finding(isError: isError, mark: $0.mark, explanation: $0.explanation) }
        }
        let document: YAMLDocument
        do throws(YAMLDocument.Rejection) {
            document = try YAMLDocument(flawed: content)
        } catch {
            return (nil, findings(error.problems, true))
        }
        do throws(RoleMap.Rejection) {
            let map = try RoleMap(json: document.json)
            guard document.flaws.isEmpty else { return (nil, findings(document.flaws, true)) }
            return (map, findings(document.problems(map.warnings), false))
        } catch {
            let problems = document.flaws + document.problems(error.problems)
            return (nil, findings(problems.sorted { $0.mark < $1.mark }, true))
        }
    }

    /// A compiled map is one line, in which a column would help nobody.
    private static func check(compiled content: [UInt8]) -> (RoleMap?, [Finding]) {
        let start = YAMLDocument.Mark(line: 1, column: 1)
        let findings = { (problems: [JSONReader.Problem], isError: Bool) in
            problems.map {
                Finding(
                    isError: isError,
                    mark: start,
                    explanation: ($0.path.isEmpty ? "" : $0.path.joined(separator: ".") + ": ") + $0.explanation
                )
            }
        }
        let json: JSON
        do throws(JSON.SyntaxRejection) {
            json = try JSON(parsing: content)
        } catch {
            let text = "Not JSON: \(error.reason) at byte \(error.offset)."
            return (nil, [Finding(isError: true, mark: start, explanation: text)])
        }
        do throws(RoleMap.Rejection) {
            let map = try RoleMap(json: json)
            return (map, findings(map.warnings, false))
        } catch {
            return (nil, findings(error.problems, true))
        }
    }

    private static func content(of path: String) throws -> [UInt8] {
        do {
            // A pipe has no size to read at once, so it is read to its end.
            if path == "-" || path == "/dev/stdin" {
                var content: [UInt8] = []
                try TrailFiles.read("/dev/stdin") { content += $0 }
                return content
            }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) cannot be read.",
                why: [reason(error, path)],
                next: "Name the role map's file; it is \(RoleMapFile.standardPath) unless said otherwise."
            )
        }
    }

    private static func reason(_ error: any Error, _ path: String) -> String {
        // A folder is told by asking; the error of reading one is that of any failure.
        if (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil { return "It is a folder." }
        return switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "There is no such file."
        case .fileReadNoPermission?: "You may not read it."
        default: "The file system says: \(error)."
        }
    }
}
