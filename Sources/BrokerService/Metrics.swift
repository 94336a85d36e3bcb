/// Something that whoever runs the broker wants to be woken for.
public enum Metric: String, Sendable, Hashable, CaseIterable {
    /// The current version of the role map cannot be read or is none, so an older one stays in force, or nobody can connect.
    case roleMapNotTaken = "RoleMapNotTaken"
    /// A version of the role map was published.
    case roleMapPublished = "RoleMapPublished"
}

/// The door to where metrics are counted and shown.
public protocol Metrics: Sendable {
    /// Counts one occurrence.
    ///
    /// - Parameters:
    ///   - metric: What has happened.
    ///   - facts: What stands beside the count in the log; never a secret, a token or a person's name.
    func count(_ metric: Metric, _ facts: [String: String])
}
