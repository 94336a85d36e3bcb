/// Whether a text fits a pattern as a whole.
///
/// It goes through the text once and follows all ways through the pattern side by side, so that no text takes longer than its length
/// times the pattern's: whoever sends the text did not write the pattern, and must not be able to find one that never ends.
/// Source: K. Thompson, "Regular expression search algorithm", CACM 11(6), 1968.
struct PatternMatch {
    private enum Step {
        /// Takes one character of these, and goes on with the next step.
        case take(UInt128)
        /// Goes on with both.
        case split(Int, Int)
        /// Goes on elsewhere.
        case jump(Int)
    }

    /// The way through the pattern; whoever comes to its end has fitted it.
    private var steps: [Step] = []
    /// The steps to look at, for the place that the text is read at.
    private var waiting: [Int] = []
    /// At which place of the text a step was last put among those.
    private var seen: [Int] = []

    /// Whether a text fits.
    static func fits(_ text: String, _ node: PatternNode) -> Bool {
        var match = PatternMatch()
        match.write(node)
        return match.fits(text)
    }

    private mutating func fits(_ text: String) -> Bool {
        seen = [Int](repeating: -1, count: steps.count + 1)
        follow(0, at: 0)
        for (place, byte) in text.utf8.enumerated() {
            // No pattern names a character beyond ASCII.
            guard byte < 0x80, !waiting.isEmpty else { return false }
            let here = waiting
            waiting = []
            for index in here where index < steps.count {
                if case .take(let set) = steps[index], set >> UInt128(byte) & 1 == 1 {
                    follow(index + 1, at: place + 1)
                }
            }
        }
        return waiting.contains(steps.count)
    }

    /// Puts a step among those to look at, or where it only leads on, those that it leads to.
    private mutating func follow(_ index: Int, at place: Int) {
        var pending = [index]
        while let index = pending.popLast() {
            guard seen[index] != place else { continue }
            seen[index] = place
            guard index < steps.count else {
                waiting.append(index)
                continue
            }
            switch steps[index] {
            case .take: waiting.append(index)
            case .split(let one, let other): pending += [one, other]
            case .jump(let target): pending.append(target)
            }
        }
    }

    private mutating func write(_ node: PatternNode) {
        switch node {
        case .character(let set): steps.append(.take(set))
        case .sequence(let parts): for part in parts { write(part) }
        case .either(let parts):
            var ends: [Int] = []
            for (index, part) in parts.enumerated() {
                guard index < parts.count - 1 else {
                    write(part)
                    break
                }
                let fork = steps.count
                steps.append(.jump(fork))
                write(part)
                ends.append(steps.count)
                steps.append(.jump(fork))
                steps[fork] = .split(fork + 1, steps.count)
            }
            for end in ends { steps[end] = .jump(steps.count) }
        case .repeated(let part, let least, let most):
            for _ in 0..<least { write(part) }
            guard let most else {
                let fork = steps.count
                steps.append(.jump(fork))
                write(part)
                steps.append(.jump(fork))
                steps[fork] = .split(fork + 1, steps.count)
                return
            }
            var forks: [Int] = []
            for _ in least..<most {
                forks.append(steps.count)
                steps.append(.jump(steps.count))
                write(part)
            }
            for fork in forks { steps[fork] = .split(fork + 1, steps.count) }
        }
    }
}
