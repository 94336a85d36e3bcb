import SessionCore

extension SweepPlanTests {
    /// What AWS lists of the session under test, or beside it.
    enum Listed: Sendable {
        case nothing
        /// Active, under the exact owner, with the recorded id.
        case own(String)
        /// Active, under the exact owner, with another id.
        case second(String)
        /// Among the ended ones, this many seconds ago; nil for no time.
        case past(Int64?)
        /// Active, under an owner whose ARN only begins like ours.
        case alike
    }

    enum Expected: Sendable, Hashable {
        case nothing
        case resolve([String])
        case end([String], String)
        case close, recordEnd
        case report(String)
    }

    struct Row: Sendable, CustomStringConvertible {
        let what: String
        let state: SessionHistory.State
        let age: Int64
        var listed: [Listed] = []
        var isComplete = true
        var maximum: Int64?
        let expected: Expected
        var description: String { what }

        init(
            _ what: String,
            _ state: SessionHistory.State,
            age: Int64,
            _ listed: Listed...,
            isComplete: Bool = true,
            maximum: Int64? = nil,
            then expected: Expected
        ) {
            self.what = what
            self.state = state
            self.age = age
            self.listed = listed
            self.isComplete = isComplete
            self.maximum = maximum
            self.expected = expected
        }
    }
}
