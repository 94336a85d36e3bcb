/// JSON, as far as answers need it.
indirect enum Wire: Encodable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByBooleanLiteral
{
    case text(String)
    case number(Double)
    case integer(Int)
    case flag(Bool)
    case object([String: Wire])
    case list([Wire])

    init(stringLiteral value: String) { self = .text(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(dictionaryLiteral elements: (String, Wire)...) { self = .object(Dictionary(elements) { $1 }) }
    init(arrayLiteral elements: Wire...) { self = .list(elements) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        }
    }
}
