#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Numbers that are the same in every run with the same seed, so that a failure can be repeated.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Begins at a seed.
    package init(seed: UInt64) {
        state = seed &+ Generated.round &* 0x2545_F491_4F6C_DD1D
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One of some.
    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }

    /// Up to some, each picked anew, joined.
    package mutating func joined(_ choices: [String], upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in pick(choices) }.joined()
    }
}

/// How many cases are generated: few in `Tests/run`, many times as many in `Tests/fuzz`.
package enum Generated {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// How many times as many cases, from `SSM_BROKER_FUZZ_FACTOR`; 1 without it.
    package static let factor = Int(number("SSM_BROKER_FUZZ_FACTOR") ?? 1)
    /// Which cases, from `SSM_BROKER_FUZZ_ROUND`; those of `Tests/run` without it.
    package static let round = number("SSM_BROKER_FUZZ_ROUND") ?? 0

    /// The number of cases where the short form has so many.
    package static func count(_ short: Int) -> Int { short * factor }
}
