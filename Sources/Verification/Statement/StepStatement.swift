internal import AssayCircuits
internal import AssayCommitments
public import AssayCryptography
internal import AssayWire

/// What a proof says: from the state committed by `start`, the steps first ..< first + count of a
/// spec, on the batches that it selects from the data committed by `data`, give the state committed
/// by `end`.
public struct StepStatement: Hashable, Sendable {
  /// SHA-256 of the spec's bytes.
  public let spec: Digest
  /// Root of the data's polynomial commitment.
  public let data: Digest
  /// Roots of the states' polynomial commitments.
  public let start: Digest
  public let end: Digest
  /// The first step, numbered from 1.
  public let firstStep: UInt64
  /// Steps that are proved, at least 1.
  public let stepCount: Int

  /// States what is proved.
  public init(
    spec: Digest, data: Digest, start: Digest, end: Digest, firstStep: UInt64, stepCount: Int
  ) {
    self.spec = spec
    self.data = data
    self.start = start
    self.end = end
    self.firstStep = firstStep
    self.stepCount = stepCount
  }

  /// The last step that is proved.
  public var lastStep: UInt64 { firstStep + UInt64(stepCount) - 1 }

  /// Every public input of a proof, absorbed before its first challenge.
  package func context(_ setting: ProofSetting) -> [UInt8] {
    var writer = WireWriter()
    writer.write("assay.step-proof.v1")
    for digest in [
      spec, setting.circuit.digest, setting.parameters.digest, data, start, end,
    ] {
      writer.write(raw: digest.bytes)
    }
    writer.write(firstStep)
    writer.write(UInt64(stepCount))
    return writer.bytes
  }
}
