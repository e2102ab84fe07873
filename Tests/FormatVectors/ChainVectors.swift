import Encodings
import EntryLogFormat
import Sodium
import TicketModel
import TrustFormat

extension VectorFile {
    /// One device's log: whole, and with every fault a reader must find.
    static var entryChains: VectorFile {
        let make = ChainVectorMaker()
        return VectorFile(
            name: "entry-chains.json",
            note: "PROTOCOL 9. Each chain is read from its first record by a reader who knows the "
                + "device's key; error is empty or what the last record meets.",
            shared: [
                .init("device", .string(make.device.text)),
                .init("pub", .string(Hex.encode(make.key.publicKey.bytes))),
            ],
            lists: [("chains", make.chains)]
        )
    }
}

private struct ChainVectorMaker {
    let device = Fixed.device("G7K2M9")
    let key = Fixed.key("device")

    private func record(
        _ sequence: UInt64,
        after previous: RecordLink,
        _ body: EntryRecord.Body,
        device: DeviceName? = nil
    ) -> EntryRecord {
        EntryRecord(
            device: device ?? self.device,
            epoch: 1,
            sequence: sequence,
            previous: previous,
            event: Fixed.event("event"),
            time: Fixed.now + .seconds(Int64(sequence)),
            uncertainty: .milliseconds(800),
            clock: .synced,
            monotonic: 99_887_766 + Int64(sequence) * 1000,
            manifest: 41,
            lane: LaneNumber(1),
            hall: HallNumber(3),
            gate: GateNumber(12),
            body: body
        )
    }

    private var bodies: [EntryRecord.Body] {
        [
            .start,
            .sync(oldOffset: -5, newOffset: 250),
            .mode(.isolated),
            .scan(
                EntryRecord.Scan(
                    code: .success,
                    detail: .none,
                    ticket: Fixed.ticket("ticket"),
                    generation: Generation(0),
                    form: .live,
                    direction: .entry,
                    flags: [.isolated, .clockSlow],
                    evidence: Fixed.seed("evidence")
                )
            ),
            .pass(reference: 3, result: .passed),
            .void(reference: 3, reason: "wrong guest, \"Ω\"\n"),
            .scan(
                EntryRecord.Scan(
                    code: .malformed,
                    detail: .none,
                    ticket: nil,
                    generation: nil,
                    form: nil,
                    direction: .exit,
                    flags: [],
                    evidence: []
                )
            ),
            .force(reason: "wheelchair"),
            .stop,
        ]
    }

    private var log: [SignedRecord] {
        var records: [SignedRecord] = []
        var link = RecordLink.genesis
        for (sequence, body) in bodies.enumerated() {
            let signed = record(UInt64(sequence), after: link, body).signed(by: key)
            records.append(signed)
            link = signed.link
        }
        return records
    }

    var chains: [JSONValue] {
        let log = log
        let start = log[0]
        let other = { (record: EntryRecord) in record.signed(by: key) }
        let stranger = record(1, after: start.link, .stop, device: Fixed.device("STRANG"))
        return [
            chain("good", log),
            chain("gap", [log[0], log[1], log[3]], "gap: 2"),
            chain(
                "fork_at_its_end",
                [log[0], log[1], other(record(1, after: start.link, .stop))],
                "fork: 1"
            ),
            chain(
                "fork_further_on",
                [
                    log[0], log[1], log[2],
                    other(
                        record(
                            1,
                            after: start.link,
                            .stop
                        )
                    ),
                ],
                "fork: 1"
            ),
            chain(
                "other_predecessor",
                [log[0], other(record(1, after: .genesis, .stop))],
                "fork: 1"
            ),
            chain("start_after_nothing", [other(record(0, after: start.link, .start))], "fork: 0"),
            chain("not_from_the_start", [log[1]], "gap: 0"),
            chain("repeated", [log[0], log[0]], "fork: 0"),
            chain(
                "other_key",
                [
                    log[0],
                    record(1, after: start.link, .stop).signed(
                        by: Fixed.key("another device")
                    ),
                ],
                "bad signature"
            ),
            chain("other_device", [log[0], other(stranger)], "bad signature"),
            chain("altered", [altered(log[0])], "bad signature"),
            chain("negative_sequence", [forged("seq", .integer(-1))], "bad value: seq"),
            chain("unknown_kind", [forged("kind", .string("DANCE"))], "bad value: kind"),
            chain("unknown_clock", [forged("clk", .string("FINE"))], "bad value: clk"),
            chain("short_link", [forged("prev", .string("AAAA"))], "bad value: prev"),
            chain("hall_too_large", [forged("hall", .integer(65536))], "bad value: hall"),
            chain("time_as_text", [forged("t", .string("now"))], "wrong type: t"),
            chain("no_event", [forged("event", nil)], "missing: event"),
        ]
    }

    private func chain(
        _ name: String,
        _ records: [SignedRecord],
        _ error: String = ""
    ) -> JSONValue {
        chain(name, records.map(\.envelope), error)
    }

    private func chain(
        _ name: String,
        _ envelopes: [Envelope],
        _ error: String = ""
    ) -> JSONValue {
        .object([
            .init("name", .string(name)), .init("error", .string(error)),
            .init(
                "records",
                .array(envelopes.map { .string(String(decoding: $0.json, as: UTF8.self)) })
            ),
        ])
    }

    private func altered(_ signed: SignedRecord) -> Envelope {
        Envelope(
            payloadType: signed.envelope.payloadType,
            payload: signed.envelope.payload + [UInt8(ascii: " ")],
            signatures: signed.envelope.signatures
        )
    }

    /// A first record, well signed, with one member altered or left out.
    private func forged(_ name: String, _ value: JSONValue?) -> Envelope {
        // What `payload` writes, JSONReader reads; a vector without it fails its test.
        let document = (try? JSONReader.read(log[0].envelope.payload)) ?? .null
        let forged = value.map { document.with(name, $0) } ?? document.without(name)
        return Envelope(.entry, payload: forged.encoded, signedBy: [key])
    }
}
