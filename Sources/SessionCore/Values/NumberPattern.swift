/// Patterns that whole numbers of a range fit, and no other text.
///
/// A document's parameters are texts, so a range of ports can only be said as a pattern of their digits.
enum NumberPattern {
    /// The alternatives that together are the range, for example `8[0-9]`, `9[0-5]` for 80 to 95.
    ///
    /// - Parameter range: From 0; written without leading zeros.
    /// - Returns: At least one pattern, without anchors.
    static func alternatives(_ range: ClosedRange<Int>) -> [String] {
        var patterns: [String] = []
        var low = range.lowerBound
        while low <= range.upperBound {
            let high = end(of: low, in: range)
            patterns.append(pattern(low, high))
            low = high + 1
        }
        return patterns
    }

    /// The last number up to which one pattern reaches: as many trailing digits as may take every value.
    private static func end(of low: Int, in range: ClosedRange<Int>) -> Int {
        var step = 1
        // 0 stands alone among numbers without leading zeros; else ten, a hundred … at a time while they fit.
        while low != 0, low % (step * 10) == 0, low + step * 10 - 1 <= range.upperBound,
            String(low + step * 10 - 1).count == String(low).count
        {
            step *= 10
        }
        // The digit before those may run up to 9.
        let digit = (low / step) % 10
        let room = (range.upperBound - low + 1) / step
        let width = String(low).count
        var last = min(9, digit + max(room, 1) - 1)
        while last > digit, String(low + (last - digit + 1) * step - 1).count != width { last -= 1 }
        return low + (last - digit + 1) * step - 1
    }

    private static func pattern(_ low: Int, _ high: Int) -> String {
        zip(String(low), String(high)).map { $0 == $1 ? String($0) : "[\($0)-\($1)]" }.joined()
    }
}
