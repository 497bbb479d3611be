internal import AssayAuditing
internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import AssaySpecification
internal import AssayTraining

/// A run's answer to a challenge, ready to be packed.
struct RunAnswer {
  let packer: BundlePacker
  let states: RecordedStates
  private let hasher: any StateHasher

  init(
    _ directory: RunDirectory, claim: [UInt8], challenge: Challenge, files: DataOptions,
    options: BackendOptions
  ) throws {
    let records = try directory.records()
    packer = try BundlePacker(
      spec: directory.spec, claimEnvelope: claim, challenge: challenge, records: records,
      saltOpening: { directory.saltOpening(ofRecord: $0) })
    hasher = try options.hasher(for: directory.spec)
    let engine = try StepEngine(
      spec: directory.spec, dataset: files.dataset(for: directory.spec.data),
      backend: options.backend(), hasher: hasher, weights: directory.weights())
    states = RecordedStates(directory, records: records, engine: engine, hasher: hasher)
  }

  func pack(toFile path: String, progress: (Int) -> Void) throws {
    try packer.pack(states: states, hasher: hasher, progress: progress, toFile: path)
  }

  func pack(
    progress: (Int) -> Void, to sink: ([UInt8]) throws(AuditingError) -> Void
  ) throws(AuditingError) {
    try packer.pack(states: states, hasher: hasher, progress: progress, to: sink)
  }
}
