import FuzzTargets
import Glibc

#if STILE_FUZZ
    import CLibFuzzer

    // libFuzzer wants a plain function, so the target cannot travel in a closure.
    nonisolated(unsafe) private var chosen = FuzzTarget.code

    guard let name = getenv("STILE_FUZZ_TARGET"),
        let target = FuzzTarget(rawValue: String(cString: name))
    else {
        print("STILE_FUZZ_TARGET must be one of:", FuzzTarget.allCases.map(\.rawValue))
        exit(64)
    }
    chosen = target
    var count = CommandLine.argc
    var arguments = Optional(CommandLine.unsafeArgv)
    exit(
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    )
#else
    // Without libFuzzer this program only says how to get it; `swift test` replays the corpus.
    print("build it with `make fuzz`")
    exit(64)
#endif
