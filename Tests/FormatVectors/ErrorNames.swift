import Encodings
package import EntryLogFormat
package import TrustFormat

/// How vectors name what refuses them.
extension EnvelopeError {
    package var vectorName: String {
        switch self {
        case .json(let error): "json: \(error)"
        case .field(.notAnObject): "not an object"
        case .field(.missing(let name)): "missing: \(name)"
        case .field(.wrongType(let name)): "wrong type: \(name)"
        case .field(.badValue(let name)): "bad value: \(name)"
        case .wrongType(let type): "wrong type: \(type)"
        case .tooManySignatures: "too many signatures"
        case .badSignature: "bad signature"
        }
    }
}

extension LogChain.Fault {
    package var vectorName: String {
        switch self {
        case .gap(let expected): "gap: \(expected)"
        case .fork(let sequence): "fork: \(sequence)"
        }
    }
}
