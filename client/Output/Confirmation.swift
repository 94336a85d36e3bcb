/// Asks the person at the terminal before something that cannot be taken back.
struct Confirmation: Sendable {
    /// What is asked, without the question mark, for example `End these 3 sessions`.
    let question: String
    /// What did not happen when the answer is no, for example `No session was ended`.
    let refusal: String

    /// Returns when the person agrees, or has agreed on the command line.
    ///
    /// - Parameters:
    ///   - isGiven: Whether `--yes` was given.
    ///   - world: Where the person is.
    /// - Throws: ``CommandFailure`` when they do not agree, or nobody can be asked.
    func obtain(isGiven: Bool, in world: Dependencies) throws {
        guard !isGiven else { return }
        // A closed standard input answers nothing.
        let answer = world.noInput == nil ? world.ask("\(Printable.line(question))? [y/N] ") : nil
        guard let answer else {
            throw CommandFailure(
                .usage,
                code: "CONFIRMATION_MISSING",
                what: world.noInput.map { "\(refusal): it wants to be confirmed, and \($0) forbids to ask." }
                    ?? "\(refusal): nobody is at a terminal to confirm it.",
                next: "Repeat the same command with --yes added."
            )
        }
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw CommandFailure(
                .failed,
                code: "NOT_CONFIRMED",
                what: "\(refusal): it was not confirmed.",
                next: "When it is as it should be, repeat the command and answer y."
            )
        }
    }
}
