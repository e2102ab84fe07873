import Glibc

/// Secrets that people type or keep in a file.
package enum Passphrase {
    private static let bytesMax = 4096

    /// The first line of a file, without its end.
    package static func read(file path: String) throws(FileError) -> [UInt8] {
        let bytes = try AtomicFile.read(path, bytesMax: bytesMax)
        return Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }

    /// Asks at the terminal, without showing what is typed.
    ///
    /// - Returns: `nil` if there is no terminal.
    package static func ask(_ prompt: String) -> [UInt8]? {
        guard let terminal = fopen("/dev/tty", "r+") else { return nil }
        defer { fclose(terminal) }
        let descriptor = fileno(terminal)
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        defer { tcsetattr(descriptor, TCSAFLUSH, &settings) }
        fputs(prompt, terminal)
        fflush(terminal)
        var line: [UInt8] = []
        while line.count < bytesMax {
            let byte = fgetc(terminal)
            if byte == EOF || byte == 10 { break }
            line.append(UInt8(truncatingIfNeeded: byte))
        }
        fputs("\n", terminal)
        return line
    }
}
