import Hummingbird
import TicketModel

extension RequestContext {
    /// The id in the address.
    ///
    /// - Throws: `Problem`: what is no id names nothing.
    func id<Subject>(
        _ name: String,
        of type: Identifier<Subject>.Type = Identifier<Subject>.self
    ) throws(Problem) -> Identifier<Subject> {
        guard let id = parameters.get(name).flatMap({ Identifier<Subject>(hex: $0) }) else {
            throw Problem(.notFound, "There is no such \(name): an id has 32 hex digits.")
        }
        return id
    }

    func event() throws(Problem) -> EventID { try id("event") }
    func ticket() throws(Problem) -> TicketID { try id("ticket") }
}
