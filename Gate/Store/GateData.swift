import Glibc

/// Where a gate keeps its files, in one folder of its own.
package struct GateData: Sendable {
    package let folder: String

    package init(_ folder: String) {
        self.folder = folder
    }

    package var deviceKey: String { folder + "/device.key" }
    package var journal: String { folder + "/journal.sqlite" }
    /// The latest receipt, apart from the journal: what an old copy of the journal is noticed by.
    package var receipt: String { folder + "/receipt.json" }
    package var manifests: String { folder + "/manifest" }

    /// Makes the folders, readable by the owner only.
    package func prepare() throws(StorageFault) {
        for path in [folder, manifests] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw .other(errno, "mkdir \(path): \(String(cString: strerror(errno)))")
        }
    }
}
