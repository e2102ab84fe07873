import TicketModel

extension GateClock {
    /// Takes in one thing that was learnt about the time.
    ///
    /// - Parameter boot: milliseconds since boot; never less than in an earlier call.
    package mutating func handle(_ input: Input, at boot: Int64) -> [Effect] {
        switch input {
        case .answer(let time, let sent): return answer(time, sent: sent, at: boot)
        case .peer(let time, let uncertainty, let sent):
            return peer(time, uncertainty, sent: sent, at: boot)
        case .proven(let time): return prove(time, at: boot)
        case .token(let token): return take(token, at: boot)
        case .tick: return tick(at: boot)
        case .notKept:
            // Asked for again at the next tick.
            isAnchorKept = false
            keptFloor = Timestamp(milliseconds: .min)
            return []
        }
    }

    // MARK: Told

    /// What a round trip says, taken in the middle of it.
    private static func measured(
        _ time: Timestamp,
        _ uncertainty: Duration,
        sent: Int64,
        at boot: Int64
    ) -> Result<Anchor, AnswerFault> {
        guard boot >= sent else { return .failure(.negativeRoundTrip) }
        guard isPlausible(time), uncertainty >= .zero else { return .failure(.absurd) }
        let half = (boot - sent) / 2
        return .success(
            Anchor(
                offset: time.milliseconds + half - boot,
                uncertainty: uncertainty + answerMargin + .milliseconds(boot - sent - half),
                at: boot
            )
        )
    }

    private mutating func answer(_ time: Timestamp, sent: Int64, at boot: Int64) -> [Effect] {
        let measured: Anchor
        switch Self.measured(time, .zero, sent: sent, at: boot) {
        case .success(let anchor): measured = anchor
        case .failure(let fault): return [.refused(fault)]
        }
        guard !isBeforeFloor(measured, at: boot) else { return contradict(at: boot) }
        isContradicted = false
        lastSync = Sync(source: .central, at: boot, time: time)
        let isBetter = isBetter(measured, at: boot)
        raiseFloor(to: time)
        let effects = isBetter ? set(measured, by: .central, at: boot) : []
        return effects + checkFloor(at: boot)
    }

    /// An answer that took long is no reason to know less than before, if it does not say
    /// otherwise.
    private func isBetter(_ measured: Anchor, at boot: Int64) -> Bool {
        guard doubt(at: boot) == nil else { return true }
        let own = uncertainty(at: boot)
        let apart = Duration.milliseconds((measured.offset - anchor.offset).magnitude)
        return measured.uncertainty <= own || apart > own + measured.uncertainty
    }

    private mutating func peer(
        _ time: Timestamp,
        _ uncertainty: Duration,
        sent: Int64,
        at boot: Int64
    ) -> [Effect] {
        switch Self.measured(time, uncertainty, sent: sent, at: boot) {
        case .failure(let fault): return [.refused(fault)]
        case .success(let measured):
            guard !isBeforeFloor(measured, at: boot) else { return [.refused(.beforeFloor)] }
            guard measured.uncertainty < self.uncertainty(at: boot) else { return [] }
            lastSync = Sync(source: .peer, at: boot, time: time)
            return set(measured, by: .peer, at: boot)
        }
    }

    private func isBeforeFloor(_ anchor: Anchor, at boot: Int64) -> Bool {
        Timestamp(milliseconds: anchor.offset) + .milliseconds(boot) < floor - Self.floorSlack
    }

    /// Central's own clock was set back, or was ahead before: what is proven stays proven, so
    /// neither the floor nor the offset follows, and one record says when it began.
    private mutating func contradict(at boot: Int64) -> [Effect] {
        guard !isContradicted else { return [] }
        isContradicted = true
        return [.record(step(.contradiction, from: anchor.offset, at: boot))]
    }

    private mutating func set(_ new: Anchor, by cause: Cause, at boot: Int64) -> [Effect] {
        let old = anchor.offset
        anchor = new
        isAnchorKept = true
        isRollbackNoted = false
        setBack = nil
        slow = SlowEvidence()
        fast = FastEvidence()
        return [.record(step(cause, from: old, at: boot)), .keep(new)]
    }

    private func step(_ cause: Cause, from old: Int64, at boot: Int64) -> Step {
        Step(
            cause: cause,
            oldOffset: old,
            newOffset: anchor.offset,
            reading: reading(at: boot)
        )
    }

    // MARK: Proven

    private mutating func prove(_ time: Timestamp, at boot: Int64) -> [Effect] {
        raiseFloor(to: time)
        return checkFloor(at: boot)
    }

    private mutating func raiseFloor(to time: Timestamp) {
        if time > floor, Self.isPlausible(time) { floor = time }
    }

    private mutating func checkFloor(at boot: Int64) -> [Effect] {
        noteRollback(at: boot) + keepFloor(risenBy: Self.floorKeptWithin)
    }

    /// The offset stays, for one proof alone sets no clock, but a reader of the log is told that it
    /// is not to be trusted: once for each offset.
    private mutating func noteRollback(at boot: Int64) -> [Effect] {
        guard isBehindFloor(at: boot), !isRollbackNoted else { return [] }
        switch anchor.basis {
        // Nobody trusts these anyway.
        case .guess, .doubted: return []
        case .known, .shown: isRollbackNoted = true
        }
        return [.record(step(.rollback, from: anchor.offset, at: boot))]
    }

    private mutating func keepFloor(risenBy gap: Duration) -> [Effect] {
        guard floor > keptFloor, floor - keptFloor >= gap else { return [] }
        keptFloor = floor
        return [.keepFloor(floor)]
    }

    private mutating func tick(at boot: Int64) -> [Effect] {
        var effects: [Effect] = []
        if let offset = setBack {
            setBack = nil
            effects.append(.record(step(.rollback, from: offset, at: boot)))
        }
        effects += noteRollback(at: boot)
        if !isAnchorKept {
            isAnchorKept = true
            effects.append(.keep(anchor))
        }
        return effects + keepFloor(risenBy: .milliseconds(1))
    }

    // MARK: Shown

    private mutating func take(_ token: LiveToken, at boot: Int64) -> [Effect] {
        let isTrusted = doubt(at: boot) == nil
        raiseFloor(to: token.start)
        var effects = weighSlow(token, at: boot)
        if isTrusted { effects += weighFast(token, at: boot) }
        return effects + checkFloor(at: boot)
    }

    /// Three tickets from the future move time forward; trust in a clock that was never set, or is
    /// doubted, does not come from codes that anybody may have kept.
    private mutating func weighSlow(_ token: LiveToken, at boot: Int64) -> [Effect] {
        let due = now(at: boot) + SlowEvidence.ahead + uncertainty(at: boot)
        guard token.start > due else { return follow(token, at: boot) }
        guard
            let offset = slow.add(
                token.ticket,
                offset: token.start.milliseconds - boot,
                at: boot
            )
        else { return [] }
        let (uncertainty, basis): (Duration, Basis) =
            switch anchor.basis {
            case .guess, .doubted: (Self.guessUncertainty, anchor.basis)
            case .known, .shown: (Self.slowUncertainty, .shown)
            }
        let new = Anchor(offset: offset, uncertainty: uncertainty, at: boot, basis: basis)
        return set(new, by: .slow, at: boot)
    }

    /// Codes are up to a minute old, so their median is behind; once it has set the time, each
    /// fresher code brings it nearer to the truth, which is never before it.
    private mutating func follow(_ token: LiveToken, at boot: Int64) -> [Effect] {
        guard anchor.basis == .shown, token.start > now(at: boot) else { return [] }
        let new = Anchor(
            offset: token.start.milliseconds - boot,
            uncertainty: uncertainty(at: boot),
            at: boot,
            basis: .shown
        )
        return set(new, by: .slow, at: boot)
    }

    private mutating func weighFast(_ token: LiveToken, at boot: Int64) -> [Effect] {
        let isOver = now(at: boot) - token.end > FastEvidence.over
        guard token.code == .expired, token.detail == .code else {
            // In time, whatever else was said to it: the clock is not that fast.
            if !isOver { fast = FastEvidence() }
            return []
        }
        guard isOver, fast.add(token.ticket) else { return [] }
        let new = Anchor(
            offset: anchor.offset,
            uncertainty: Self.guessUncertainty,
            at: boot,
            basis: .doubted
        )
        return set(new, by: .fast, at: boot)
    }
}
