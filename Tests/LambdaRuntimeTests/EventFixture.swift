import Foundation
import Testing

/// An event of `Tests/Fixtures/events`, with some members changed.
struct EventFixture: Sendable, CustomStringConvertible {
    /// One change: the path's last member gets this JSON text, or goes away when there is none.
    struct Edit: Sendable {
        let path: String
        let json: String?
    }

    let name: String
    var edits: [Edit] = []

    var description: String { name }

    init(_ name: String) {
        self.name = name
    }

    /// The same event with one member set to a JSON text.
    func setting(_ path: String, _ json: String) -> EventFixture {
        var copy = self
        copy.edits.append(Edit(path: path, json: json))
        return copy
    }

    /// The same event without one member.
    func removing(_ path: String) -> EventFixture {
        var copy = self
        copy.edits.append(Edit(path: path, json: nil))
        return copy
    }

    /// The event's bytes.
    func bytes() throws -> [UInt8] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/events/\(name).json")
        let data = try Data(contentsOf: file)
        guard !edits.isEmpty else { return [UInt8](data) }
        var event = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for edit in edits {
            let value = try edit.json.map {
                try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
            }
            event = try Self.replace(edit.path.split(separator: ".").map(String.init), with: value, in: event)
        }
        return [UInt8](try JSONSerialization.data(withJSONObject: event))
    }

    private static func replace(_ path: [String], with value: Any?, in object: [String: Any]) throws -> [String: Any] {
        var object = object
        let key = try #require(path.first)
        if path.count == 1 {
            // A misspelt path would leave the event as it was, and the test would prove nothing.
            if value == nil { try #require(object[key] != nil) }
            object[key] = value
        } else {
            let inner = try #require(object[key] as? [String: Any])
            object[key] = try replace(Array(path.dropFirst()), with: value, in: inner)
        }
        return object
    }
}
