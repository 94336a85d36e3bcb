public import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The compiled role map: the canonical JSON that `ssm-broker map render` makes of the YAML file.
public struct RoleMapFile {
    /// Why there is no map.
    public enum Failure: Error, CustomStringConvertible {
        /// The file cannot be read.
        case unreadable(path: String, String)
        /// The file is no JSON.
        case notJSON(path: String, JSON.SyntaxRejection)
        /// The map is wrong.
        case rejected(path: String, RoleMap.Rejection)

        /// One line for the log.
        public var description: String {
            switch self {
            case .unreadable(let path, let why): "role map \(path): \(why)"
            case .notJSON(let path, let rejection):
                "role map \(path): \(rejection.reason) at byte \(rejection.offset); compile it with ssm-broker map render"
            case .rejected(let path, let rejection):
                "role map \(path): "
                    + rejection.problems.map { "\($0.path.joined(separator: ".")): \($0.explanation)" }
                    .joined(separator: " ")
            }
        }
    }

    private let path: String

    /// Names a file.
    public init(path: String) {
        self.path = path
    }

    /// Reads the map.
    ///
    /// - Returns: The map.
    /// - Throws: ``Failure``.
    public func read() throws -> RoleMap {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Failure.unreadable(path: path, "cannot be read")
        }
        let json: JSON
        do throws(JSON.SyntaxRejection) {
            json = try JSON(parsing: data)
        } catch {
            throw Failure.notJSON(path: path, error)
        }
        do throws(RoleMap.Rejection) {
            return try RoleMap(json: json)
        } catch {
            throw Failure.rejected(path: path, error)
        }
    }
}
