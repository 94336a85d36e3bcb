internal import SessionCore

/// A YAML document as JSON, and where each part of it stands.
struct YAMLDocument: Sendable, Hashable {
    /// A place in a file, counted from 1.
    struct Mark: Sendable, Hashable, Comparable {
        /// The line.
        let line: Int
        /// The column, in characters.
        let column: Int

        static func < (left: Mark, right: Mark) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// Something wrong, and where.
    struct Problem: Sendable, Hashable {
        /// The place.
        let mark: Mark
        /// What is wrong and what would be right.
        let explanation: String
    }

    /// A document that cannot be used, with everything that is wrong with it.
    struct Rejection: Error, Sendable, Hashable {
        /// In the order of the file; never empty.
        let problems: [Problem]
    }

    /// The largest document that is read, in bytes.
    static let maximumBytes = 8_388_608

    /// The content; what is flawed in it is null.
    let json: JSON
    /// What could be read in two ways, in the order of the file; the rest was read all the same.
    let flaws: [Problem]
    private let marks: YAMLMarks

    /// Reads a document.
    ///
    /// Taken is the part of YAML that reads the same to everyone: mappings with plain names, lists, text, whole numbers, `true` and
    /// `false`. Aliases, tags, repeated names, empty values and more than one document are refused.
    /// Source: YAML 1.2.2, "10.3. Core Schema".
    ///
    /// - Throws: ``Rejection`` with every problem; after one of grammar nothing further is read.
    init(_ bytes: [UInt8]) throws(Rejection) {
        let document = try Self(flawed: bytes)
        guard document.flaws.isEmpty else { throw Rejection(problems: document.flaws) }
        self = document
    }

    /// Reads a document as far as it has the grammar, so that what else is wrong with it can be said beside its flaws.
    ///
    /// - Throws: ``Rejection`` when grammar, encoding or size are wrong.
    init(flawed bytes: [UInt8]) throws(Rejection) {
        guard bytes.count <= Self.maximumBytes else {
            throw Rejection(problems: [
                Problem(
                    mark: Mark(line: 1, column: 1),
                    explanation: "The file has more than \(Self.maximumBytes) bytes."
                )
            ])
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Rejection(problems: [Problem(mark: Self.firstBadByte(bytes), explanation: "Not UTF-8 from here on.")])
        }
        // Editors of Windows begin a file so; libyaml takes it only where it finds the encoding out by itself.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var builder = YAMLBuilder(events: YAMLEvents(bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes))
        json = builder.document()
        let problems = builder.problems.sorted { $0.mark < $1.mark }
        guard !builder.isBroken else { throw Rejection(problems: problems) }
        flaws = problems
        marks = builder.marks
    }

    /// What a reader of the content found wrong, with its place in the file, in the file's order.
    ///
    /// What follows from a flaw alone, that a member is missing which only could not be read, is left out.
    func problems(_ found: [JSONReader.Problem]) -> [Problem] {
        var finder = marks.finder()
        let flawed = Set(flaws.map(\.mark))
        return found.compactMap { problem in
            let name = problem.path.isEmpty ? "" : problem.path.joined(separator: ".") + ": "
            let place = finder?.find(problem.path) ?? (mark: Mark(line: 1, column: 1), isNumber: false)
            guard !flawed.contains(place.mark) else { return nil }
            // Where a number is meant, quotes would make it worse.
            let isHelpful = place.isNumber && problem.expectsText && !problem.explanation.contains("quotes")
            let hint = isHelpful ? " In quotes a number is text." : ""
            return Problem(mark: place.mark, explanation: name + problem.explanation + hint)
        }.sorted { $0.mark < $1.mark }
    }

    private static func firstBadByte(_ bytes: [UInt8]) -> Mark {
        var line = 1
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            guard String(validating: bytes[start..<index], as: UTF8.self) != nil else { break }
            line += 1
            start = index + 1
        }
        var end = start
        var column = 1
        // Lines are short: the longest good beginning is found by trying.
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
            var next = end + 1
            while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
            guard String(validating: bytes[end..<next], as: UTF8.self) != nil else { break }
            end = next
            column += 1
        }
        return Mark(line: line, column: column)
    }
}
