public import SessionCore

/// Amazon DynamoDB, of the account whose credentials are given.
///
/// Every call throws ``AWSFailure``. Numbers that expressions name are ``AttributeValue/number(_:)``; every attribute name goes in by
/// placeholder (`#seq`), as many plain words are reserved.
public struct DynamoDB: Sendable {
    let client: AWSClient
    let region: Region
    let credentials: AWSCredentials

    /// Makes a caller of the Region's own endpoint.
    public init(client: AWSClient, region: Region, credentials: AWSCredentials) {
        self.client = client
        self.region = region
        self.credentials = credentials
    }

    func send<Output>(_ call: AWSCall<Output>) async throws -> Output {
        try await client.send(call, in: region, as: credentials)
    }

    /// A condition, filter or update in DynamoDB's expression language, with what its placeholders stand for.
    public struct Expression: Sendable, Hashable {
        /// For example `#seq = :seq`.
        public var text: String
        /// What stands for each `#…`.
        public var names: [String: String]
        /// What stands for each `:…`.
        public var values: Attributes

        /// Makes an expression.
        public init(_ text: String, names: [String: String] = [:], values: Attributes = [:]) {
            self.text = text
            self.names = names
            self.values = values
        }
    }

    /// Joins the placeholders of several expressions of one request; nil when there are none, as DynamoDB refuses empty ones.
    static func placeholders(_ expressions: Expression?...) -> (names: [String: String]?, values: Attributes?) {
        let given = expressions.compactMap(\.self)
        let names = given.reduce(into: [:]) { $0.merge($1.names) { first, _ in first } }
        let values = given.reduce(into: [:]) { $0.merge($1.values) { first, _ in first } }
        return (names.isEmpty ? nil : names, values.isEmpty ? nil : values)
    }
}
