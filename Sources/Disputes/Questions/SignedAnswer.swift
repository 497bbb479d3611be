public import AssayCryptography
internal import AssayWire

/// A party's signed answer: an in-toto statement in a DSSE envelope.
///
/// It names the position of the dispute that it belongs to: a digest over the claims, all answers
/// before it, and the question. Two answers of one party at one position that differ show that it
/// equivocates.
public struct SignedAnswer: Hashable, Sendable {
  /// The in-toto predicate type of an answer.
  public static let predicateType = "https://assay.dev/dispute-answer/v1"

  /// Questions before this one.
  public let number: Int
  /// What the answer belongs to: see `Dispute.position`.
  public let position: Digest
  /// The answer's bytes.
  public let answer: [UInt8]

  /// An answer to be signed.
  public init(number: Int, position: Digest, answer: Answer) {
    self.number = number
    self.position = position
    self.answer = answer.encoded
  }

  /// Signs the answer.
  public func signed(by key: SigningKey) -> Envelope {
    let statement = Statement(
      subjects: [(name: "position", digest: position)], predicateType: Self.predicateType,
      predicate: .object([
        "number": .integer(number), "answer": .string(Base64.encode(answer)),
      ]))
    return Envelope.sign(payload: statement.encoded, with: key)
  }

  /// Reads an answer that `key` signed.
  ///
  /// - Throws: `signature` or `malformed`. What the answer says is not read.
  public static func open(
    _ envelopeBytes: [UInt8], by key: VerifyingKey
  ) throws(DisputeError) -> SignedAnswer {
    let statement: Statement
    do throws(CryptographyError) {
      statement = try Statement(decoding: Envelope(decoding: envelopeBytes).verify(with: key))
    } catch { throw .signature(error) }
    do throws(WireError) { return try SignedAnswer(statement) } catch { throw .malformed(error) }
  }

  private init(_ statement: Statement) throws(WireError) {
    guard statement.predicateType == Self.predicateType else {
      throw .field(
        path: "predicateType",
        reason: "expected \"\(Self.predicateType)\", found \"\(statement.predicateType)\"")
    }
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.name == "position"
    else { throw .field(path: "subject", reason: "expected one subject named \"position\"") }
    position = subject.digest
    var fields = try JSONFields(statement.predicate, path: "predicate")
    number = try fields.integer("number", in: 0...1 << 20)
    answer = try Base64.decode(try fields.string("answer"))
    try fields.finish()
  }
}
