public import Sodium
public import TicketModel

/// What a phone's wallet shows: a PAPER token, the wallet's time and a one-time password (PROTOCOL
/// 3.6), as it was read and not yet known to be genuine.
public struct UnverifiedWalletCode: Hashable, Sendable {
    /// The characters of the form: token text, dash, 10 digits, dash, 8 digits.
    static let length = 174

    public let paper: UnverifiedToken
    /// The wallet's clock in Unix seconds; ten digits hold more than a token's 32 bits.
    public let time: UInt64
    /// 8 ASCII digits.
    let password: [UInt8]

    /// `nil` unless the token is a PAPER token.
    init?(_ token: UnverifiedToken, time: ArraySlice<UInt8>, password: ArraySlice<UInt8>) {
        guard token.fields.type == .paper else { return nil }
        paper = token
        self.time = time.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        self.password = Array(password)
    }

    /// Why a wallet code is not genuine.
    public enum Fault: Error, Hashable, Sendable {
        case signature
        case password
    }

    /// Checks the signature, then the password: the one way to a ``VerifiedToken`` of this form.
    ///
    /// - Parameters:
    ///   - key: the PAPER key, as for ``UnverifiedToken/verified(by:event:)``.
    ///   - event: the event which the trust list gives that key.
    ///   - walletKey: the event's `wallet_key`, 32 bytes.
    public func verified(
        by key: PublicKey,
        event: EventID,
        walletKey: [UInt8]
    ) throws(Fault) -> VerifiedToken {
        guard paper.verified(by: key, event: event) != nil else { throw .signature }
        let expected = WalletCode.password(
            of: paper.fields,
            minute: time / WalletCode.step,
            walletKey: walletKey
        )
        guard Sodium.isEqual(expected, password) else { throw .password }
        let start = Int64(time / WalletCode.step * WalletCode.step)
        return VerifiedToken(
            paper,
            event: event,
            walletMinute: Timestamp(milliseconds: start * 1000)
        )
    }
}

/// Makes what a wallet pass shows.
public enum WalletCode {
    public static let walletKeyLength = 32
    /// The key that a pass carries: what HMAC-SHA-1 takes whole.
    public static let passKeyLength = 20
    static let step: UInt64 = 60
    private static let context = Array("st1/wallet\0".utf8)

    /// The TOTP key of one ticket's pass: `b2(20, "st1/wallet\0" || ticket || gen, wallet_key)`,
    /// where 20 is BLAKE2b's own output length, as the vectors of PROTOCOL 3.6 have it.
    public static func passKey(
        of ticket: TicketID,
        generation: Generation,
        walletKey: [UInt8]
    ) -> [UInt8] {
        Hash.ownLength(
            passKeyLength,
            [context, ticket.bytes, [generation.number]],
            key: walletKey
        )
    }

    /// What the wallet shows at `time`; `nil` unless `paper` is a PAPER token and the time has at
    /// most ten digits.
    ///
    /// - Parameter time: Unix seconds.
    public static func text(paper: SignedToken, time: UInt64, walletKey: [UInt8]) -> String? {
        guard paper.fields.type == .paper, time < 10_000_000_000 else { return nil }
        let digits = String(time)
        let padded = String(repeating: "0", count: 10 - digits.utf8.count) + digits
        let password = password(of: paper.fields, minute: time / step, walletKey: walletKey)
        return "\(paper.text)-\(padded)-\(String(decoding: password, as: UTF8.self))"
    }

    static func password(
        of fields: TokenFields,
        minute: UInt64,
        walletKey: [UInt8]
    ) -> [UInt8] {
        let key = passKey(of: fields.ticket, generation: fields.generation, walletKey: walletKey)
        return OneTimePassword.text(counter: minute, key: key)
    }
}
