public import AssayCryptography

/// The files of a model that an attestation is about.
public struct ModelSubjects: Hashable, Sendable {
  /// The name of the last state's file in attestations.
  public static let stateName = "state.safetensors"
  /// The name of the exported file in attestations.
  public static let modelName = "model.safetensors"

  /// SHA-256 of the last state as a safetensors file: what the claim calls the artefact.
  public let state: Digest
  /// SHA-256 of the model's weights alone, as `assay export` writes them from that state.
  public let model: Digest?

  /// The files.
  public init(state: Digest, model: Digest?) {
    self.state = state
    self.model = model
  }

  /// Whether a file with this SHA-256 is one of them.
  public func contains(_ digest: Digest) -> Bool { digest == state || digest == model }

  var named: [(name: String, digest: Digest)] {
    [(Self.stateName, state)] + (model.map { [(Self.modelName, $0)] } ?? [])
  }

  /// The files that a statement names.
  init(_ statement: Statement) throws(AttestationError) {
    var found: [String: Digest] = [:]
    for subject in statement.subjects { found[subject.name] = subject.digest }
    guard let state = found[Self.stateName] else {
      throw .mismatch(reason: "expected a subject named '\(Self.stateName)', found none")
    }
    self.init(state: state, model: found[Self.modelName])
  }
}
