public import SessionCore

/// A published version of the role map: all that the enforcer goes by.
public struct PublishedMap: Sendable, Hashable {
    /// The version's number, from 1.
    public let number: Int64
    /// The map.
    public let map: RoleMap

    /// Keeps a version.
    public init(number: Int64, map: RoleMap) {
        self.number = number
        self.map = map
    }
}
