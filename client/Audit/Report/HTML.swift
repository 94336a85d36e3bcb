/// A piece of a page.
///
/// Text gets in escaped or not at all: names are fixed in the source, values are escaped here.
struct HTML: Hashable {
    /// The piece as it stands in the file.
    let source: String

    private init(source: String) {
        self.source = source
    }

    /// Text from anywhere, as text.
    ///
    /// Besides the characters of the markup, those that turn the direction of writing or hide are made visible.
    static func text(_ text: String) -> HTML {
        HTML(source: escaped(text))
    }

    /// An element.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - attributes: Escaped.
    ///   - children: What it holds, in order.
    /// - Returns: The element on lines of its own when it holds elements.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String>,
        _ children: [HTML]
    ) -> HTML {
        let shown = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
        let content = children.map(\.source).joined(separator: children.count > 1 ? "\n" : "")
        let broken = children.count > 1 ? "\n\(content)\n" : content
        return HTML(source: "<\(name)\(shown)>\(broken)</\(name)>")
    }

    /// An element without attributes.
    static func element(_ name: StaticString, _ children: [HTML]) -> HTML {
        element(name, [:], children)
    }

    /// An element that holds one text.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String>,
        _ text: String
    ) -> HTML {
        element(name, attributes, [HTML.text(text)])
    }

    /// An element without attributes that holds one text.
    static func element(_ name: StaticString, _ text: String) -> HTML {
        element(name, [:], [HTML.text(text)])
    }

    /// An element that never holds anything, such as `meta`.
    static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) -> HTML {
        HTML(source: "<\(name)\(attributes.map { " \($0)=\"\(escaped($1))\"" }.joined())>")
    }

    /// Text that is ours, in a form that must not be escaped: the style sheet.
    static func style(_ sheet: StaticString) -> HTML {
        HTML(source: "<style>\n\(sheet)\n</style>")
    }

    private static func escaped(_ text: String) -> String {
        var output = ""
        for scalar in Printable.line(text).unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
