internal import AssayCommitments
public import AssayCryptography
internal import AssaySpecification
public import AssayVerification
internal import AssayWire

/// What a hiding proof's randomness follows from.
///
/// All of it comes from one secret, so that a proof can be made again byte for byte, and shows
/// nothing new then. Each key depends on what it hides: two states never share one.
public struct HidingKeys: Sendable {
  /// Of the commitment to the data.
  public let data: Digest
  /// Of the commitments to the states before and after.
  public let start: Digest
  public let end: Digest
  /// Of the witness and of the pads that mask messages.
  let secret: Digest

  /// Collects keys.
  public init(data: Digest, start: Digest, end: Digest, secret: Digest) {
    self.data = data
    self.start = start
    self.end = end
    self.secret = secret
  }

  /// The key of the commitment to data.
  ///
  /// - Parameters:
  ///   - root: the plain root of the data.
  ///   - setting: rows and tails, on which the commitment depends too.
  public static func data(secret: Digest, root: Digest, setting: ProofSetting) -> Digest {
    let parameters = setting.parameters
    let numbers = [setting.rows.dataRowBits, setting.rows.dataRateBits, parameters.tailCount]
    var writer = WireWriter()
    for number in numbers { writer.write(UInt64(number)) }
    return SHA256.digest(
      domain: "assay.hiding.data.v1", [secret.bytes, root.bytes, writer.bytes])
  }

  /// The key of one purpose in the proof of a statement.
  func key(_ purpose: String, of statement: StepStatement, _ setting: ProofSetting) -> Digest {
    SHA256.digest(
      domain: "assay.hiding.\(purpose).v1", [secret.bytes, statement.context(setting)])
  }
}
