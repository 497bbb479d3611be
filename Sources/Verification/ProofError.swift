public import AssayCircuits
public import AssayCommitments
public import AssaySumcheck
public import AssayTranscripts
public import AssayWire

/// Why a proof was refused, or could not be looked at.
public enum ProofError: Error, Hashable, Sendable {
  /// The bytes are not a proof's.
  case malformed(WireError)
  /// The spec is none that proofs are about.
  case circuit(CircuitError)
  /// The witness is none of the rank-1 constraints.
  case rankOne(RankOneError)
  /// A message does not follow the schedule.
  case transcript(TranscriptError)
  /// A sumcheck or the lookups fail.
  case sumcheck(SumcheckError)
  /// A commitment's opening fails.
  case commitment(CommitmentError)
  /// The proof is about something else: `field` differs.
  case statement(field: String, expected: String, found: String)
  /// The leaves that the lookups come down to are not those of the circuit.
  case lookupLeaves(String)
  /// Proofs of consecutive steps do not join.
  case joint(afterStep: UInt64, reason: String)
  /// A hiding proof is to be made without the secret that its randomness comes from.
  case secretMissing
  /// The parameters give less security than is accepted.
  case security(bits: Int, required: Int)
}

extension ProofError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let error): "not a proof: \(error)"
    case .circuit(let error): "\(error)"
    case .rankOne(let error): "\(error)"
    case .transcript(let error): "\(error)"
    case .sumcheck(let error): "\(error)"
    case .commitment(let error): "\(error)"
    case .statement(let field, let expected, let found):
      "\(field): expected \(expected), the proof is about \(found); ask for the proof of this claim"
    case .lookupLeaves(let side):
      "lookups: the \(side) of the leaves is not the circuit's; the proof is altered or a value is "
        + "in no table"
    case .joint(let step, let reason):
      "the proofs do not join after step \(step): \(reason)"
    case .secretMissing:
      "the spec's proofs hide weights and data; give the secret that its commitments were made with"
    case .security(let bits, let required):
      "the proof's parameters give \(bits) bits of security, \(required) are required"
    }
  }
}
