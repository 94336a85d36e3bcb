internal import SessionCore

/// The configuration file's text, line by line: read strictly, and changed without touching what is not meant.
///
/// Shape: `[default]`, `[profile NAME]` and `[organization NAME]`, under each `name = value` lines; lines that begin with `#` or `;` are
/// comments.
struct SettingsText: Sendable, Hashable {
    /// One setting as it stands in the file.
    struct Entry: Sendable, Hashable {
        let section: SettingsSection
        let key: SettingKey
        let value: String
        /// Counted from 1.
        let line: Int
    }

    /// What is wrong with a line, and what is right.
    struct Mistake: Error, Sendable, Hashable {
        /// Counted from 1.
        let line: Int
        let text: String
    }

    /// The lines, without their ends.
    private(set) var lines: [String]
    /// The settings in the order of the file.
    private(set) var entries: [Entry] = []
    /// The sections, each with the line of its header, counted from 1.
    private(set) var sections: [(section: SettingsSection, line: Int)] = []
    /// All that is wrong, from the top.
    private(set) var mistakes: [Mistake] = []

    /// An empty file.
    init() { self.init("") }

    /// Reads a text; what is wrong with it is kept in ``mistakes``.
    init(_ text: String) {
        // A line that Windows ended is one too; as a Character its end is one of its own.
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        read()
    }

    /// The whole text.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// The value in a section; the sections of a valid file are there once, and so is each setting in them.
    func entry(_ key: SettingKey, in section: SettingsSection) -> Entry? {
        entries.first { $0.key == key && $0.section == section }
    }

    /// Puts a value into a section, or takes the setting out; other lines stay as they are.
    ///
    /// - Parameters:
    ///   - value: The value; nil to take the setting out.
    ///   - key: The setting.
    ///   - section: Where; made at the end of the file when it is not there.
    mutating func set(_ value: String?, for key: SettingKey, in section: SettingsSection) {
        let line = value.map { "\(key.rawValue) = \($0)" }
        if let entry = entry(key, in: section) {
            if let line { lines[entry.line - 1] = line } else { lines.remove(at: entry.line - 1) }
        } else if let line {
            if let header = sections.first(where: { $0.section == section })?.line {
                let last = entries.last { $0.section == section }?.line ?? header
                lines.insert(line, at: last)
            } else {
                if !lines.isEmpty { lines.append("") }
                lines += ["[\(section)]", line]
            }
        }
        self = SettingsText(text)
    }

    static func == (left: SettingsText, right: SettingsText) -> Bool { left.lines == right.lines }

    func hash(into hasher: inout Hasher) { hasher.combine(lines) }

    // MARK: Reading

    private mutating func read() {
        var section: SettingsSection?
        var isInUnknownSection = false
        for (index, line) in lines.enumerated() {
            let content = Self.trimmed(line)
            let number = index + 1
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = header(content, number)
                isInUnknownSection = section == nil
            } else if let section {
                readSetting(content, in: section, number)
            } else if !isInUnknownSection {
                mistakes.append(Mistake(line: number, text: "it stands before any section; write [default] above it"))
            }
        }
        for entry in entries where entry.key == .organization {
            guard !sections.contains(where: { $0.section == .organization(entry.value) }) else { continue }
            let text = "there is no section [organization \(entry.value.prefix(64))]"
            mistakes.append(Mistake(line: entry.line, text: text))
        }
        mistakes.sort { $0.line < $1.line }
    }

    private mutating func header(_ content: Substring, _ number: Int) -> SettingsSection? {
        guard content.last == "]", let section = SettingsSection(content.dropFirst().dropLast()) else {
            mistakes.append(
                Mistake(line: number, text: "\(content.prefix(64)) is no section; write \(SettingsSection.form)")
            )
            return nil
        }
        if let earlier = sections.first(where: { $0.section == section }) {
            mistakes.append(
                Mistake(line: number, text: "[\(section)] is there already, on line \(earlier.line); put them together")
            )
        }
        sections.append((section, number))
        return section
    }

    private mutating func readSetting(_ content: Substring, in section: SettingsSection, _ number: Int) {
        guard let equals = content.firstIndex(of: "=") else {
            let text = "\(content.prefix(64)) is no setting; write NAME = VALUE"
            return mistakes.append(Mistake(line: number, text: text))
        }
        let name = Self.trimmed(content[..<equals])
        let value = String(Self.trimmed(content[content.index(after: equals)...]))
        let known = SettingKey.allCases.filter { section.mayHold($0) }.map(\.rawValue)
        guard let key = SettingKey(rawValue: String(name)), known.contains(key.rawValue) else {
            let nearest = Spelling.nearest(to: String(name), among: Set(known)).map { "; did you mean \($0)?" }
            let text = "\(name.prefix(64)) is no setting of [\(section)]"
            let rest = nearest ?? "; it may hold \(known.joined(separator: ", "))"
            return mistakes.append(Mistake(line: number, text: text + rest))
        }
        if let earlier = entry(key, in: section) {
            let text = "\(name) is there already, on line \(earlier.line); keep one of them"
            return mistakes.append(Mistake(line: number, text: text))
        }
        if !key.accepts(value) {
            mistakes.append(Mistake(line: number, text: "\(name) is not \(key.form)"))
        }
        entries.append(Entry(section: section, key: key, value: value, line: number))
    }

    private static func trimmed(_ text: some StringProtocol) -> Substring {
        var content = Substring(text).drop(while: \.isWhitespace)
        while content.last?.isWhitespace == true { content.removeLast() }
        return content
    }
}

extension SettingsSection {
    /// Whether a setting makes sense here: a profile's section does not choose the profile, nor an organisation's the organisation.
    func mayHold(_ key: SettingKey) -> Bool {
        switch (self, key) {
        case (.profile, .profile), (.organization, .profile), (.organization, .organization): false
        default: true
        }
    }
}
