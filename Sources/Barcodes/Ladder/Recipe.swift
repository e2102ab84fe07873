/// How one rung prepares the picture for zbar.
struct Recipe: Hashable, Sendable {
    /// Which part of the picture, how large, and whether turned upright.
    struct Cut: Hashable, Sendable {
        enum Region: Hashable, Sendable {
            /// The whole picture, every pixel.
            case whole
            /// The whole picture at the size it is searched at.
            case wholeReduced
            /// The `rank`-th best place found at a busyness level; see ``Finder/boxes(level:)``.
            case place(level: Float, rank: Int)
        }

        var region: Region
        /// Pixels of the long side; of no meaning for whole pictures.
        var side = 0
        /// Turned so that the prevailing edges run straight.
        var upright = false
    }

    enum Filter: Hashable, Sendable {
        case none
        /// Steepens edges; sigma as a share of the long side.
        case sharpen(sigma: Double, amount: Double)
        /// Smooths dots and grain; sigma as a share of the long side.
        case soften(sigma: Double)
    }

    enum Threshold: Hashable, Sendable {
        case none
        /// By each pixel's surroundings, a box of this share of the long side.
        case adaptive(share: Double, offset: Int)
    }

    var cut: Cut
    var inverted = false
    var filter = Filter.none
    var threshold = Threshold.none
    /// zbar follows every `density`-th row and column.
    var density = 1

    /// Carries out everything after the cut.
    func finish(_ image: GreyImage) -> GreyImage {
        var result = inverted ? image.inverted() : image
        let side = Double(image.longSide)
        switch filter {
        case .none: break
        case .sharpen(let sigma, let amount):
            result = result.sharpened(sigma: sigma * side, amount: amount)
        case .soften(let sigma):
            result = result.blurred(sigma: sigma * side)
        }
        switch threshold {
        case .none: break
        case .adaptive(let share, let offset):
            let radius = min(max(Int(side * share / 2), 3), 100)
            result = result.thresholded(box: 2 * radius + 1, offset: offset)
        }
        return result
    }
}
