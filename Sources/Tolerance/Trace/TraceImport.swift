public import AssayCryptography
internal import AssayDatasets
internal import AssayFiles
internal import AssayWire

/// Brings a folder of somebody else's checkpoints into the one form that is verified here.
///
/// Two layouts are read: the folder of safetensors files that `TraceManifest` describes, and the
/// one of the published code of Jia et al. 2021 (see papers/jia2021-proof-of-learning.md):
/// `model_step_0`, `model_step_k`, …, `model_step_n` by `torch.save`, `indices.npy` with a row for
/// each of the n steps, and `hash.txt`.
public enum TraceImport {
  /// Which layout a folder has.
  public enum Layout: String, Hashable, Sendable {
    case safetensors
    case proofOfLearning
  }

  private static let prefix = "model_step_"

  /// Reads `source` and writes the trace to `folder`; `progress` is told each checkpoint's number.
  ///
  /// - Parameter salt: 32 random bytes, so that nobody has the same records by having the same
  ///   states.
  /// - Throws: `trace` where the folder has neither layout or contradicts itself; `checkpoint`
  ///   where one cannot be read; `file` where the trace cannot be written.
  public static func run(
    _ source: String, to folder: String, salt: Digest,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(ToleranceError) -> (trace: ToleranceTrace, layout: Layout) {
    let names = FileAccess.names(in: source)
    let layout: Layout
    if names.contains(ToleranceTrace.manifestName) {
      layout = .safetensors
    } else if names.contains("indices.npy"), names.contains("\(prefix)0") {
      layout = .proofOfLearning
    } else {
      throw .trace(
        folder: source,
        reason: "expected \(ToleranceTrace.manifestName) beside safetensors checkpoints, or "
          + "indices.npy beside \(prefix)0, …")
    }
    guard !FileAccess.exists("\(folder)/\(ToleranceTrace.manifestName)") else {
      throw .file(FileError("'\(folder)' holds a trace already. Choose another folder."))
    }
    let read = try layout == .safetensors ? safetensors(source) : proofOfLearning(source, names)
    var checkpoints: [TraceManifest.Checkpoint] = []
    do throws(FileError) { try FileAccess.makeFolder(folder) } catch { throw .file(error) }
    for (index, step) in read.steps.enumerated() {
      let state = try read.state(step)
      try check(state, "\(source): step \(step)")
      let bytes = state.safetensors
      let checkpoint = TraceManifest.Checkpoint(step: step, state: SHA256.digest(of: bytes))
      try write(bytes, folder, checkpoint.fileName)
      checkpoints.append(checkpoint)
      progress(index + 1, read.steps.count)
    }
    try write(read.batches.npy, folder, ToleranceTrace.batchesName)
    let manifest = TraceManifest(
      source: read.source, hyperparameters: read.hyperparameters, data: read.data, salt: salt,
      checkpoints: checkpoints)
    // Last, so that a folder with a manifest is whole.
    try write(manifest.encoded, folder, ToleranceTrace.manifestName)
    return (try ToleranceTrace(opening: folder), layout)
  }

  /// What a layout holds.
  private struct Contents {
    var steps: [Int]
    var state: (_ step: Int) throws(ToleranceError) -> TracedState
    var batches: IndexTable
    var source: String
    var hyperparameters: JSONValue
    var data: String?
  }

  private static func safetensors(_ source: String) throws(ToleranceError) -> Contents {
    let trace = try ToleranceTrace(opening: source)
    let manifest = trace.manifest
    let records = Dictionary(
      uniqueKeysWithValues: manifest.checkpoints.enumerated().map { ($0.element.step, $0.offset) })
    return Contents(
      steps: manifest.checkpoints.map(\.step),
      state: { step throws(ToleranceError) in try trace.state(ofRecord: records[step] ?? 0) },
      batches: trace.batches, source: manifest.source, hyperparameters: manifest.hyperparameters,
      data: manifest.data)
  }

  private static func proofOfLearning(
    _ source: String, _ names: [String]
  ) throws(ToleranceError) -> Contents {
    let batches: IndexTable
    do throws(DatasetError) {
      batches = try IndexTable(path: "\(source)/indices.npy")
    } catch { throw .batches(error) }
    let steps = names.filter { $0.hasPrefix(prefix) }
      .compactMap { name in Int(name.dropFirst(prefix.count)).map { (name, $0) } }
      .filter { name, step in name == "\(prefix)\(step)" && step >= 0 }
      .map(\.1).sorted()
    guard steps.first == 0, steps.last == batches.rowCount, steps.count >= 2,
      steps.count <= TraceManifest.checkpointLimit
    else {
      throw .trace(
        folder: source,
        reason:
          "indices.npy has \(batches.rowCount) steps; expected checkpoints from \(prefix)0 to "
          + "\(prefix)\(batches.rowCount), found \(steps.count) up to \(steps.last ?? 0)")
    }
    // The text is a hash of what numpy prints of the images, which leaves most of them out.
    let hash = try? FileAccess.read("\(source)/hash.txt", limit: 1 << 12)
    let text = hash.map { String(decoding: $0, as: UTF8.self) }
    return Contents(
      steps: steps,
      state: { step throws(ToleranceError) in
        try TorchCheckpoint.read("\(source)/\(prefix)\(step)")
      }, batches: batches, source: "proof-of-learning folder",
      hyperparameters: .object(text.map { ["hash.txt": .string($0)] } ?? [:]), data: nil)
  }

  /// A state without numbers could be matched by any.
  private static func check(_ state: TracedState, _ file: String) throws(ToleranceError) {
    guard !state.floatingGroups.isEmpty else {
      throw .checkpoint(file: file, reason: "it has no floating-point tensor to compare")
    }
  }

  private static func write(
    _ bytes: [UInt8], _ folder: String, _ name: String
  ) throws(ToleranceError) {
    do throws(FileError) {
      try FileAccess.write(bytes, to: "\(folder)/\(name)")
    } catch { throw .file(error) }
  }
}
