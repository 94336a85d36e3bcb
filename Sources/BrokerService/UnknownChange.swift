internal import SessionCore

/// The map or a block may have changed, and the store did not say whether: neither done nor refused may be claimed.
struct UnknownChange: Error {
    /// What the store said last.
    let cause: AuditStoreFailure
    /// The command that shows what holds.
    let shownBy: String

    /// What the caller is told.
    var problem: Problem {
        Problem(
            .changeUnknown,
            detail: "The store did not say whether the change was made: it may be in force, and it may not.",
            next: "See what holds before you repeat it: \(shownBy)"
        )
    }
}

extension AppendTerms {
    /// The command that shows whether the terms' change was made; nil for terms that change nothing that holds for others.
    var changeShownBy: String? {
        if publishing != nil { return "ssm-broker map history" }
        return blocking == nil ? nil : "ssm-broker blocks"
    }
}
