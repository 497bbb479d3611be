public import AssayAlgebra
public import AssayTranscripts

/// Rank-1 constraints A(x)·B(x) = C(x) at all x, reduced to one value each of A, B and C
/// (Spartan: Setty, ePrint 2019/550, equation 5).
///
/// The constraints hold everywhere when the multilinear extension of A·B − C is zero, which is
/// checked at a random τ: 0 = Σ_x eq(τ, x)·(A(x)·B(x) − C(x)).
public enum ConstraintSum {
  /// What remains to be shown.
  public struct Claim<K: ChallengeField>: Hashable, Sendable {
    /// The point, one coordinate for each variable.
    public let point: [K]
    /// What A, B and C must be there.
    public let a: K
    /// See `a`.
    public let b: K
    /// See `a`.
    public let c: K

    package init(point: [K], a: K, b: K, c: K) {
      self.point = point
      self.a = a
      self.b = b
      self.c = c
    }
  }

  /// The degree of a round's message.
  package static let degree = 2

  /// The messages and challenges for 2^variables constraints.
  public static func schedule(variables: Int, label: String) -> [Schedule.Step] {
    [Schedule.Step("\(label).tau", .challenges(variables))]
      + SumcheckRounds.schedule(rounds: variables, degree: degree, label: label)
      + [Schedule.Step("\(label).values", .elements(3))]
  }

  /// Reduces the constraints to claims on A, B and C.
  ///
  /// - Throws: `SumcheckError.transcript` and `.constraints`.
  /// - Soundness: A, B and C must be bound before τ is drawn, and the caller must check their
  ///   values. A violated constraint then passes with probability at most
  ///   `soundnessNumerator(variables:)` / |K|.
  public static func verify<K: ChallengeField>(
    variables: Int, label: String, transcript: inout TranscriptReader<K>
  ) throws(SumcheckError) -> Claim<K> {
    let tau: [K]
    do { tau = try transcript.challenges("\(label).tau") } catch { throw .transcript(error) }
    guard tau.count == variables else {
      throw .transcript(.count(label: "\(label).tau", expected: variables, found: tau.count))
    }
    let rounds = try SumcheckRounds.verify(
      claim: .zero, weights: tau, degree: degree, label: label, transcript: &transcript)
    let sent = try transcript.read("\(label).values", count: 3)
    guard sent[0] * sent[1] - sent[2] == rounds.value else { throw .constraints(label: label) }
    return Claim(point: rounds.point, a: sent[0], b: sent[1], c: sent[2])
  }

  /// The error as a multiple of 1 / |K|: τ has degree 1 in each variable, each round degree 2.
  public static func soundnessNumerator(variables: Int) -> Int {
    (degree + 1) * variables
  }
}
