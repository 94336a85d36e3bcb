public import SessionCore

/// How far a run of the enforcer goes.
///
/// A scope can only name places; what is to stand there, the map says alone.
public enum Scope: Sendable, Hashable {
    /// Every account and Region. The only scope that deletes documents of roles that the map no longer has.
    case everything
    /// Every Region of some accounts, for example of one that has just joined.
    case accounts([AccountID])
    /// One account and Region, for example where somebody has changed a document or wants to connect.
    ///
    /// With names, only those of the documents that the map has there are looked at; nil for all of them.
    case one(AccountID, Region, documents: Set<String>?)

    /// Whether documents that the map no longer has are looked for.
    var findsStale: Bool { self == .everything }

    /// Whether a role that cannot be assumed is given time to become so, as one that is new needs it.
    var waitsForRole: Bool {
        if case .accounts = self { true } else { false }
    }

    /// Whether an account is one of those meant.
    func contains(_ account: AccountID) -> Bool {
        switch self {
        case .everything: true
        case .accounts(let accounts): accounts.contains(account)
        case .one(let one, _, _): one == account
        }
    }

    /// Whether a document is one of those meant.
    func contains(document name: String) -> Bool {
        if case .one(_, _, let documents?) = self { documents.contains(name) } else { true }
    }

    /// Whether whole places are looked at, so that a place's standing follows from the run.
    var coversPlaces: Bool {
        if case .one(_, _, documents: .some) = self { false } else { true }
    }
}

/// Why a run of the enforcer takes place; it stands in the records of what the run changes.
public enum Trigger: String, Sendable, Hashable, CaseIterable {
    /// The schedule.
    case schedule
    /// A map was published.
    case publication
    /// Somebody changed a document.
    case drift
    /// An account joined, or its stack was updated.
    case account
    /// Somebody wants to connect through a document that is not rolled out yet.
    case connect
    /// An administrator or a test asked for it.
    case request
}
