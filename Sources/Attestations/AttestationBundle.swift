internal import AssayCryptography
internal import AssayWire

/// Attestations about one model, a line each: an in-toto bundle (`.intoto.jsonl`).
public struct AttestationBundle: Sendable {
  /// Longer files are refused unread.
  public static let maximumByteCount = 64 << 20
  private static let maximumLineCount = 1024

  /// What providers state.
  public let provenances: [TrainingProvenance]
  /// What verifiers found.
  public let summaries: [VerificationSummary]
  /// How many attestations are of other types, which say nothing here.
  public let otherCount: Int

  /// Reads a bundle and checks every attestation of the two types.
  ///
  /// - Throws: what is wrong with the first that does not hold.
  public init(decoding bytes: [UInt8]) throws(AttestationError) {
    guard bytes.count <= Self.maximumByteCount else {
      throw .malformed(.tooLong(limit: Self.maximumByteCount, found: bytes.count))
    }
    let lines = bytes.split(separator: 0x0a).map { Array($0) }
    guard lines.count <= Self.maximumLineCount else {
      throw .malformed(.tooLong(limit: Self.maximumLineCount, found: lines.count))
    }
    var provenances: [TrainingProvenance] = []
    var summaries: [VerificationSummary] = []
    var otherCount = 0
    for line in lines {
      switch try Self.predicateType(of: line) {
      case TrainingProvenance.predicateType:
        provenances.append(try TrainingProvenance.open(line))
      case VerificationSummary.predicateType:
        summaries.append(try VerificationSummary.open(line))
      default: otherCount += 1
      }
    }
    self.provenances = provenances
    self.summaries = summaries
    self.otherCount = otherCount
  }

  private static func predicateType(of line: [UInt8]) throws(AttestationError) -> String {
    do throws(CryptographyError) {
      return try Statement(decoding: Envelope(decoding: line).payload).predicateType
    } catch { throw .signature(error) }
  }
}
