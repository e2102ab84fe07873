import NIOHTTP1

/// How this gate proves to central who it is: the only place that knows.
///
/// An API key now; the device certificate of a later issue takes its place here.
package struct GateAuthorization: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: String

    package init(key: String) {
        self.key = key
    }

    func authorize(_ headers: inout HTTPHeaders) {
        headers.replaceOrAdd(name: "authorization", value: "Bearer \(key)")
    }

    // A key must not end up in a log line.
    package var description: String { "GateAuthorization" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
