/// A JSON value whose numbers are whole.
///
/// Whole numbers are all that our records, maps and documents hold, and all that has one canonical form without rules
/// about floating point.
public indirect enum JSON: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Text.
    case string(String)
    /// An ordered list.
    case array([JSON])
    /// Named members, in no order.
    case object([String: JSON])

    /// A member of an object; nil when there is none or this is no object.
    public subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The text, when this is text.
    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number, when this is one.
    public var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// The elements, when this is a list.
    public var elements: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, when this is an object.
    public var members: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// An object of those members that have a value; a nil member is left out.
    public static func compact(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        var kept: [String: JSON] = [:]
        for (name, value) in members {
            if let value { kept[name] = value }
        }
        return .object(kept)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A list.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; of a repeated name the last member stays.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
