/// Carries places in a prepared image back to the picture it was made from.
struct Affine: Hashable, Sendable {
    private var a = 1.0
    private var b = 0.0
    private var c = 0.0
    private var d = 1.0
    private var x = 0.0
    private var y = 0.0

    static let identity = Affine()

    /// Each axis by its own factor, then a shift.
    static func scaling(_ across: Double, _ down: Double, x: Double, y: Double) -> Affine {
        Affine(a: across, b: 0, c: 0, d: down, x: x, y: y)
    }

    /// A turn by an angle with this cosine and sine, about a point.
    static func turning(cosine: Double, sine: Double, aboutX: Double, aboutY: Double) -> Affine {
        Affine(
            a: cosine,
            b: sine,
            c: -sine,
            d: cosine,
            x: aboutX - cosine * aboutX - sine * aboutY,
            y: aboutY + sine * aboutX - cosine * aboutY
        )
    }

    /// This map first, then `next`.
    func then(_ next: Affine) -> Affine {
        Affine(
            a: next.a * a + next.b * c,
            b: next.a * b + next.b * d,
            c: next.c * a + next.d * c,
            d: next.c * b + next.d * d,
            x: next.a * x + next.b * y + next.x,
            y: next.c * x + next.d * y + next.y
        )
    }

    func callAsFunction(_ point: ImagePoint) -> ImagePoint {
        let (px, py) = (Double(point.x), Double(point.y))
        return ImagePoint(
            x: Int((a * px + b * py + x).rounded()),
            y: Int((c * px + d * py + y).rounded())
        )
    }
}
