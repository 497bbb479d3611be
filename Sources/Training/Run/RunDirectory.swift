public import AssayCryptography
internal import AssayFiles
internal import AssayMerkle
public import AssaySpecification
internal import AssayWire

/// A run on disk.
///
/// | file | what |
/// |---|---|
/// | `spec.json` | the spec's exact bytes |
/// | `segment.json` | where the run starts, if another provider's checkpoint is continued |
/// | `weights.safetensors` | the weights file that the spec names, if it names one |
/// | `provider.pub` | the public key of the provider that the trace is made for |
/// | `trace.secret` | 32 bytes in hex that salt the trace; the provider's alone |
/// | `trace.log` | the trace's records (`TraceLog`) |
/// | `checkpoints/step-N.safetensors` | stored states |
/// | `losses.f32` | the loss of each step, little-endian float32 |
/// | `measurements.json` | times and evaluations, for people |
/// | `claim.json` | the signed claim |
public struct RunDirectory: Sendable {
  public let path: String
  public let spec: Spec
  /// What the run's trace covers: the whole run, or what follows the checkpoint it started from.
  public let segment: Segment
  /// The root of the state that the run starts from, where that is a checkpoint.
  let startRoot: Digest?
  /// Whom the trace is made for; its claim must be signed with this key.
  public let provider: VerifyingKey
  /// What the trace's salts are derived from.
  public let traceSecret: Digest

  var specPath: String { path + "/spec.json" }
  private var segmentPath: String { path + "/segment.json" }
  var weightsPath: String { path + "/weights.safetensors" }
  public var providerPath: String { path + "/provider.pub" }
  var secretPath: String { path + "/trace.secret" }
  public var tracePath: String { path + "/trace.log" }
  public var lossesPath: String { path + "/losses.f32" }
  public var claimPath: String { path + "/claim.json" }
  /// Where provers keep code words of the data; it may be removed at any time.
  public var dataCodePath: String { path + "/data.code" }
  var checkpointFolder: String { path + "/checkpoints" }

  /// Makes the folder of a new run.
  ///
  /// - Parameters:
  ///   - traceSecret: 32 unpredictable bytes.
  ///   - weights: the file that the spec names, if it names one; the run keeps a copy.
  ///   - start: the state to continue from; nil to start where the spec does.
  /// - Throws: `TrainingError.runDirectory` when the folder already holds a run, or the spec has no
  ///   record after the step of `start`, or nothing is left to train.
  public static func create(
    _ path: String, spec: Spec, provider: VerifyingKey, traceSecret: Digest,
    weights: WeightsFile? = nil, start: VerifiedStart? = nil
  ) throws(TrainingError) -> RunDirectory {
    try spec.check(weights)
    let run = RunDirectory(
      path: path, spec: spec, segment: try spec.segment(from: start?.state.step ?? 0),
      startRoot: start?.root, provider: provider, traceSecret: traceSecret)
    guard !FileAccess.exists(run.specPath) else {
      throw .runDirectory(
        reason: "'\(path)' already holds a run; continue it with --resume, or name a new folder")
    }
    do throws(FileError) {
      try FileAccess.makeFolder(run.checkpointFolder)
      try FileAccess.write(
        Array((traceSecret.hex + "\n").utf8), to: run.secretPath, mode: 0o600)
      try FileAccess.write(Array(provider.pem.utf8), to: run.providerPath)
      if let weights { try FileAccess.write(weights.bytes, to: run.weightsPath) }
      if let start {
        try FileAccess.write(
          start.state.safetensors, to: run.checkpointPath(step: start.state.step))
        try FileAccess.write(start.record, to: run.segmentPath)
      }
      // The spec comes last: a folder with a spec is a run.
      try FileAccess.write(spec.bytes, to: run.specPath)
    } catch {
      throw .file(error)
    }
    return run
  }

  /// Opens the folder of a run.
  public static func open(_ path: String) throws(TrainingError) -> RunDirectory {
    let bytes: [UInt8]
    let secret: [UInt8]
    let provider: [UInt8]
    do throws(FileError) {
      let specPath = path + "/spec.json"
      guard FileAccess.exists(specPath) else {
        throw FileError("'\(path)' holds no run: there is no spec.json in it.")
      }
      bytes = try FileAccess.read(specPath, limit: Spec.byteCountLimit)
      secret = try FileAccess.read(path + "/trace.secret", limit: 4096)
      provider = try FileAccess.read(path + "/provider.pub", limit: 4096)
    } catch {
      throw .file(error)
    }
    let spec: Spec
    do throws(SpecificationError) {
      spec = try Spec(decoding: bytes)
    } catch {
      throw .specification(error)
    }
    let start = try VerifiedStart.read(path + "/segment.json")
    let segment = try spec.segment(from: start?.step ?? 0)
    do throws(CryptographyError) {
      let hex = String(decoding: secret, as: UTF8.self).filter { !$0.isWhitespace }
      return RunDirectory(
        path: path, spec: spec, segment: segment, startRoot: start?.root,
        provider: try VerifyingKey(pem: String(decoding: provider, as: UTF8.self)),
        traceSecret: try Digest(hex: hex))
    } catch {
      throw .runDirectory(reason: "'\(path)', trace.secret or provider.pub: \(error)")
    }
  }

  /// The weights file that the spec names; nil where it names none.
  public func weights() throws(TrainingError) -> WeightsFile? {
    guard spec.weights != nil else { return nil }
    let bytes = try TrainingError.onFiles { () throws(FileError) in
      try FileAccess.read(weightsPath, limit: WeightsFile.byteCountLimit)
    }
    return try WeightsFile(bytes)
  }

  /// The state that the run starts from: the spec's, or the checkpoint that it continues.
  public func initialState(_ hasher: any StateHasher) throws(TrainingError) -> ModelState {
    guard let startRoot else { return try ModelState.initial(spec, weights: weights()) }
    let state = try checkpoint(step: segment.firstStep)
    guard state.commitment(hasher).root == startRoot else {
      throw .checkpoint(
        reason: "'\(checkpointPath(step: state.step))' is not the state that the run started from; "
          + "put the right file there")
    }
    return state
  }

  /// What the salt of record `index` opens to.
  public func saltOpening(ofRecord index: UInt64) -> Digest {
    TraceRecord.saltOpening(secret: traceSecret, index: index)
  }

  /// The record of a state in this run's trace.
  public func record(
    _ index: UInt64, step: UInt64, stateRoot: Digest, meanLoss: Float
  ) -> TraceRecord {
    TraceRecord(
      index: index, step: step, stateRoot: stateRoot, meanLoss: meanLoss,
      salt: TraceRecord.salt(opening: saltOpening(ofRecord: index), provider: provider))
  }

  /// The records of the trace so far.
  public func records() throws(TrainingError) -> [TraceRecord] {
    guard FileAccess.exists(tracePath) else { return [] }
    return try TraceLog.records(at: tracePath, spec: spec, segment: segment)
  }

  /// Where the state after `step` is stored, if it is.
  public func checkpointPath(step: UInt64) -> String {
    let digits = String(step)
    let padding = String(repeating: "0", count: max(0, 12 - digits.count))
    return "\(checkpointFolder)/step-\(padding)\(digits).safetensors"
  }

  /// The steps whose states are stored, in order. Nothing is said of the files' contents.
  public func checkpointSteps() -> [UInt64] {
    FileAccess.names(in: checkpointFolder).compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return UInt64(name.dropFirst(5).dropLast(12))
    }
  }

  /// Reads the state stored after `step`.
  ///
  /// - Throws: `TrainingError.file` or `checkpoint`.
  /// - Soundness: the state is well formed; whether it is the right one, its root says.
  public func checkpoint(step: UInt64) throws(TrainingError) -> ModelState {
    let file = try TrainingError.onFiles { () throws(FileError) in
      try OpenFile(checkpointPath(step: step), for: .reading)
    }
    return try ModelState(safetensors: file, step: step, layout: spec.stateLayout)
  }

  /// Stores a state.
  public func store(_ state: ModelState) throws(TrainingError) {
    do throws(FileError) {
      try FileAccess.write(
        pieces: state.safetensorsPieces, to: checkpointPath(step: state.step))
    } catch {
      throw .file(error)
    }
  }

  /// The last stored state at or before record `record` that is what the trace says, and its
  /// record. Files that are not are renamed `….torn-N` where `settingAside`.
  public func nearestCheckpoint(
    atOrBefore record: Int, records: [TraceRecord], hasher: any StateHasher,
    settingAside: Bool = false
  ) throws(TrainingError) -> (record: Int, state: ModelState)? {
    for step in checkpointSteps().reversed() {
      guard let found = segment.record(atStep: step), found <= record, found < records.count else {
        continue
      }
      if let state = try? checkpoint(step: step),
        state.commitment(hasher).root == records[found].stateRoot
      {
        return (found, state)
      }
      if settingAside {
        let path = checkpointPath(step: step)
        do throws(FileError) {
          try FileAccess.move(path, to: FileAccess.freeName(path + ".torn"))
        } catch {
          throw .file(error)
        }
      }
    }
    return nil
  }
}
