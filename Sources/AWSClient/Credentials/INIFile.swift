/// A configuration file as Python's `RawConfigParser` reads it, because that is how botocore, and so the AWS CLI, does.
///
/// Shape: `[section]` lines, `name = value` or `name: value` below them, lines indented deeper than their name
/// continue a value, `#` and `;` begin
/// comment lines. Names are lower-cased; a `[DEFAULT]` section holds for all others. A value that begins on the line
/// after its name is a
/// block of its own, as for `s3 =`.
struct INIFile: Sendable, Hashable {
    /// What is wrong with a file; botocore takes nothing from such a file either.
    enum Rejection: Error, Sendable, Hashable {
        /// The bytes are no UTF-8.
        case encoding
        /// A line before the first section.
        case lineOutsideSections(line: Int)
        /// A second section of the same name.
        case repeatedSection(line: Int)
        /// A second option of the same name in one section.
        case repeatedOption(line: Int)
        /// A line that is neither a section nor an option.
        case malformed(line: Int)
        /// A block with a line that has no equals sign; the line is where the block's option stands.
        case malformedBlock(line: Int)
    }

    /// One `[name]` with its options.
    struct Section: Sendable, Hashable {
        /// The name between the brackets, as written.
        let name: String
        /// The options by lower-case name; blocks are left out.
        fileprivate(set) var options: [String: String]
    }

    /// The sections in order, with the defaults filled in.
    let sections: [Section]

    /// Reads a file.
    ///
    /// - Parameter bytes: The whole content.
    /// - Throws: ``Rejection`` naming the first thing wrong, never a value.
    init(_ bytes: [UInt8]) throws(Rejection) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .encoding }
        var reader = INIReader()
        var number = 0
        for line in Self.lines(text.unicodeScalars) {
            number += 1
            try reader.read(line, number)
        }
        sections = try reader.finished()
    }

    /// The last section of that name.
    func section(_ name: String) -> Section? { sections.last { $0.name == name } }

    private static func lines(_ scalars: String.UnicodeScalarView) -> [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            guard scalars[index] == "\n" || scalars[index] == "\r" else {
                index = scalars.index(after: index)
                continue
            }
            lines.append(scalars[start..<index])
            let isPair = scalars[index] == "\r" && scalars[scalars.index(after: index)...].first == "\n"
            index = scalars.index(index, offsetBy: isPair ? 2 : 1)
            start = index
        }
        if start < scalars.endIndex { lines.append(scalars[start...]) }
        return lines
    }
}

/// The state between two lines.
private struct INIReader {
    /// An option under way: its lines, joined at the end.
    private struct Option {
        let name: String
        let line: Int
        var values: [String]
    }

    private struct Draft {
        let name: String
        var options: [Option] = []
    }

    private static let defaults = "DEFAULT"

    private var drafts: [Draft] = []
    private var indentation = 0
    private var isInsideOption = false

    mutating func read(_ line: Substring.UnicodeScalarView, _ number: Int) throws(INIFile.Rejection) {
        let content = trimmed(line)
        if content.first == "#" || content.first == ";" { return }
        if content.isEmpty {
            if isInsideOption { append("") }
            return
        }
        let depth = line.prefix { isPythonSpace($0) }.count
        if isInsideOption, depth > indentation {
            append(String(content))
            return
        }
        indentation = depth
        if content.first == "[", let end = content.lastIndex(of: "]"), content.index(after: content.startIndex) < end {
            try open(String(content[content.index(after: content.startIndex)..<end]), number)
            return
        }
        guard !drafts.isEmpty else { throw .lineOutsideSections(line: number) }
        guard let separator = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw .malformed(line: number)
        }
        let name = String(trimmed(content[..<separator])).lowercased()
        guard !name.isEmpty else { throw .malformed(line: number) }
        guard !drafts[drafts.count - 1].options.contains(where: { $0.name == name }) else {
            throw .repeatedOption(line: number)
        }
        let value = String(trimmed(content[content.index(after: separator)...]))
        drafts[drafts.count - 1].options.append(Option(name: name, line: number, values: [value]))
        isInsideOption = true
    }

    func finished() throws(INIFile.Rejection) -> [INIFile.Section] {
        var defaults: [String: String] = [:]
        var sections: [INIFile.Section] = []
        for draft in drafts {
            var options: [String: String] = [:]
            for option in draft.options { options[option.name] = try value(of: option) }
            if draft.name == Self.defaults {
                defaults.merge(options) { $1 }
            } else {
                sections.append(INIFile.Section(name: draft.name, options: options))
            }
        }
        for index in sections.indices { sections[index].options.merge(defaults) { own, _ in own } }
        return sections
    }

    /// The value's lines joined; nil for a block, of which nothing is needed here.
    private func value(of option: Option) throws(INIFile.Rejection) -> String? {
        var lines = option.values
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count > 1, lines[0].isEmpty else { return lines.joined(separator: "\n") }
        guard lines.allSatisfy({ $0.isEmpty || $0.contains("=") }) else { throw .malformedBlock(line: option.line) }
        return nil
    }

    private mutating func open(_ name: String, _ number: Int) throws(INIFile.Rejection) {
        let isRepeated = drafts.contains { $0.name == name }
        guard !isRepeated || name == Self.defaults else { throw .repeatedSection(line: number) }
        if isRepeated {
            // Only the defaults may come in pieces; the latest piece is the open one.
            drafts.append(drafts.remove(at: drafts.firstIndex { $0.name == name } ?? 0))
        } else {
            drafts.append(Draft(name: name))
        }
        isInsideOption = false
    }

    private mutating func append(_ line: String) {
        let section = drafts.count - 1
        drafts[section].options[drafts[section].options.count - 1].values.append(line)
    }

    private func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        let start = text.drop { isPythonSpace($0) }
        guard let last = start.lastIndex(where: { !isPythonSpace($0) }) else { return start }
        return start[...last]
    }
}

/// What Python's `str.isspace` holds for white space: Unicode's, and four separators of ASCII.
private func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}
