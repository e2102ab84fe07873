/// Reads the codes in one image as it is, by zbar.
///
/// Every call makes a scanner of its own. zbar keeps state between scans (its random generator
/// picks the edge points it fits a code's outline to), so with a reused scanner the same frame
/// may read today and not tomorrow; with a fresh one an image's answer follows from its pixels
/// alone, also in a lane that runs for months. `bench-barcodes` prints what the choice costs.
package struct CodeReader: Hashable, Sendable {
    /// What to look for; fewer is faster and safer from invented codes.
    package let symbologies: Symbologies

    package init(_ symbologies: Symbologies = .qrOnly) { self.symbologies = symbologies }

    /// Every code in the image, places in its own pixels.
    package func read(_ image: GreyImage) -> [Symbol] {
        ZBarScanner(symbologies).scan(image)
    }
}
