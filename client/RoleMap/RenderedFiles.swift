internal import SessionCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The files that follow from a map: one for each session document, with `${account}` and `${region}` left in.
struct RenderedFiles: Sendable {
    /// The compiled map's name.
    static let map = "role-map.json"

    /// Names and contents, in the order of names.
    let files: [(name: String, content: [UInt8])]

    /// Renders a map.
    ///
    /// - Parameters:
    ///   - map: The role map.
    ///   - isCompiled: Whether the map itself, as the broker reads it, is one of the files.
    init(_ map: RoleMap, isCompiled: Bool) {
        let documents = SessionDocument.templates(of: map).map { document in
            (name: "\(document.name).json", content: Array((document.content.indentedText + "\n").utf8))
        }
        files = documents + (isCompiled ? [(name: Self.map, content: map.canonicalBytes)] : [])
    }

    /// Writes the files, and removes documents that the map no longer has.
    ///
    /// - Parameter folder: Where to; it is made when missing.
    /// - Returns: The names of what was removed, in order.
    /// - Throws: The file system's error; files may have been written before it.
    func write(to folder: URL) throws -> [String] {
        let manager = FileManager.default
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        let names = Set(files.map(\.name))
        // Nobody else gives files this name: what begins and ends so was rendered from an older map.
        let stale = try manager.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix(SessionDocument.prefix) && $0.hasSuffix(".json") && !names.contains($0)
        }.sorted()
        for (name, content) in files {
            try Data(content).write(to: folder.appending(path: name), options: .atomic)
        }
        for name in stale { try manager.removeItem(at: folder.appending(path: name)) }
        return stale
    }
}

extension JSON {
    /// The value over several lines, for people who review changes: members in the order of names, two spaces a level.
    var indentedText: String { indented(by: "") }

    private func indented(by indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.sorted { $0.key < $1.key }.map { name, value in
                "\(inner)\(JSON.string(name).canonicalText): \(value.indented(by: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n\(elements.map { inner + $0.indented(by: inner) }.joined(separator: ",\n"))\n\(indent)]"
        default: return canonicalText
        }
    }
}
