/// What it means that a session document is not as the map renders it, told from how far the rollout has come where it stands.
public enum DocumentStanding: Sendable, Hashable {
    /// The rollout has made it right under this map, so somebody has changed it since.
    case tampered
    /// The rollout has not made it right under this map yet, or could not; why it could not, where that is known.
    case pending(problem: String?)
    /// The rollout leaves the place out; why.
    case leftOut(String)
    /// The place has a newer version of the map than the one that was asked: this number.
    case ahead(Int64)

    /// Tells what it means.
    ///
    /// - Parameters:
    ///   - document: The document as the map renders it.
    ///   - place: What the rollout last saw where it should stand; nil when it never looked.
    ///   - number: The number of the version of the map that was asked.
    public init(_ document: SessionDocument, in place: RolloutPlace?, under number: Int64) {
        guard let place else {
            self = .pending(problem: nil)
            return
        }
        guard place.number <= number else {
            self = .ahead(place.number)
            return
        }
        let problem = place.state == .failed ? place.problem : nil
        guard place.number == number else {
            self = .pending(problem: problem)
            return
        }
        // What counts is this document: a place fails as a whole where another one could not be written.
        let known = place.documents.first { $0.name == document.name }
        let wasRight = known?.hash == document.hash && known?.state != .failed
        switch place.state {
        case .skipped: self = .leftOut(place.problem ?? "no reason is recorded")
        case .current, .failed: self = wasRight ? .tampered : .pending(problem: problem)
        }
    }
}
