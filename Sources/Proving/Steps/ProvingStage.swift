/// What a prover is about: callers who have a clock can tell what each part costs.
public enum ProvingStage: String, Hashable, Sendable, CaseIterable {
  /// The engine computes the steps again.
  case execution
  /// Columns are filled from what it computed.
  case witness
  /// Columns are encoded and hashed.
  case commitment
  /// The two sums of fractions.
  case lookups
  /// Products at a random point, and their sumcheck.
  case products
  /// The opening of all claims about columns.
  case opening
}
