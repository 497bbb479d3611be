internal import AssayCryptography
internal import AssayEvidence

/// The parties of the demonstration, with fresh keys.
struct DemoCast {
  let buyer: SigningKey
  /// Keeps the log, and contributes to the draw's randomness.
  let `operator`: SigningKey
  let verifier: SigningKey
  let referee: SigningKey

  init() throws {
    buyer = try Self.key()
    `operator` = try Self.key()
    verifier = try Self.key()
    referee = try Self.key()
  }

  /// A fresh key from the system's generator.
  static func key() throws -> SigningKey { try SigningKey(seed: secret()) }

  /// 32 fresh bytes from the system's generator.
  static func secret() -> [UInt8] {
    RandomBytes.make(Randomness.secretByteCount)
  }
}
