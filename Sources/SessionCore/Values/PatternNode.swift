/// What an anchored pattern says, between its anchors.
indirect enum PatternNode: Sendable, Hashable {
    /// One character, whose code is a bit that is set here; patterns name ASCII characters only.
    case character(UInt128)
    /// One after the other.
    case sequence([PatternNode])
    /// One of these.
    case either([PatternNode])
    /// As often as this; nil for without end.
    case repeated(PatternNode, least: Int, most: Int?)

    /// `[0-9]`, as `\d` reads.
    static let digits = (0x30...0x39).reduce(UInt128(0)) { $0 | 1 << UInt128($1) }
    /// `[0-9A-Za-z_]`, as `\w` reads.
    static let words = [0x41...0x5A, 0x61...0x7A, 0x5F...0x5F].joined().reduce(digits) { $0 | 1 << UInt128($1) }

    /// How often the innermost part may be asked for by numbers: counts within counts multiply.
    var repeats: Int {
        switch self {
        case .character: 1
        case .sequence(let parts), .either(let parts): parts.map(\.repeats).max() ?? 1
        case .repeated(let part, let least, let most): part.repeats.saturatingProduct(max(1, most ?? least))
        }
    }

    /// How many characters there are to look for when every count is written out.
    var size: Int {
        switch self {
        case .character: 1
        case .sequence(let parts), .either(let parts): parts.reduce(0) { $0 + $1.size }
        case .repeated(let part, let least, let most): part.size.saturatingProduct(max(1, most ?? least))
        }
    }
}

extension Int {
    /// The product, or as much as can be said; more than anybody takes.
    fileprivate func saturatingProduct(_ factor: Int) -> Int {
        let (product, isOver) = multipliedReportingOverflow(by: factor)
        return isOver ? Int(Int32.max) : Swift.min(product, Int(Int32.max))
    }
}
