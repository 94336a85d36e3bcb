import Testing

@testable import AWSClient

@Suite("paths in the environment")
struct PathTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let expanded: String

        var testDescription: String { path }
    }

    // Expected values from Python's os.path.expanduser(os.path.expandvars(path)) with the same three variables.
    static let cases = [
        Case(path: "~/.aws/config", expanded: "/home/ana/.aws/config"), Case(path: "~", expanded: "/home/ana"),
        Case(path: "/a/~/b", expanded: "/a/~/b"), Case(path: "$HOME/c", expanded: "/home/ana/c"),
        Case(path: "${HOME}/c", expanded: "/home/ana/c"), Case(path: "/x/$A_1$B", expanded: "/x/onetwo"),
        Case(path: "$MISSING/c", expanded: "$MISSING/c"), Case(path: "${MISSING}/c", expanded: "${MISSING}/c"),
        Case(path: "${HOME", expanded: "${HOME"), Case(path: "a$", expanded: "a$"), Case(path: "$-x", expanded: "$-x"),
        Case(path: "", expanded: ""),
    ]

    @Test("variables and the home directory are filled in as botocore does", arguments: cases)
    func expands(_ item: Case) {
        let environment = ["HOME": "/home/ana", "A_1": "one", "B": "two"]
        #expect(SharedFiles.path(item.path, environment) == item.expanded)
    }
}
