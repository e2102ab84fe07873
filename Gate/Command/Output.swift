import Encodings
import Glibc

/// Whole lines for people and programs.
enum Output {
    /// One JSON object on standard output.
    static func line(_ members: [JSONValue.Member]) {
        line(JSONValue.object(members))
    }

    static func line(_ value: JSONValue) {
        print(String(decoding: value.encoded, as: UTF8.self))
    }

    /// A remark on standard error.
    static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        // What cannot be said on standard error cannot be said at all.
        _ = write(2, bytes, bytes.count)
    }
}
