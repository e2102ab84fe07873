import ManifestFormat
import TicketModel
import TokenFormat

/// The tolerances of PROTOCOL 7 and 11 around a timed code.
enum CodeWindow {
    static let early = Duration.seconds(10)
    static let late = Duration.seconds(15)
    static let behindFloor = Duration.seconds(90)
    static let aheadOfFloor = Duration.seconds(12 * 3600)
}

/// Rule 12: the time of the code itself.
extension Examination {
    /// A LIVE token that central signed at its start, so that its start is a proven time.
    private var isRotating: Bool {
        guard let token = credential.provenToken else { return false }
        return token.form == .live && !token.fields.flags.contains(.preissued)
    }

    /// Whether the token says that true time is later than this gate believes.
    var showsSlowClock: Bool {
        guard let token = credential.provenToken, isRotating, isClockTrusted else { return false }
        return token.validities.contains(where: isEarly)
    }

    func codeTime() -> Refusal? {
        guard let token = credential.provenToken, let shown = token.shownTime else { return nil }
        guard isClockTrusted else { return codeTimeUntrusted(token, shown: shown) }
        if !isRotating, token.validities.contains(where: isEarly) {
            return Refusal(.notYetValid, .code)
        }
        return token.validities.contains(where: isLate) ? Refusal(.expired, .code) : nil
    }

    private func isEarly(_ validity: CodeValidity) -> Bool {
        clock.now < validity.start - (CodeWindow.early + clock.uncertainty)
    }

    private func isLate(_ validity: CodeValidity) -> Bool {
        guard let life = validity.life else { return false }
        return clock.now > validity.start + life + CodeWindow.late + clock.uncertainty
    }

    /// Without the time, a code is compared with the time that is proven: it must have been shown
    /// about then or later, and what is signed ahead not half a day later.
    private func codeTimeUntrusted(_ token: VerifiedToken, shown: Timestamp) -> Refusal? {
        if !isRotating, shown > clock.floor + CodeWindow.aheadOfFloor {
            return Refusal(.notYetValid, .code)
        }
        if shown < clock.floor - CodeWindow.behindFloor { return Refusal(.expired, .code) }
        // A credential's own end, which the proven time may have passed.
        let isOver = token.validities.dropFirst().contains { validity in
            guard let life = validity.life else { return false }
            return clock.floor > validity.start + life + CodeWindow.late
        }
        if isOver { return Refusal(.expired, .code) }
        return facts.manifest?.policy.untrustedClock == .refer ? Refusal(.clockUntrusted) : nil
    }
}
