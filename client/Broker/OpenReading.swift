internal import SessionCore
internal import Synchronization

/// The record of the reading that a command began, by which its further pages go on with it.
///
/// The broker judges whether that record covers a page; where it does not, it writes another and names that.
final class OpenReading: Sendable {
    private static let name = "read"
    private let reference: Mutex<String?>

    /// - Parameter beginning: `all` to have everything recorded with the first page; nil to have what that page asks for.
    init(_ beginning: String? = nil) {
        reference = Mutex(beginning)
    }

    /// A query that goes on with the reading.
    func continuing(_ query: [(name: String, value: String)]) -> [(name: String, value: String)] {
        query + (reference.withLock(\.self).map { [(name: Self.name, value: $0)] } ?? [])
    }

    /// Takes from an answer where the record stands.
    func note(_ answer: JSON) {
        guard let text = answer[Self.name]?.text else { return }
        reference.withLock { $0 = text }
    }
}
