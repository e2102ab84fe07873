import Foundation

/// One picture with what the rungs share: its reduced form, the places found, the cuts made.
///
/// Everything is made when first asked for, so a hit on the first rung pays for nothing else.
struct Scene {
    /// A cut, ready for a recipe's filters, and the way back to the picture.
    struct Prepared {
        let image: GreyImage
        let toPicture: Affine
    }

    private let picture: GreyImage
    private lazy var reduced: GreyImage =
        picture.scaled(picture.wholeBox, longSide: Finder.searchSide, growthMax: 1)
    private lazy var finder = Finder(picture: picture, reduced: reduced)
    private var places: [Float: [ImageBox]] = [:]
    private var cuts: [Recipe.Cut: Prepared] = [:]

    /// Times; more only shows the same blur larger.
    private static let growthMax = 3.5
    /// Degrees; zbar takes a smaller turn in its stride.
    private static let turnMin = 3.0
    /// Pixels of the long side at which a cut's turn is told.
    private static let turnSide = 240

    init(_ picture: GreyImage) { self.picture = picture }

    /// The part of the picture a rung asks for, or `nil` when there is no such part.
    ///
    /// A cut that should be turned upright and already is counts as missing: the rung would
    /// repeat what others have tried.
    mutating func prepared(_ cut: Recipe.Cut) -> Prepared? {
        if let known = cuts[cut] { return known }
        let made: Prepared?
        switch cut.region {
        case .whole:
            made = Prepared(image: picture, toPicture: .identity)
        case .wholeReduced:
            let back = Self.scaling(from: reduced, to: picture.wholeBox)
            made = Prepared(image: reduced, toPicture: back)
        case .place(let level, let rank):
            guard let box = place(level, rank) else { return nil }
            made = cut.upright ? upright(box, side: cut.side) : straight(box, side: cut.side)
        }
        cuts[cut] = made
        return made
    }

    private mutating func place(_ level: Float, _ rank: Int) -> ImageBox? {
        let found = places[level] ?? finder.boxes(level: level)
        places[level] = found
        return rank < found.count ? found[rank] : nil
    }

    private func straight(_ box: ImageBox, side: Int) -> Prepared {
        let image = picture.scaled(box, longSide: side, growthMax: Self.growthMax)
        return Prepared(
            image: image.stretched(),
            toPicture: Self.scaling(from: image, to: box)
        )
    }

    /// The box turned so that its prevailing edges run straight.
    ///
    /// An upright code fills less of its box than the turned one did. The cut is made larger by
    /// as much and only its middle kept, so that the code comes out at the size asked for.
    private func upright(_ box: ImageBox, side: Int) -> Prepared? {
        let probe = picture.scaled(box, longSide: Self.turnSide, growthMax: 1)
        guard let turn = probe.edgeTurn(), abs(turn) >= Self.turnMin else { return nil }
        let (cosine, sine) = (cos(turn * .pi / 180), sin(turn * .pi / 180))
        let excess = abs(cosine) + abs(sine)
        let large = picture.scaled(
            box,
            longSide: Int(Double(side) * excess),
            growthMax: Self.growthMax * excess
        )
        let turned = large.rotated(degrees: -turn)
        let width = max(1, Int(Double(turned.width) / excess))
        let height = max(1, Int(Double(turned.height) / excess))
        let (x, y) = ((turned.width - width) / 2, (turned.height - height) / 2)
        let middle = ImageBox(x: x, y: y, width: width, height: height)
        let image = turned.resampled(middle, width: width, height: height)
        let back = Affine.scaling(1, 1, x: Double(x), y: Double(y))
            .then(
                .turning(
                    cosine: cosine,
                    sine: -sine,
                    aboutX: Double(turned.width - 1) / 2,
                    aboutY: Double(turned.height - 1) / 2
                )
            )
            .then(Self.scaling(from: large, to: box))
        return Prepared(image: image.stretched(), toPicture: back)
    }

    private static func scaling(from image: GreyImage, to box: ImageBox) -> Affine {
        .scaling(
            Double(box.width) / Double(image.width),
            Double(box.height) / Double(image.height),
            x: Double(box.x),
            y: Double(box.y)
        )
    }
}
