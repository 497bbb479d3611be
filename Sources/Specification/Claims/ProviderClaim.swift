public import AssayCryptography
internal import AssayWire

/// A provider's statement that it computed a segment of a run.
///
/// Signed as an in-toto statement in a DSSE envelope. It binds everything an audit needs to be
/// about one thing only; a later claim extends an earlier one.
public struct ProviderClaim: Hashable, Sendable {
  /// The job that the work is for, as its terms name it.
  public let job: String
  /// SHA-256 of the terms' exact bytes; zero where there are no terms.
  public let terms: Digest
  public let provider: VerifyingKey
  /// SHA-256 of the spec's exact bytes.
  public let spec: Digest
  /// Root over the examples.
  public let dataRoot: Digest
  /// The segment runs from the state after `firstStep` to the state after `lastStep`.
  public let firstStep: UInt64
  public let lastStep: UInt64
  public let firstRoot: Digest
  public let lastRoot: Digest
  /// Records in the trace, and the root over them.
  public let traceSize: UInt64
  public let traceRoot: Digest
  /// SHA-256 of the last state as a safetensors file in its canonical writing.
  public let artefact: Digest
  /// How well the last state does, where the spec says what is measured.
  public let quality: Quality?
  /// The artefact as the buyer gets it, where the terms ask for that.
  public let delivery: Delivery?

  /// The in-toto predicate type of a claim.
  public static let predicateType = "https://assay.dev/claim/v1"

  /// Makes a claim.
  public init(
    job: String, terms: Digest, provider: VerifyingKey, spec: Digest, dataRoot: Digest,
    firstStep: UInt64, lastStep: UInt64, firstRoot: Digest, lastRoot: Digest,
    traceSize: UInt64, traceRoot: Digest, artefact: Digest, quality: Quality? = nil,
    delivery: Delivery? = nil
  ) {
    self.job = job
    self.terms = terms
    self.provider = provider
    self.spec = spec
    self.dataRoot = dataRoot
    self.firstStep = firstStep
    self.lastStep = lastStep
    self.firstRoot = firstRoot
    self.lastRoot = lastRoot
    self.traceSize = traceSize
    self.traceRoot = traceRoot
    self.artefact = artefact
    self.quality = quality
    self.delivery = delivery
  }

  /// Signs the claim with the provider's key.
  public func signed(by key: SigningKey) -> Envelope {
    let members: KeyValuePairs<String, JSONValue> = [
      "job": .string(job), "terms": .string(terms.hex),
      "provider": .string(Hex.encode(provider.bytes)), "spec": .string(spec.hex),
      "dataRoot": .string(dataRoot.hex), "firstStep": .integer(firstStep),
      "lastStep": .integer(lastStep), "firstRoot": .string(firstRoot.hex),
      "lastRoot": .string(lastRoot.hex), "traceSize": .integer(traceSize),
      "traceRoot": .string(traceRoot.hex),
    ]
    let optional = [("quality", quality?.json), ("delivery", delivery?.json)].compactMap {
      name, value in value.map { JSONMember(name: name, value: $0) }
    }
    let statement = Statement(
      subjects: [(name: "artefact", digest: artefact)], predicateType: Self.predicateType,
      predicate: .object(
        members.map { JSONMember(name: $0.key, value: $0.value) } + optional))
    return Envelope.sign(payload: statement.encoded, with: key)
  }

  /// Reads a signed claim and checks its signature with the key it names.
  ///
  /// - Soundness: says who made the claim, nothing of whether it is true, nor of whether that
  ///   provider was hired.
  public static func open(_ envelopeBytes: [UInt8]) throws(SpecificationError) -> OpenedClaim {
    let (envelope, statement) = try decoded(envelopeBytes)
    // The key is named inside the payload, so the payload is read before it can be checked; what
    // was read is handed on only after.
    let claim: ProviderClaim
    do throws(WireError) {
      claim = try ProviderClaim(statement: statement)
    } catch {
      throw .malformed(error)
    }
    do throws(CryptographyError) {
      _ = try envelope.verify(with: claim.provider)
    } catch {
      throw .claim(reason: "\(error)")
    }
    return OpenedClaim(claim: claim, identity: envelope.identity)
  }

  private static func decoded(
    _ bytes: [UInt8]
  ) throws(SpecificationError) -> (Envelope, Statement) {
    do throws(CryptographyError) {
      let envelope = try Envelope(decoding: bytes)
      return (envelope, try Statement(decoding: envelope.payload))
    } catch {
      throw .claim(reason: "\(error)")
    }
  }

  private init(statement: Statement) throws(WireError) {
    guard statement.predicateType == Self.predicateType else {
      throw .field(
        path: "predicateType",
        reason: "expected \"\(Self.predicateType)\", found \"\(statement.predicateType)\"")
    }
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.name == "artefact"
    else {
      throw .field(path: "subject", reason: "expected one subject named \"artefact\"")
    }
    artefact = subject.digest
    var fields = try JSONFields(statement.predicate, path: "predicate")
    job = try fields.string("job")
    guard job.utf8.count <= 128 else { throw .tooLong(limit: 128, found: job.utf8.count) }
    terms = try fields.digest("terms")
    let key = try Hex.decode(try fields.string("provider"))
    do throws(CryptographyError) {
      provider = try VerifyingKey(bytes: key)
    } catch {
      throw .field(path: "predicate.provider", reason: "\(error)")
    }
    spec = try fields.digest("spec")
    dataRoot = try fields.digest("dataRoot")
    firstStep = try fields.uint64("firstStep")
    lastStep = try fields.uint64("lastStep")
    firstRoot = try fields.digest("firstRoot")
    lastRoot = try fields.digest("lastRoot")
    traceSize = try fields.uint64("traceSize")
    traceRoot = try fields.digest("traceRoot")
    quality = fields.contains("quality") ? try Quality(fields.fields("quality")) : nil
    delivery = fields.contains("delivery") ? try Delivery(fields.fields("delivery")) : nil
    try fields.finish()
    guard firstStep < lastStep else {
      throw .field(
        path: "predicate.lastStep",
        reason: "expected more than firstStep (\(firstStep)), found \(lastStep)")
    }
  }
}

/// A claim whose signature has been checked.
public struct OpenedClaim: Hashable, Sendable {
  public let claim: ProviderClaim
  /// SHA-256 of the envelope's pre-authentication encoding: what verdicts and logs refer to.
  public let identity: Digest
}
