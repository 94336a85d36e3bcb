/// What one pass over a record's bytes tells, without building the record: that they are canonical, and the members by which logs are
/// searched.
///
/// It points into the bytes that it was made of, and is good only as long as they are.
public struct AuditRecordOutline {
    /// A member that stores repeat in a column of its own.
    public enum Member: Int, Sendable, CaseIterable {
        /// `access.account`
        case nodeAccount
        /// `caller.account`
        case callerAccount
        /// `decision.code`
        case code
        /// `event`
        case event
        /// `id`
        case id
        /// `access.linuxUser`
        case linuxUser
        /// `access.node`
        case node
        /// `caller.permissionSet`
        case permissionSet
        /// `access.region`
        case region
        /// `session`
        case session
        /// `time`
        case time
        /// `caller.user`
        case user
    }

    private enum Value {
        case absent
        case text(CanonicalScanner.Text)
        case other
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var nodeAccount = Value.absent
    private var callerAccount = Value.absent
    private var code = Value.absent
    private var event = Value.absent
    private var id = Value.absent
    private var linuxUser = Value.absent
    private var node = Value.absent
    private var permissionSet = Value.absent
    private var region = Value.absent
    private var session = Value.absent
    private var time = Value.absent
    private var user = Value.absent

    /// Passes over a record's bytes; nil when they are not canonical JSON.
    public init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var scanner = CanonicalScanner(bytes)
        let isCanonical =
            scanner.next == UInt8(ascii: "{")
            ? scanner.members(depth: 0) { scanner, name in takeMember(name, &scanner) } : scanner.skipValue(depth: 0)
        guard isCanonical, scanner.isAtEnd else { return nil }
    }

    /// Whether a member says exactly this; nil stands for a member that is not there, or null.
    public func says(_ text: UnsafeBufferPointer<UInt8>?, in member: Member) -> Bool {
        switch self[member] {
        case .absent: return text == nil
        case .other: return false
        case .text(let found):
            guard let text else { return false }
            let content = UnsafeBufferPointer(rebasing: bytes[found.start..<found.end])
            if found.isPlain { return content.count == text.count && content.elementsEqual(text) }
            // Canonical as it is, it can be read; then it is one text.
            let quoted = UnsafeBufferPointer(rebasing: bytes[(found.start - 1)...found.end])
            return (try? JSON(parsing: quoted))?.text.map { $0.utf8.elementsEqual(text) } ?? false
        }
    }

    /// Whether a member says exactly this.
    public func says(_ text: StaticString, in member: Member) -> Bool {
        says(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), in: member)
    }

    /// Whether a member is not there, or null.
    public func lacks(_ member: Member) -> Bool { says(nil, in: member) }

    /// The moment of ``Member/time``; nil when it does not stand there as ``Timestamp`` writes it.
    public var moment: Timestamp? {
        guard case .text(let text) = time, text.end - text.start == 24 else { return nil }
        return Timestamp(written: UnsafeBufferPointer(rebasing: bytes[text.start..<text.end]))
    }

    // MARK: Reading

    private mutating func takeMember(_ name: CanonicalScanner.Text, _ scanner: inout CanonicalScanner) -> Bool {
        if reads(name, "access") {
            return takeMembers(&scanner) { outline, name in
                switch name.end - name.start {
                case 4: outline.reads(name, "node") ? .node : nil
                case 6: outline.reads(name, "region") ? .region : nil
                case 7: outline.reads(name, "account") ? .nodeAccount : nil
                case 9: outline.reads(name, "linuxUser") ? .linuxUser : nil
                default: nil
                }
            }
        }
        if reads(name, "caller") {
            return takeMembers(&scanner) { outline, name in
                switch name.end - name.start {
                case 4: outline.reads(name, "user") ? .user : nil
                case 7: outline.reads(name, "account") ? .callerAccount : nil
                case 13: outline.reads(name, "permissionSet") ? .permissionSet : nil
                default: nil
                }
            }
        }
        if reads(name, "decision") {
            return takeMembers(&scanner) { outline, name in outline.reads(name, "code") ? .code : nil }
        }
        if reads(name, "event") { return takeValue(.event, &scanner, depth: 1) }
        if reads(name, "id") { return takeValue(.id, &scanner, depth: 1) }
        if reads(name, "session") { return takeValue(.session, &scanner, depth: 1) }
        if reads(name, "time") { return takeValue(.time, &scanner, depth: 1) }
        return scanner.skipValue(depth: 1)
    }

    private mutating func takeMembers(
        _ scanner: inout CanonicalScanner,
        _ wanted: (AuditRecordOutline, CanonicalScanner.Text) -> Member?
    ) -> Bool {
        guard scanner.next == UInt8(ascii: "{") else { return scanner.skipValue(depth: 1) }
        return scanner.members(depth: 1) { scanner, name in
            guard let member = wanted(self, name) else { return scanner.skipValue(depth: 2) }
            return takeValue(member, &scanner, depth: 2)
        }
    }

    private mutating func takeValue(_ member: Member, _ scanner: inout CanonicalScanner, depth: Int) -> Bool {
        guard scanner.next == UInt8(ascii: "\"") else {
            self[member] = scanner.next == UInt8(ascii: "n") ? .absent : .other
            return scanner.skipValue(depth: depth)
        }
        guard let text = scanner.text() else { return false }
        self[member] = .text(text)
        return true
    }

    private func reads(_ name: CanonicalScanner.Text, _ text: StaticString) -> Bool {
        guard name.end - name.start == text.utf8CodeUnitCount else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[name.start + $0] == text.utf8Start[$0] }
    }

    private subscript(_ member: Member) -> Value {
        get {
            switch member {
            case .nodeAccount: nodeAccount
            case .callerAccount: callerAccount
            case .code: code
            case .event: event
            case .id: id
            case .linuxUser: linuxUser
            case .node: node
            case .permissionSet: permissionSet
            case .region: region
            case .session: session
            case .time: time
            case .user: user
            }
        }
        set {
            switch member {
            case .nodeAccount: nodeAccount = newValue
            case .callerAccount: callerAccount = newValue
            case .code: code = newValue
            case .event: event = newValue
            case .id: id = newValue
            case .linuxUser: linuxUser = newValue
            case .node: node = newValue
            case .permissionSet: permissionSet = newValue
            case .region: region = newValue
            case .session: session = newValue
            case .time: time = newValue
            case .user: user = newValue
            }
        }
    }
}
