import Foundation
import HTTPTransport
import Synchronization

/// AWS Organizations as its HTTP callers meet it: a tree, in pages, some of them empty.
final class OrganizationService: HTTPTransport {
    struct Account: Sendable {
        let id: String
        var parent: String
        var state = "ACTIVE"
    }

    private struct State {
        var units: [String: String] = [:]
        var accounts: [Account] = []
        var calls: [String: Int] = [:]
        var failures: [String: [String]] = [:]
    }

    static let root = "r-ab12"

    private let state = Mutex(State())
    private let management: String
    private let pageSize: Int
    private let pause: @Sendable () async -> Void

    init(management: String, pageSize: Int = 20, pause: @escaping @Sendable () async -> Void = {}) {
        self.management = management
        self.pageSize = pageSize
        self.pause = pause
    }

    var calls: [String: Int] { state.withLock { $0.calls } }
    func addUnit(_ id: String, in parent: String = root) { state.withLock { $0.units[id] = parent } }
    func add(_ account: Account) { state.withLock { $0.accounts.append(account) } }
    func fail(_ operation: String, with code: String) {
        state.withLock { $0.failures[operation, default: []].append(code) }
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        await pause()
        let target = request.headers.first { $0.name == "X-Amz-Target" }?.value ?? ""
        let operation = String(target.split(separator: ".").last ?? "")
        guard let input = try? JSONDecoder().decode([String: String].self, from: Data(request.body)) else {
            throw HTTPFailure(.invalidURL, mayHaveReachedServer: false, explanation: "no JSON: \(operation)")
        }
        let (status, answer) = state.withLock { state -> (Int, [String: Any]) in
            state.calls[operation, default: 0] += 1
            if let code = state.failures[operation]?.popLast() { return (400, ["__type": code]) }
            return Self.answer(operation, input, state, management, pageSize)
        }
        guard let body = try? JSONSerialization.data(withJSONObject: answer) else {
            throw HTTPFailure(.invalidURL, mayHaveReachedServer: false, explanation: "no answer: \(operation)")
        }
        return HTTPResponse(status: status, body: Array(body))
    }

    private static func answer(
        _ operation: String,
        _ input: [String: String],
        _ state: State,
        _ management: String,
        _ pageSize: Int
    ) -> (Int, [String: Any]) {
        let parent = input["ParentId"] ?? ""
        let described = { (account: Account) in ["Id": account.id, "Status": "ACTIVE", "State": account.state] }
        switch operation {
        case "ListRoots": return page([["Id": root]], "Roots", input, pageSize)
        case "ListOrganizationalUnitsForParent":
            let units = state.units.filter { $0.value == parent }.keys.sorted().map { ["Id": $0] }
            return page(units, "OrganizationalUnits", input, pageSize)
        case "ListAccountsForParent":
            return page(state.accounts.filter { $0.parent == parent }.map(described), "Accounts", input, pageSize)
        case "DescribeAccount":
            guard let account = state.accounts.first(where: { $0.id == input["AccountId"] }) else {
                return (400, ["__type": "AccountNotFoundException"])
            }
            return (200, ["Account": described(account)])
        case "ListParents":
            let child = input["ChildId"] ?? ""
            guard let home = state.accounts.first(where: { $0.id == child })?.parent ?? state.units[child] else {
                return (400, ["__type": "ChildNotFoundException"])
            }
            return (200, ["Parents": [["Id": home, "Type": home == root ? "ROOT" : "ORGANIZATIONAL_UNIT"]]])
        case "DescribeOrganization": return (200, ["Organization": ["MasterAccountId": management]])
        default: return (400, ["__type": "UnexpectedOperation", "message": operation])
        }
    }

    /// One page; the first of a list that needs several is empty, as Organizations' may be.
    private static func page(
        _ elements: [[String: String]],
        _ name: String,
        _ input: [String: String],
        _ pageSize: Int
    ) -> (Int, [String: Any]) {
        let start = input["NextToken"].flatMap { Int($0) }
        if start == nil, elements.count > pageSize { return (200, [name: [[String: String]](), "NextToken": "0"]) }
        let part = Array(elements.dropFirst(start ?? 0).prefix(pageSize))
        let next = (start ?? 0) + part.count
        return (200, next < elements.count ? [name: part, "NextToken": String(next)] : [name: part])
    }
}
