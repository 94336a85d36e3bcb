internal import SessionCore

/// What to do next so that one document becomes what it must be: wanted against found, and nothing else.
///
/// The plan reaches as far as it can see. After a step that changes what is found (a deletion, a version of unknown number) it
/// ends; whoever carries it out looks again and plans anew, which is also how it goes on after being killed.
struct DocumentPlan: Sendable, Hashable {
    /// One thing to do.
    enum Step: Sendable, Hashable {
        /// Look again later: Systems Manager is at work on the document.
        case wait(FoundDocument.Status)
        /// Stop sharing it with these accounts.
        case unshare([String])
        /// Delete all of it.
        case delete
        /// Make it.
        case create(JSON)
        /// Make a new version of it while this one is the latest, and make the new one the default.
        case write(JSON, over: Int)
        /// Make this version the default one.
        case promote(Int)
    }

    /// What to do, in order; nothing when the document is as wanted.
    let steps: [Step]
    /// What stands in the way and is not for us to remove; nil for nothing.
    let problem: String?

    /// Plans.
    ///
    /// - Parameters:
    ///   - wanted: What the document must be.
    ///   - found: What it is; nil when there is none.
    ///   - isRevision: Whether a new version must differ in its text from all before.
    init(_ wanted: WantedDocument, found: FoundDocument?, isRevision: Bool = false) {
        guard let found else {
            self.init(wanted.firstContent.map { [.create($0)] } ?? [])
            return
        }
        switch found.status {
        case .creating, .updating, .deleting:
            self.init([.wait(found.status)])
            return
        case .active, .failed: break
        }
        let unshare: [Step] = found.sharedWith.isEmpty ? [] : [.unshare(found.sharedWith)]
        if case .gone = wanted {
            self.init(unshare + [.delete])
            return
        }
        guard found.type == "Session" else {
            // A document's type cannot be changed. Our own names are ours to clear; the preferences' name is not.
            if case .whole = wanted {
                self.init(unshare + [.delete])
            } else {
                self.init(
                    problem:
                        "\(found.name) is a \(found.type) document, so Session Manager takes no preferences from it; delete it, and it is made anew."
                )
            }
            return
        }
        let isMet = found.status == .active && wanted.isMet(by: found.content)
        if isMet {
            self.init(unshare + (found.latest == found.default ? [] : [.promote(found.latest)]))
        } else if let content = wanted.content(over: found.content) {
            let isNewText = isRevision || found.status == .failed
            let text = isNewText ? DocumentRevision.mark(found.latest, in: content) : content
            self.init(unshare + [.write(text, over: found.latest)])
        } else {
            self.init(
                problem:
                    "\(found.name) holds no preferences that can be read, so Run As cannot be set in it; repair its content, or delete it and it is made anew."
            )
        }
    }

    private init(_ steps: [Step] = [], problem: String? = nil) {
        self.steps = steps
        self.problem = problem
    }

    /// Which versions to delete, so that only the newest ones are kept.
    ///
    /// - Parameters:
    ///   - versions: All there are.
    ///   - default: The default version, which is never deleted.
    ///   - count: How many to keep; at least 1.
    /// - Returns: The others, oldest first.
    static func superfluous(_ versions: [Int], default: Int, keeping count: Int) -> [Int] {
        let newest = Set(versions.sorted().suffix(max(1, count)))
        return versions.sorted().filter { !newest.contains($0) && $0 != `default` }
    }
}
