internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssaySettlement
internal import AssaySpecification

/// What is known of the job that is played, beyond what the machine knows.
struct PlayedJob {
  var id = ""
  /// Who takes the job: the strategist, or whose work is known to be false.
  var provider: SigningKey
  var isCanary = false
  var buyerSecret: [UInt8] = []
  var operatorSecret: [UInt8] = []
  /// Whether somebody executes an accepted draw once more.
  var isWatched = false
  var hasWatched = false
  /// The intervals of the present claim that are false, from the work's first.
  var falsified: Set<Int> = []
  /// Whether anything that was claimed is false.
  var isFalse = false
  /// The present claim's envelope.
  var claim: [UInt8] = []
  /// The key of the sealed artefact, where one is delivered.
  var deliveryKey = [UInt8](repeating: 7, count: SealedHeader.keyByteCount)
  /// The job's log.
  var leaves: [Digest] = []
  /// What somebody's work has cost.
  var costs: [VerifyingKey: Int128] = [:]
  /// Whether the provider has crashed in the present part.
  var hasCrashed = false
  /// What verifiers are bound to.
  var sealed: [VerifyingKey: (envelope: [UInt8], nonce: [UInt8])] = [:]
  /// Who has answered, or will not.
  var answered: Set<VerifyingKey> = []
  /// Who has challenged the verdict of this identity, and whose statement.
  var defenders: [VerifyingKey: VerifyingKey] = [:]
  var challengedVerdict: Digest?
  /// The dispute that the standing verdict follows from.
  var dispute: CheckedDispute?
  var attempted: Set<Conduct.Attempt> = []
}
