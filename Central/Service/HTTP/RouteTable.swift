package import CentralStore
package import HTTPTypes

/// Who may call a route.
package enum Access: Hashable, Sendable {
    /// No key is asked for.
    case anyone
    /// A key with at least one of these scopes.
    case scopes(Scopes)
}

/// One method at one address, as `openapi.yaml` names it.
package struct RouteName: Hashable, Sendable, CustomStringConvertible {
    package let method: HTTPRequest.Method
    /// With parameters in braces: `/v1/events/{event}`.
    package let path: String

    package init(_ method: HTTPRequest.Method, _ path: String) {
        self.method = method
        self.path = path
    }

    package var description: String { "\(method.rawValue) \(path)" }
}

/// All routes, so that a wrong method can be told from a wrong address, and documents from code.
package struct RouteTable: Sendable {
    package private(set) var access: [RouteName: Access] = [:]

    package init() {}

    package mutating func add(_ name: RouteName, _ access: Access) {
        precondition(self.access[name] == nil, "\(name) is registered twice")
        self.access[name] = access
    }

    /// The methods that the address of a request knows; empty where there is no such address.
    package func methods(at path: String) -> [HTTPRequest.Method] {
        let parts = Self.parts(path)
        var methods: Set<String> = []
        for name in access.keys where Self.matches(parts, Self.parts(name.path)) {
            methods.insert(name.method.rawValue)
            if name.method == .get { methods.insert("HEAD") }
        }
        return methods.sorted().compactMap { HTTPRequest.Method($0) }
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: true)
    }

    private static func matches(_ parts: [Substring], _ template: [Substring]) -> Bool {
        parts.count == template.count
            && zip(parts, template).allSatisfy { part, wanted in
                part == wanted || wanted.hasPrefix("{")
            }
    }
}
