internal import AssayCryptography

/// The nonces of signatures that have not expired, so that no request is taken twice.
///
/// They live as long as the process. A signature that was made before the process began is refused,
/// so a restart opens no window; a repeated command changes nothing in any case, since its
/// idempotency key is signed with it.
struct NonceWindow: Sendable {
  /// How many are remembered at most; beyond it requests wait.
  static let limit = 1 << 20

  /// Two generations: what expires soon, and what came later.
  private var older: Set<Digest> = []
  private var newer: Set<Digest> = []
  private var turned: UInt64
  private let lifetime: UInt64

  /// - Parameters:
  ///   - lifetime: seconds that a signature lives at most.
  ///   - now: seconds.
  init(lifetime: UInt64, now: UInt64) {
    self.lifetime = lifetime
    turned = now
  }

  enum Answer { case fresh, seen, full }

  /// Remembers a nonce of a key.
  mutating func insert(_ nonce: String, of key: VerifyingKey, now: UInt64) -> Answer {
    if now >= turned + lifetime {
      older = now >= turned + 2 * lifetime ? [] : newer
      newer = []
      turned = now
    }
    let digest = SHA256.digest(domain: "assay/nonce/v1", [key.bytes, Array(nonce.utf8)])
    if newer.contains(digest) || older.contains(digest) { return .seen }
    guard newer.count < Self.limit else { return .full }
    newer.insert(digest)
    return .fresh
  }
}
