public import AssayCryptography
public import AssaySpecification
internal import AssayWire

/// How a model came to be, in the words of SLSA Provenance v1: the provider's statement.
///
/// It encloses the provider's claim, and says what the claim says in fields that other tools read:
/// spec, data and given weights are resolved dependencies, the trace is a by-product.
///
/// - Soundness: says what the provider states. Whether it is true is what a verification summary is
///   about.
public struct TrainingProvenance: Hashable, Sendable {
  /// The predicate's type.
  public static let predicateType = "https://slsa.dev/provenance/v1"
  /// What kind of build a training run is; names what the external parameters mean.
  public static let buildType = "https://assay.dev/training/v1"
  /// The algorithm's name in a digest set where the digest is the root over a data set's examples.
  public static let dataAlgorithm = "assayDataRoot"
  /// The same of the root over a trace's records.
  public static let traceAlgorithm = "assayTraceRoot"

  /// The claim's envelope, as its bytes came.
  public let claimEnvelope: [UInt8]
  /// What it says; its signature has been checked.
  public let claim: OpenedClaim
  /// The files.
  public let subjects: ModelSubjects
  /// SHA-256 of the weights file that the spec starts from.
  public let weights: Digest?

  /// The provenance of what a claim covers.
  ///
  /// - Parameter model: SHA-256 of the exported weights, computed from the claim's last state.
  /// - Throws: `claim`, or `mismatch` where the spec is another than the claim's.
  public init(
    claim envelope: [UInt8], spec: Spec, model: Digest?
  ) throws(AttestationError) {
    try self.init(claim: envelope, weights: spec.weights, model: model)
    guard claim.claim.spec == spec.digest else {
      throw .mismatch(
        reason: "expected the spec \(claim.claim.spec) that the claim names, found \(spec.digest)")
    }
  }

  private init(
    claim envelope: [UInt8], weights: Digest?, model: Digest?
  ) throws(AttestationError) {
    do throws(SpecificationError) {
      claim = try ProviderClaim.open(envelope)
    } catch { throw .claim(error) }
    claimEnvelope = envelope
    subjects = ModelSubjects(state: claim.claim.artefact, model: model)
    self.weights = weights
  }

  /// Signs the provenance with the provider's key.
  ///
  /// - Throws: `notAttestable` for another key than the claim's.
  public func signed(by key: SigningKey) throws(AttestationError) -> Envelope {
    guard key.verifyingKey == claim.claim.provider else {
      throw .notAttestable(
        reason: "provenance is the provider's to state: expected the key "
          + "\(claim.claim.provider.keyID.prefix(16))…, found \(key.verifyingKey.keyID.prefix(16))…"
      )
    }
    return try Attestation.sign(statement, with: key)
  }

  /// Reads a signed provenance, and checks its signature, the claim inside, and that every field
  /// says what the claim says.
  public static func open(_ envelopeBytes: [UInt8]) throws(AttestationError) -> TrainingProvenance {
    let (envelope, statement) = try Attestation.statement(envelopeBytes, type: predicateType)
    let claim: [UInt8]
    let weights: Digest?
    do throws(WireError) {
      var predicate = try JSONFields(statement.predicate, path: "predicate")
      var definition = try predicate.fields("buildDefinition")
      var details = try predicate.fields("runDetails")
      weights = try definition.sha256(of: "weights", in: "resolvedDependencies")
      claim = try details.content(of: "claim", in: "byproducts")
      _ = (definition.optionalValue("buildType"), details.optionalValue("builder"))
    } catch { throw .malformed(error) }
    let provenance = try TrainingProvenance(
      claim: claim, weights: weights, model: try ModelSubjects(statement).model)
    try Attestation.check(
      envelope, by: provenance.claim.claim.provider, says: provenance.statement)
    return provenance
  }

  private var statement: Statement {
    let claim = claim.claim
    var dependencies = [
      Resource(name: "spec", sha256: claim.spec),
      Resource(name: "data", root: claim.dataRoot, algorithm: Self.dataAlgorithm),
    ]
    if let weights { dependencies.append(Resource(name: "weights", sha256: weights)) }
    let byproducts = [
      Resource(
        name: "claim", sha256: SHA256.digest(of: claimEnvelope), content: claimEnvelope),
      Resource(name: "trace", root: claim.traceRoot, algorithm: Self.traceAlgorithm),
    ]
    let parameters: JSONValue = .object([
      "spec": .string(claim.spec.hex), "firstStep": .integer(claim.firstStep),
      "lastStep": .integer(claim.lastStep), "job": .string(claim.job),
      "terms": .string(claim.terms.hex),
    ])
    return Statement(
      subjects: subjects.named, predicateType: Self.predicateType,
      predicate: .object([
        "buildDefinition": .object([
          "buildType": .string(Self.buildType), "externalParameters": parameters,
          "internalParameters": .object([:]),
          "resolvedDependencies": .array(dependencies.map(\.json)),
        ]),
        "runDetails": .object([
          "builder": .object(["id": .string(Attestation.id("provider", claim.provider))]),
          "metadata": .object(["invocationId": .string(self.claim.identity.hex)]),
          "byproducts": .array(byproducts.map(\.json)),
        ]),
      ]))
  }
}
