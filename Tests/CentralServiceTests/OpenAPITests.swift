import Encodings
import Foundation
import HTTPTypes
import Testing
import VenueAPI
import Yams

@testable import CentralService

/// `openapi.yaml` and the code say the same.
@Suite("The document and the code")
struct OpenAPITests {
    private let document: [String: Any]

    init() throws {
        let text = String(decoding: WebAssets().openAPI, as: UTF8.self)
        document = try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private static let methods: Set<String> = ["get", "post", "patch", "put", "delete"]

    private func operations() throws -> [RouteName: [String: Any]] {
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        var operations: [RouteName: [String: Any]] = [:]
        for (path, item) in paths {
            for (verb, operation) in item where Self.methods.contains(verb) {
                let method = try #require(HTTPRequest.Method(verb.uppercased()))
                operations[RouteName(method, path)] = try #require(operation as? [String: Any])
            }
        }
        return operations
    }

    @Test("every route is documented, and every documented operation is a route")
    func routes() async throws {
        let house = try await House()
        let table = try house.server.assemble().routes
        let written = Set(try operations().keys.map(\.description))
        let registered = Set(table.access.keys.map(\.description))
        #expect(registered.subtracting(written).isEmpty, "not documented")
        #expect(written.subtracting(registered).isEmpty, "not in the code")
    }

    @Test("the document asks for a key exactly where the code does, and names the scopes")
    func access() async throws {
        let house = try await House()
        let table = try house.server.assemble().routes
        for (name, operation) in try operations() {
            let isOpen = (operation["security"] as? [Any])?.isEmpty == true
            switch try #require(table.access[name]) {
            case .anyone: #expect(isOpen, "\(name)")
            case .scopes(let scopes):
                #expect(!isOpen, "\(name)")
                let summary = try #require(operation["summary"] as? String)
                for word in scopes.words {
                    #expect(summary.contains(word), "\(name) does not name \(word)")
                }
            }
        }
    }

    @Test("operations have an id of their own, a summary, and answer errors with problems")
    func completeness() throws {
        let operations = try operations()
        let ids = operations.values.compactMap { $0["operationId"] as? String }
        #expect(Set(ids).count == operations.count)
        for (name, operation) in operations {
            let responses = try #require(operation["responses"] as? [String: Any])
            #expect(responses["default"] != nil, "\(name)")
            #expect(operation["summary"] != nil, "\(name)")
        }
    }

    @Test("writes document the idempotency key, and only they")
    func idempotency() throws {
        let own: Set = [
            GateAPI.enrol, GateAPI.log, GateAPI.time, HolderAPI.pack, HolderAPI.holder,
        ]
        for (name, operation) in try operations() {
            let parameters = operation["parameters"] as? [[String: Any]] ?? []
            let hasKey = parameters.contains {
                ($0["$ref"] as? String)?.hasSuffix("/IdempotencyKey") == true
            }
            #expect(hasKey == (name.method != .get && !own.contains(name.path)), "\(name)")
        }
    }

    @Test("each schema has the members of its type, and requires those that are always there")
    func schemas() throws {
        let schemas = try #require(
            (document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]]
        )
        for (name, sample) in Samples.full {
            let schema = try #require(schemas[name], "\(name) is not documented")
            let properties = try #require(schema["properties"] as? [String: Any], "\(name)")
            #expect(Set(properties.keys) == sample.names, "\(name)")
        }
        for (name, sample) in Samples.sparse {
            let required = Set(schemas[name]?["required"] as? [String] ?? [])
            #expect(required == sample.names, "\(name)")
        }
        let known = Set(Samples.full.keys).union(Samples.notTypes)
        #expect(Set(schemas.keys).subtracting(known).isEmpty, "schemas that no type answers for")
    }

    @Test("the example of each request body is one that the server understands")
    func examples() throws {
        var count = 0
        for (name, operation) in try operations() {
            guard let body = operation["requestBody"] as? [String: Any],
                let content = body["content"] as? [String: [String: Any]],
                let json = content["application/json"], let example = json["example"]
            else { continue }
            let bytes = try JSONSerialization.data(withJSONObject: example)
            let decode = try #require(Samples.requests[name.description], "\(name)")
            #expect(throws: Never.self, "\(name)") { try decode(Array(bytes)) }
            count += 1
        }
        #expect(count >= 7)
    }

    @Test("names of problem kinds and their statuses are fixed: callers rely on them")
    func problems() {
        #expect(ProblemKind.allCases.count == 26)
        #expect(Set(ProblemKind.allCases.map(\.type)).count == ProblemKind.allCases.count)
        #expect(ProblemKind.allCases.allSatisfy { (400...599).contains($0.status.code) })
    }
}
