/// A value that must not be seen: it prints as `<secret>`, has no `Codable` form and must be revealed by name.
public struct Secret<Value: Sendable & Hashable>: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    private let value: Value

    /// Covers a value.
    public init(_ value: Value) {
        self.value = value
    }

    /// The value itself.
    ///
    /// Every use of this name is a place to review.
    public func reveal() -> Value { value }

    /// `<secret>`, whatever the value.
    public var description: String { "<secret>" }

    /// Shows nothing to `dump` and to debuggers' mirrors.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
