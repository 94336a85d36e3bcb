/// How fast and how long a run works.
///
/// AWS publishes no rate for the document calls; these are far below what accounts have been seen to allow, and an account and
/// Region is one of thousands, so a run is not slower for it.
public struct RunSettings: Sendable, Hashable {
    /// How many places are worked on at a time; at least 1.
    public var concurrency = 96
    /// Calls a second that read documents, in one account and Region.
    public var readsPerSecond: Double = 10
    /// Calls a second that change documents, in one account and Region.
    public var writesPerSecond: Double = 2
    /// Calls of AssumeRole a second; the quota of 600 is shared with everybody in the enforcer's account.
    public var rolesPerSecond: Double = 60
    /// Calls to Organizations a second; its quotas are a few a second and shared with everybody in the organisation.
    public var organizationPerSecond: Double = 4
    /// How many versions of a document are kept; at least 2.
    public var keptVersions = 20
    /// How long a role that cannot be assumed is waited for, in milliseconds, where it may be new.
    public var roleMilliseconds = 60_000
    /// With less time than this before the deadline no further place is begun, in milliseconds.
    public var placeMilliseconds = 10_000
    /// How often the number of the current map is asked for while a run goes on, in milliseconds.
    public var pointerMilliseconds = 5000

    /// Makes settings with the values above.
    public init() {}
}
