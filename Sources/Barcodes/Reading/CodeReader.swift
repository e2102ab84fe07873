/// Reads the codes in one image as it is, by zbar.
///
/// Every call makes a scanner of its own. zbar keeps state between scans (its random generator
/// picks the edge points it fits a code's outline to), so with a reused scanner the same frame
/// may read today and not tomorrow; with a fresh one an image's answer follows from its pixels
/// alone, also in a lane that runs for months. Measured, neither is faster and a kept scanner
/// read the sets' 197 pictures alike (`bench-barcodes` prints both), so certainty costs nothing.
package struct CodeReader: Hashable, Sendable {
    /// What to look for; fewer is faster and safer from invented codes.
    package let symbologies: Symbologies
    /// zbar follows every `density`-th row and column; 1 is all of them.
    package let density: Int

    package init(_ symbologies: Symbologies = .qrOnly, density: Int = 1) {
        precondition(density >= 1, "lines are counted from 1")
        self.symbologies = symbologies
        self.density = density
    }

    /// Every code in the image, places in its own pixels.
    package func read(_ image: GreyImage) -> [Symbol] {
        ZBarScanner(symbologies, density: density).scan(image)
    }
}
