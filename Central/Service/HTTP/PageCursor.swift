import CentralStore
import Encodings
import Sodium
import TicketModel
import VenueAPI

/// Where the next page starts, as an opaque text.
///
/// The first byte names the list, so that the cursor of one list is refused by another.
struct PageCursor {
    enum List: UInt8 {
        case events = 1
        case tickets = 2
        case keys = 3
        case gates = 4
    }

    /// Characters at most.
    static let textMax = 256

    let list: List
    let place: [UInt8]

    var text: String { Base64.encodeURL([list.rawValue] + place) }

    /// Reads a cursor that this list has given out.
    ///
    /// - Throws: `Problem` for any other text.
    static func place(_ text: String?, in list: List) throws(Problem) -> [UInt8]? {
        guard let text else { return nil }
        guard text.utf8.count <= textMax, let bytes = Base64.decodeURL(text),
            bytes.first == list.rawValue
        else { throw .invalid("cursor", "is not one that this list gave") }
        return Array(bytes.dropFirst())
    }

    static func refused() -> Problem { .invalid("cursor", "is not one that this list gave") }
}

extension QueryItems {
    /// Entries wanted on one page.
    func limit() throws(Problem) -> Int {
        try number("limit", in: WireLimits.pageRange) ?? WireLimits.pageStandard
    }
}
