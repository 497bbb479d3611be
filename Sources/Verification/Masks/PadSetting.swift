internal import AssayAlgebra
public import AssayCommitments
internal import AssaySumcheck
internal import AssayTranscripts

/// What masks the messages of a hiding proof: one secret element, a pad, for each, committed to
/// before the first challenge.
///
/// Beside them the commitment holds three more, u, v and u·v, which mask the end of the argument
/// that products of masked values are products.
public struct PadSetting: Sendable {
  /// How many elements are committed.
  public let count: Int
  /// How many products of masked values there are.
  public let productCount: Int
  /// How the pads lie: the coordinates of each over the base field.
  public let layout: OracleLayout

  /// The pads that a schedule needs.
  init(stages: Schedule, rowBits: Int) throws(CommitmentError) {
    count = Self.count(stages: stages)
    productCount = stages.productCount
    layout = try OracleLayout(kind: "pads", shapes: [[count, Self.degree]], rowBits: rowBits)
  }

  /// Coordinates of an element.
  static var degree: Int { GoldilocksExtension.byteCount / Goldilocks.byteCount }

  /// Rounds of the sum over all products and the masking one.
  package var productBits: Int { Self.bits(productCount) }

  /// How many pads messages take, and three more.
  static func count(stages: Schedule) -> Int {
    let rest = Schedule(steps(productCount: stages.productCount))
    return stages.maskedCount + rest.maskedCount + 3
  }

  private static func bits(_ productCount: Int) -> Int {
    Int.bitWidth - productCount.leadingZeroBitCount
  }

  /// The argument that products of masked values are products.
  static func steps(productCount: Int) -> [Schedule.Step] {
    let bits = bits(productCount)
    return [Schedule.Step(PadLabel.tau, .challenges(bits))]
      + SumcheckRounds.schedule(
        rounds: bits, degree: degreeOfProducts, label: PadLabel.products, isMasked: true)
      + [
        Schedule.Step(PadLabel.ends, .elements(2)),
        Schedule.Step(PadLabel.batch, .challenges(1)),
      ]
  }

  /// The degree of a round's message: a·b − c, with eq factored out.
  package static let degreeOfProducts = 2
}

/// Names of the messages and challenges that settle masked values.
package enum PadLabel {
  package static let root = "pads"
  package static let products = "masked products"
  package static let tau = "masked products.tau"
  package static let ends = "masked products.ends"
  package static let batch = "masked claims"
}
