import Glibc
package import TicketModel

/// The operating system's clocks: the only place that reads them.
package enum SystemClock {
    /// Wall-clock time, as far as the system knows it.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: milliseconds(of: CLOCK_REALTIME))
    }

    /// Milliseconds since boot, sleep included: never jumps, never goes back (`CLOCK_BOOTTIME`).
    package static func sinceBoot() -> Int64 {
        milliseconds(of: CLOCK_BOOTTIME)
    }

    /// What a clock on the wall of this machine's time zone (`TZ`, `/etc/localtime`) shows then.
    package static func timeOfDay(at instant: Timestamp) -> (hour: Int, minute: Int) {
        var time = time_t(instant.milliseconds / 1000)
        var parts = tm()
        localtime_r(&time, &parts)
        return (Int(parts.tm_hour), Int(parts.tm_min))
    }

    private static func milliseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T13:42:00.000Z`.
    package var rfc3339: String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        var time = time_t(rest < 0 ? seconds - 1 : seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func digits(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date =
            digits(Int(parts.tm_year) + 1900, 4) + "-" + digits(parts.tm_mon + 1, 2) + "-"
            + digits(parts.tm_mday, 2)
        let clock =
            digits(parts.tm_hour, 2) + ":" + digits(parts.tm_min, 2) + ":"
            + digits(parts.tm_sec, 2)
        return date + "T" + clock + "." + digits(rest < 0 ? rest + 1000 : rest, 3) + "Z"
    }
}
