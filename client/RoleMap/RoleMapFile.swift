internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The role map as people edit it: a YAML file.
struct RoleMapFile: Sendable {
    /// Where it stands in this project.
    static let standardPath = "session-documents/role-map.yaml"

    /// The file's path, as it was given.
    let path: String
    /// The map.
    let map: RoleMap

    /// Reads and checks a file.
    ///
    /// - Throws: ``CommandFailure`` with status ``ExitStatus/usage`` and one line `file:line:column: …` for each problem.
    init(path: String) throws {
        self.path = path
        let content: [UInt8]
        do {
            content = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure(
                .usage,
                code: "FILE_UNREADABLE",
                what: "\(path) cannot be read.",
                why: [Self.reason(error)],
                next: "Name the role map's file; it is \(Self.standardPath) unless said otherwise."
            )
        }
        let problems: [YAMLDocument.Problem]
        do throws(YAMLDocument.Rejection) {
            let document = try YAMLDocument(content)
            do throws(RoleMap.Rejection) {
                map = try RoleMap(json: document.json)
                return
            } catch {
                problems = document.problems(error.problems)
            }
        } catch {
            problems = error.problems
        }
        throw Self.failure(path: path, problems: problems)
    }

    private static func failure(path: String, problems: [YAMLDocument.Problem]) -> CommandFailure {
        CommandFailure(
            .usage,
            code: "MAP_INVALID",
            what: "\(path) is no usable role map: \(problems.count) \(problems.count == 1 ? "problem" : "problems").",
            why: problems.map { "\(path):\($0.mark.line):\($0.mark.column): \($0.explanation)" },
            next: "Correct the file, then: ssm-broker map validate \(path)"
        )
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "There is no such file."
        case .fileReadNoPermission?: "You may not read it."
        default: "It is a folder, or the file system failed."
        }
    }
}
