/// One attempt of the ladder, in the order they are made.
///
/// The order was found by measuring which attempts read what the ones before had not, for how
/// many milliseconds, on photographs and on renderings of phones; `bench-barcodes` prints it.
package enum Rung: String, CaseIterable, Hashable, Sendable {
    /// The busiest place, small, sharpened, black and white: most of all hits.
    case crop
    /// Bar codes: every fourth line of the whole picture. Only for events that use them.
    case bars
    /// Light on dark, as phones in dark mode show it; zbar reads dark on light only.
    case dark
    /// A wider place, turned upright and sharpened: codes held at an angle.
    case upright
    /// The second busiest place: posters and text are busy too.
    case secondPlace
    /// Small, with wide surroundings: big modules, creases and glare.
    case coarse
    /// The same, turned upright.
    case coarseUpright
    /// The whole picture evened out: several codes, or one the search missed.
    case wholeEvened
    /// The busiest place, not sharpened: sharpening also steepens noise.
    case plainCrop
    /// Turned upright, grey: zbar's own threshold sees what ours has cut off.
    case greyUpright
    /// A wider place as it stands: where the turn was told wrongly.
    case wide
    /// A wider place, large and strongly sharpened: motion and defocus.
    case fine
    /// Large, turned upright, with narrow surroundings: fine modules, out of focus.
    case fineUpright
    /// Smoothed: codes printed or shown as dots.
    case soft
    /// The whole picture as it is: never reads less than zbar alone.
    case whole

    /// Whether bar codes are looked for, where an event uses them.
    var looksForBars: Bool { self == .bars || self == .whole }

    /// Whether the attempt is only made where an event uses bar codes.
    var isForBars: Bool { self == .bars }

    /// How the picture is prepared for this attempt, sizes in pixels of the long side.
    var recipe: Recipe {
        switch self {
        case .crop:
            Recipe(cut: .close(300), filter: Self.crisp, threshold: Self.middling)
        case .bars:
            Recipe(cut: .init(region: .whole), density: 4)
        case .dark:
            Recipe(cut: .wide(300), inverted: true, threshold: Self.middling)
        case .upright:
            Recipe(cut: .wide(300, upright: true), filter: Self.crisp, threshold: Self.middling)
        case .secondPlace:
            Recipe(cut: .close(300, rank: 1), threshold: Self.middling)
        case .coarse:
            Recipe(cut: .close(240), threshold: Self.generous)
        case .coarseUpright:
            Recipe(cut: .close(240, upright: true), threshold: Self.generous)
        case .wholeEvened:
            Recipe(
                cut: .init(region: .wholeReduced),
                threshold: .adaptive(share: 0.05, offset: 5)
            )
        case .plainCrop:
            Recipe(cut: .close(300), threshold: Self.middling)
        case .greyUpright:
            Recipe(cut: .close(240, upright: true))
        case .wide:
            Recipe(cut: .wide(300), filter: Self.crisp, threshold: Self.middling)
        case .fine:
            Recipe(cut: .wide(480), filter: Self.steep, threshold: Self.middling)
        case .fineUpright:
            Recipe(
                cut: .wide(480, upright: true),
                threshold: .adaptive(share: 0.05, offset: 3)
            )
        case .soft:
            Recipe(
                cut: .close(300),
                filter: .soften(sigma: 1.5 / 300),
                threshold: Self.middling
            )
        case .whole:
            Recipe(cut: .init(region: .whole))
        }
    }

    private static let crisp = Recipe.Filter.sharpen(sigma: 1.0 / 300, amount: 3)
    private static let steep = Recipe.Filter.sharpen(sigma: 2.0 / 300, amount: 3)
    private static let middling = Recipe.Threshold.adaptive(share: 0.1, offset: 3)
    private static let generous = Recipe.Threshold.adaptive(share: 0.2, offset: 5)
}

extension Recipe.Cut {
    /// A place cut off where the busyness falls under 45 % of the highest.
    fileprivate static func close(_ side: Int, rank: Int = 0, upright: Bool = false) -> Self {
        Self(region: .place(level: 0.45, rank: rank), side: side, upright: upright)
    }

    /// The best place with more around it: down to 30 %.
    fileprivate static func wide(_ side: Int, upright: Bool = false) -> Self {
        Self(region: .place(level: 0.30, rank: 0), side: side, upright: upright)
    }
}
