public import AssayAlgebra
public import AssaySumcheck
public import AssayTranscripts

/// The prover of `ConstraintSum` over any field.
public enum PlainConstraintSum {
  /// Proves A(x)·B(x) = C(x) for all x of {0,1}^variables.
  ///
  /// - Precondition: at most 2^variables values each; zero behind.
  /// - Throws: `SumcheckError.transcript` when the schedule is another.
  @specialized(where K == BN254Scalar)
  @specialized(where K == NativeBN254Scalar)
  public static func prove<K: ChallengeField>(
    a: [K], b: [K], c: [K], variables: Int, label: String, transcript: inout TranscriptWriter<K>
  ) throws(SumcheckError) -> ConstraintSum.Claim<K> {
    let tau: [K]
    do { tau = try transcript.challenges("\(label).tau") } catch { throw .transcript(error) }
    let columns = [a, b, c].map {
      $0 + Array(repeating: .zero, count: (1 << variables) - $0.count)
    }
    var tables = PlainTables(
      [
        .init(tables: columns, variables: variables, scale: .one) { values in
          values[0] * values[1] - values[2]
        }
      ], weights: tau, degree: ConstraintSum.degree)
    let point = try tables.prove(rounds: variables, label: label, transcript: &transcript)
    let values = tables.values(ofSummand: 0)
    try transcript.write("\(label).values", values)
    return ConstraintSum.Claim(point: point, a: values[0], b: values[1], c: values[2])
  }
}
