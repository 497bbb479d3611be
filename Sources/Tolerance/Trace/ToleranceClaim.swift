public import AssayCryptography
internal import AssayWire

/// A provider's statement that a trace is the record of its training.
///
/// A statement of its own kind: terms that ask for execution with zero tolerance or for proofs can
/// never take it, nor a verdict about it.
public struct ToleranceClaim: Hashable, Sendable {
  /// The in-toto predicate type.
  public static let predicateType = "https://assay.dev/tolerance-claim/v1"

  /// The job that the work is for, empty where there is none.
  public let job: String
  /// SHA-256 of the terms' exact bytes; zero where there are no terms.
  public let terms: Digest
  public let provider: VerifyingKey
  /// SHA-256 of the manifest.
  public let manifest: Digest
  public let firstStep: UInt64
  public let lastStep: UInt64
  /// Records in the trace, and the root over them.
  public let traceSize: UInt64
  public let traceRoot: Digest
  /// SHA-256 of the last checkpoint's file.
  public let artefact: Digest

  /// Signs the claim with the provider's key.
  public func signed(by key: SigningKey) -> Envelope {
    let statement = Statement(
      subjects: [(name: "artefact", digest: artefact)], predicateType: Self.predicateType,
      predicate: .object([
        "job": .string(job), "terms": .string(terms.hex),
        "provider": .string(Hex.encode(provider.bytes)), "manifest": .string(manifest.hex),
        "firstStep": .integer(firstStep), "lastStep": .integer(lastStep),
        "traceSize": .integer(traceSize), "traceRoot": .string(traceRoot.hex),
      ]))
    return Envelope.sign(payload: statement.encoded, with: key)
  }

  /// Reads a signed claim and checks its signature with the key it names.
  public static func open(
    _ envelopeBytes: [UInt8]
  ) throws(ToleranceError) -> OpenedToleranceClaim {
    let (envelope, statement) = try Envelope.statement(envelopeBytes, type: predicateType)
    let claim: ToleranceClaim
    do throws(WireError) {
      claim = try ToleranceClaim(statement)
    } catch { throw .malformed(error) }
    do throws(CryptographyError) {
      _ = try envelope.verify(with: claim.provider)
    } catch { throw .signature(error) }
    return OpenedToleranceClaim(claim: claim, identity: envelope.identity)
  }

  /// Whether the claim is about this trace, as far as the manifest goes.
  ///
  /// - Throws: `trace` naming what differs.
  public func check(_ trace: ToleranceTrace) throws(ToleranceError) {
    let expected = try trace.claim(job: job, terms: terms, provider: provider)
    guard expected == self else {
      let part =
        expected.manifest != manifest
        ? "the manifest" : expected.traceRoot != traceRoot ? "the records" : "the steps"
      throw .trace(folder: trace.folder, reason: "\(part) are not those that are claimed")
    }
  }
}

extension ToleranceClaim {
  private init(_ statement: Statement) throws(WireError) {
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.name == "artefact"
    else { throw .field(path: "subject", reason: "expected one subject named “artefact”") }
    artefact = subject.digest
    var fields = try JSONFields(statement.predicate, path: "predicate")
    job = try fields.string("job")
    guard job.utf8.count <= 128 else { throw .tooLong(limit: 128, found: job.utf8.count) }
    terms = try fields.digest("terms")
    provider = try fields.verifyingKey("provider")
    manifest = try fields.digest("manifest")
    firstStep = try fields.uint64("firstStep")
    lastStep = try fields.uint64("lastStep")
    traceSize = try fields.uint64("traceSize")
    traceRoot = try fields.digest("traceRoot")
    try fields.finish()
  }
}

/// A claim whose signature has been checked.
public struct OpenedToleranceClaim: Hashable, Sendable {
  public let claim: ToleranceClaim
  /// SHA-256 of the envelope's pre-authentication encoding.
  public let identity: Digest
}

extension Envelope {
  /// Reads an envelope and its statement, which must be of this type; no signature is checked.
  static func statement(
    _ bytes: [UInt8], type: String
  ) throws(ToleranceError) -> (Envelope, Statement) {
    let (envelope, statement): (Envelope, Statement)
    do throws(CryptographyError) {
      envelope = try Envelope(decoding: bytes)
      statement = try Statement(decoding: envelope.payload)
    } catch { throw .signature(error) }
    guard statement.predicateType == type else {
      throw .malformed(
        .field(
          path: "predicateType",
          reason: "expected \(type), found \(statement.predicateType.prefix(100))"))
    }
    return (envelope, statement)
  }
}

extension JSONFields {
  /// Reads a public key in hex.
  mutating func verifyingKey(_ key: String) throws(WireError) -> VerifyingKey {
    let bytes = try Hex.decode(try string(key))
    do throws(CryptographyError) {
      return try VerifyingKey(bytes: bytes)
    } catch { throw failure(key, "\(error)") }
  }
}
