internal import SessionCore

/// Grants over time, one bar a day or a stretch of days, stacked by permission set.
///
/// The drawing holds no text, so that it may be stretched to any width; words stand beside it, where they keep their size.
struct SessionsChart {
    /// The most bars that can be told apart on a phone.
    private static let mostBars: Int64 = 92
    /// As many colours as there are in the style sheet; what is rarer shares the last.
    private static let colours = 6
    private static let height = 100
    private static let width = 10

    private let names: [String]
    private let bars: [[Int]]
    private let firstDay: Int64
    private let daysInBar: Int64

    /// nil when there is nothing to draw.
    init?(_ content: ReportContent) {
        let counted = content.days.values.flatMap(\.keys)
        guard let least = counted.min(), let greatest = counted.max() else { return nil }
        let asked = (content.since, content.until)
        let first = asked.0.map { min(least, $0.milliseconds / 86_400_000) } ?? least
        let last = asked.1.map { max(greatest, ($0.milliseconds - 1) / 86_400_000) } ?? greatest
        let length = (last - first) / Self.mostBars + 1
        let totals = content.days.mapValues { $0.values.reduce(0, +) }
        let ordered = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        let isShared = ordered.count > Self.colours
        let own = isShared ? Array(ordered.prefix(Self.colours - 1)) : ordered
        names = own + (isShared ? ["\(ordered.count - own.count) others"] : [])
        firstDay = first
        daysInBar = length
        var bars = Array(repeating: Array(repeating: 0, count: names.count), count: Int((last - first) / length) + 1)
        for (name, days) in content.days {
            let row = own.firstIndex(of: name) ?? names.count - 1
            for (day, count) in days { bars[Int((day - first) / length)][row] += count }
        }
        self.bars = bars
    }

    /// The drawing with its legend and its ends.
    var html: HTML {
        let peak = bars.map { $0.reduce(0, +) }.max() ?? 1
        let unit = daysInBar == 1 ? "a day" : "in \(daysInBar) days"
        return .element(
            "figure",
            ["class": "chart"],
            [
                .element("p", ["class": "peak"], "At most \(peak) \(unit)"),
                .element(
                    "svg",
                    [
                        "viewBox": "0 0 \(bars.count * Self.width) \(Self.height)", "preserveAspectRatio": "none",
                        "role": "img", "aria-label": "Sessions over time by permission set",
                    ],
                    bars.enumerated().flatMap { rectangles($0.offset, $0.element, peak: peak) }
                ),
                .element(
                    "p",
                    ["class": "ends"],
                    [.element("span", day(0)), .element("span", day(bars.count - 1))]
                ),
                .element("ul", ["class": "legend"], names.enumerated().map(legend)),
            ]
        )
    }

    private func rectangles(_ place: Int, _ counts: [Int], peak: Int) -> [HTML] {
        var below = 0
        return counts.enumerated().compactMap { row, count in
            guard count > 0 else { return nil }
            // From sums, so that rounding leaves no gaps between the parts of a bar.
            let (bottom, top) = (below * Self.height / peak, (below + count) * Self.height / peak)
            below += count
            let attributes: KeyValuePairs<StaticString, String> = [
                "class": "set\(row)", "x": String(place * Self.width + 1), "y": String(Self.height - top),
                "width": String(Self.width - 2), "height": String(max(1, top - bottom)),
            ]
            let title = "\(day(place)): \(names[row]), \(count)"
            return HTML.element("rect", attributes, [HTML.element("title", title)])
        }
    }

    private func legend(_ row: Int, _ name: String) -> HTML {
        let total = bars.reduce(0) { $0 + $1[row] }
        return .element(
            "li",
            [
                .element("span", ["class": "swatch set\(row)"], ""),
                .text("\(name): \(total)"),
            ]
        )
    }

    private func day(_ place: Int) -> String {
        let day = firstDay + Int64(place) * daysInBar
        return String(Timestamp(milliseconds: day * 86_400_000).description.prefix(10))
    }
}
