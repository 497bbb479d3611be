internal import AssayCryptography
internal import AssaySpecification
public import AssayWire

/// All that a dispute went through, in one file: whoever has it can hold the dispute again.
///
/// Bytes: "assay.dispute.transcript.v1", the spec, the challenger's and the defender's claim, each
/// with its length (4); the allowance in seconds (8); the number of answers (4), and of each its
/// party (1: 0 is the challenger) and its envelope with its length (4), in the order in which they
/// were taken.
public struct DisputeTranscript: WireCodable, Hashable, Sendable {
  /// What every transcript starts with.
  public static let magic = Array("assay.dispute.transcript.v1".utf8)
  /// The most bytes of a transcript.
  public static let byteCountLimit = 64 << 20
  /// The most answers: far more than any way down has questions.
  private static let answerLimit = 4096

  /// A party's answer.
  public struct SignedEnvelope: Hashable, Sendable {
    /// Who answered.
    public let party: Party
    /// The signed answer, in its exact bytes.
    public let envelope: [UInt8]
  }

  /// The spec's exact bytes.
  public let spec: [UInt8]
  /// The signed claims.
  public let claims: Pair<[UInt8]>
  /// The dispute's rules.
  public let rules: Dispute.Rules
  /// The signed answers, in the order in which they were taken.
  public internal(set) var answers: [SignedEnvelope] = []

  init(spec: [UInt8], claims: Pair<[UInt8]>, rules: Dispute.Rules) {
    self.spec = spec
    self.claims = claims
    self.rules = rules
  }

  public func encode(to writer: inout WireWriter) {
    writer.write(raw: Self.magic)
    writer.write(lengthPrefixed: spec)
    for party in Party.allCases { writer.write(lengthPrefixed: claims[party]) }
    writer.write(rules.allowanceSeconds)
    writer.write(UInt32(answers.count))
    for answer in answers {
      writer.write(answer.party == .challenger ? 0 : 1 as UInt8)
      writer.write(lengthPrefixed: answer.envelope)
    }
  }

  public init(decoding reader: inout WireReader) throws(WireError) {
    guard try reader.readBytes(count: Self.magic.count) == Self.magic else {
      throw .notCanonical("a transcript starts with \"assay.dispute.transcript.v1\"")
    }
    spec = try reader.readLengthPrefixed(limit: Spec.byteCountLimit)
    claims = Pair(
      challenger: try reader.readLengthPrefixed(limit: Envelope.maximumByteCount),
      defender: try reader.readLengthPrefixed(limit: Envelope.maximumByteCount))
    rules = Dispute.Rules(allowanceSeconds: try reader.readUInt64())
    let count = try reader.readCount(limit: Self.answerLimit, elementByteCount: 5)
    for _ in 0..<count {
      let party = try reader.readUInt8()
      guard party < 2 else { throw .notCanonical("an answer is of party 0 or 1, found \(party)") }
      answers.append(
        SignedEnvelope(
          party: party == 0 ? .challenger : .defender,
          envelope: try reader.readLengthPrefixed(limit: Envelope.maximumByteCount)))
    }
  }

  /// Holds the dispute again, as far as the answers go. Time stands still, so that nobody stalls.
  ///
  /// - Soundness: the same answers lead to the same finding, whoever hands them in; an honest
  ///   party has signed none that could make it lose.
  /// - Throws: what is wrong with the claims or with the first answer that does not count.
  public func held() throws(DisputeError) -> Dispute {
    let spec: Spec
    do throws(SpecificationError) { spec = try Spec(decoding: self.spec) } catch {
      throw .claim(error)
    }
    var dispute = try Dispute(
      spec: spec, challenger: claims.challenger, defender: claims.defender, rules: rules, now: 0)
    for answer in answers { try dispute.take(answer.envelope, from: answer.party, now: 0) }
    return dispute
  }
}
