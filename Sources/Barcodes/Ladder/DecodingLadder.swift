/// Reads the codes in a picture, by zbar behind a ladder of cheap preparations.
///
/// zbar's cost goes with pixels and lines, and a large, soft, flat picture blinds it. A small,
/// sharp, square cut suits it best, so that comes first; each further rung tries what the ones
/// before miss most often. The first rung that reads anything ends the search.
package struct DecodingLadder: Hashable, Sendable {
    package let symbologies: Symbologies

    package init(_ symbologies: Symbologies = .qrOnly) { self.symbologies = symbologies }

    /// How much time a picture may have.
    package enum Mode: Hashable, Sendable {
        /// The only picture there is: every rung until one succeeds.
        case still
        /// One of many frames of the same view: the first rung, and others by turns.
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
    package func read(_ picture: GreyImage, mode: Mode = .still) -> Reading {
        climb(rungs(mode), picture)
    }

    /// What one rung alone makes of the picture, for measuring.
    package func read(_ picture: GreyImage, only rung: Rung) -> Reading {
        climb([rung], picture)
    }

    private func climb(_ rungs: [Rung], _ picture: GreyImage) -> Reading {
        let start = ContinuousClock.now
        var scene = Scene(picture)
        for rung in rungs {
            let symbols = attempt(rung, on: &scene)
            if !symbols.isEmpty {
                return Reading(
                    symbols: symbols,
                    rung: rung,
                    elapsed: ContinuousClock.now - start
                )
            }
        }
        return Reading(symbols: [], rung: nil, elapsed: ContinuousClock.now - start)
    }

    /// Rungs besides the first that a video frame gets.
    ///
    /// Two bring every rung round in seven frames and leave a frame of 1280×720 under 10 ms.
    static let turnsPerFrame = 2

    /// The rungs a picture gets, in order.
    func rungs(_ mode: Mode) -> [Rung] {
        let used = Rung.allCases.filter { !$0.isForBars || symbologies != .qrOnly }
        switch mode {
        case .still:
            return used
        case .video(let frameIndex):
            let every = used.filter { $0 == .crop || $0.isForBars }
            let others = used.filter { !every.contains($0) }
            // Taken round first, so that no frame number is too large to multiply.
            let rounds = (others.count + Self.turnsPerFrame - 1) / Self.turnsPerFrame
            let round = frameIndex % rounds
            let first = (round < 0 ? round + rounds : round) * Self.turnsPerFrame
            return every + others[first..<min(first + Self.turnsPerFrame, others.count)]
        }
    }

    /// One rung: cut, prepare, read, and carry the places found back to the picture.
    private func attempt(_ rung: Rung, on scene: inout Scene) -> [Symbol] {
        let recipe = rung.recipe
        guard let prepared = scene.prepared(recipe.cut) else { return [] }
        // Elsewhere the cuts are square and the bars would be cut through.
        let wanted = rung.looksForBars ? symbologies : .qrOnly
        return CodeReader(wanted, density: recipe.density)
            .read(recipe.finish(prepared.image))
            .map { $0.moved(by: prepared.toPicture) }
    }
}
