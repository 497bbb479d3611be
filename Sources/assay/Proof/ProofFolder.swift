internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssayProving
internal import AssaySpecification
internal import AssayVerification

/// A folder with the proofs of a run's intervals, as `assay prove` writes them.
struct ProofFolder {
  let path: String

  /// The proofs in a run folder.
  static func usual(inRun run: String) -> String { run + "/proofs" }

  /// Where the proof of an interval stands.
  func file(_ interval: Int) -> String { "\(path)/interval-\(interval).proof" }

  /// The proof of an interval; nil where there is none.
  func proof(_ interval: Int) throws -> [UInt8]? {
    let file = file(interval)
    guard FileAccess.exists(file) else { return nil }
    return try FileAccess.read(file, limit: IntervalProof.byteCountLimit)
  }

  /// The proofs that somebody named; or those beside a claim, if there are any.
  init?(named folder: String?, claim: String) throws {
    if let folder {
      guard FileAccess.exists(folder) else {
        throw OperationError("there is no folder '\(folder)'. `assay prove` makes proofs.")
      }
      path = folder
      return
    }
    let parts = claim.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let usual = Self.usual(inRun: parts.isEmpty ? "." : parts.joined(separator: "/"))
    guard FileAccess.exists(usual) else { return nil }
    path = usual
  }

  init(_ path: String) { self.path = path }
}

extension ProofChecks {
  /// What an audit of this spec needs; nil where its steps cannot be proved.
  ///
  /// - Parameter secret: what hides the data where the spec wants that.
  init?(for spec: Spec, secret: Digest? = nil) throws {
    guard spec.proof != nil else { return nil }
    let settings = try SpecSettings(spec: spec)
    self.init(
      checker: IntervalVerifier(settings: settings),
      dataRoot: { try DataCommitment.root(of: $0, settings: settings, secret: secret) })
  }
}

extension EvidenceMethod: ArgumentValue {}
