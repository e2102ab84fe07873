/// Reads the codes in a picture, by zbar behind a ladder of cheap preparations.
package struct DecodingLadder: Hashable, Sendable {
    package let symbologies: Symbologies

    package init(_ symbologies: Symbologies = .qrOnly) { self.symbologies = symbologies }

    /// How much time a picture may have.
    package enum Mode: Hashable, Sendable {
        /// The only picture there is: every rung until one succeeds.
        case still
        /// One of many frames of the same view: the first rungs, and one of the others in turn.
        case video(frameIndex: Int)
    }

    /// What came of one picture.
    package struct Reading: Hashable, Sendable {
        /// Every code the successful attempt saw, places in the picture that was given.
        package let symbols: [Symbol]
        /// The attempt that succeeded; `nil` when none did.
        package let rung: Rung?
        /// Time from the grey picture to the answer, by a clock that never steps.
        package let elapsed: Duration
    }

    /// The codes in the picture.
    package func read(_ image: GreyImage, mode: Mode = .still) -> Reading {
        let start = ContinuousClock.now
        let symbols = CodeReader(symbologies).read(image)
        let rung: Rung? = symbols.isEmpty ? nil : .untouched
        return Reading(symbols: symbols, rung: rung, elapsed: ContinuousClock.now - start)
    }
}
