import SessionCore
import Testing

/// The maps that the schema for editors is held to as well; see Tests/Fixtures/role-map/README.md.
@Suite struct RoleMapCorpusTests {
    @Test("the decoder says of each map of the corpus what stands there")
    func corpus() throws {
        let cases = try #require(JSON(parsing: Repository.bytes("Tests/Fixtures/role-map/corpus.json")).elements)
        #expect(cases.count > 100)
        for row in cases {
            let why = try #require(row["why"]?.text)
            let entry = (row["entry"]?.members ?? [:]).merging(["linuxUser": "ops"]) { given, _ in given }
            let small: [String: JSON] = ["version": 1, "permissionSets": ["Ops": .object(entry)]]
            let map = JSON.object(small.merging(row["map"]?.members ?? [:]) { $1 })
            // Why a map is refused is told by other tests.
            let isValid = (try? RoleMap(json: map)) != nil
            #expect(JSON.bool(isValid) == row["isValid"], "\(why)")
            #expect(!isValid || row["beyondSchema"] == nil, "\(why)")
        }
    }
}
