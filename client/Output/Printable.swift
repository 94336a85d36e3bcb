/// Text from elsewhere made harmless for a terminal.
///
/// A node's name, a reason or a proxy's page can hold escape sequences that move the cursor, set the title or turn the
/// direction of writing; none of them reaches the terminal.
enum Printable {
    /// The text on one line: line ends and tabs become spaces, other controls a replacement character.
    static func line(_ text: String) -> String {
        if isPlain(text) { return text }
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\r", "\t": output.append(" ")
            default: output.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(output)
    }

    /// JSON text whose strings hold nothing that a terminal acts on: such characters become `\u` escapes, which mean the same.
    static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isHarmless($0) }) else { return text }
        var output = ""
        for scalar in text.unicodeScalars {
            guard !isHarmless(scalar) else {
                output.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return output
    }

    /// Whether a text is of ASCII's letters, digits, signs and spaces alone, as almost all are: looking each up takes far longer.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }

    /// How many columns a terminal gives to a text that is already harmless.
    static func width(_ text: String) -> Int {
        isPlain(text) ? text.utf8.count : text.reduce(0) { $0 + width($1) }
    }

    /// The beginning of a text that fits a width; an ellipsis says that something is missing.
    static func cut(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        guard limit > 1 else { return limit == 1 ? "…" : "" }
        var kept = ""
        var used = 0
        for character in text {
            used += width(character)
            guard used < limit else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The beginning of a text that fills a width, at least one character.
    static func beginning(_ text: String, of limit: Int) -> String {
        var kept = ""
        var used = 0
        for character in text {
            used += width(character)
            guard kept.isEmpty || used <= limit else { break }
            kept.append(character)
        }
        return kept
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        // Source: Unicode Standard Annex #11: the blocks whose characters are wide, and emoji.
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(first.value) } ? 2 : 1
    }
}
