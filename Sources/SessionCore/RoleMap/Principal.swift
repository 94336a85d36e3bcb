extension RoleMap {
    /// Whom the map or the deployment names for a task: a permission set in one account, or one role.
    ///
    /// A name alone would let any account's `BrokerAdmin` rule the organisation.
    public enum Principal: Sendable, Hashable, Comparable, CustomStringConvertible {
        /// A permission set in one account.
        case permissionSet(AccountID, PermissionSetName)
        /// A role outside Identity Center.
        case role(RoleARN)

        /// Names a permission set in an account.
        public init(account: AccountID, permissionSet: PermissionSetName) {
            self = .permissionSet(account, permissionSet)
        }

        /// Whether a caller is one of them, provided that their role is proven.
        public func admits(_ caller: CallerIdentity) -> Bool {
            switch (self, caller.role) {
            case (.permissionSet(let account, let set), .permissionSet(let held, _)):
                caller.account == account && held == set
            case (.role(let role), .outside(let admitted)): role == admitted
            default: false
            }
        }

        /// `111122223333/BrokerAdmin`, or the role's ARN.
        public var description: String {
            switch self {
            case .permissionSet(let account, let set): "\(account)/\(set)"
            case .role(let role): role.text
            }
        }

        /// Orders by text.
        public static func < (left: Principal, right: Principal) -> Bool { left.description < right.description }
    }
}
