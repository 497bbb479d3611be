public import AssayCryptography
public import AssayDatasets
internal import AssayFiles
internal import AssayMerkle
internal import AssayWire

/// A folder of checkpoints that somebody else's program made, with the batches between them.
///
/// `trace.json`, `batches.npy` and a file for every checkpoint; see `TraceManifest`. The root over
/// the records binds all of it: record i is
/// `"assay.tolerance.v2\0"`, i (u64), the step (u64), SHA-256 of the checkpoint's file, SHA-256 of
/// the indices of the steps up to the next checkpoint, and H("assay.tolerance.salt.v1", the
/// manifest's salt, the provider's key); integers little-endian.
public struct ToleranceTrace: Hashable, Sendable {
  public static let manifestName = "trace.json"
  public static let batchesName = "batches.npy"
  /// The largest checkpoint that is read: 64 GiB.
  public static let checkpointByteLimit = 1 << 36

  public let folder: String
  public let manifest: TraceManifest
  /// A row for every step from the first checkpoint to the last.
  public let batches: IndexTable

  /// Opens a folder, reading everything but the checkpoints.
  ///
  /// - Throws: `trace` where parts are missing or contradict each other.
  public init(opening folder: String) throws(ToleranceError) {
    self.folder = folder
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileAccess.read(
        "\(folder)/\(Self.manifestName)", limit: TraceManifest.byteCountLimit)
    } catch { throw .file(error) }
    do throws(WireError) {
      manifest = try TraceManifest(decoding: bytes)
    } catch { throw .trace(folder: folder, reason: "\(Self.manifestName): \(error)") }
    do throws(DatasetError) {
      batches = try IndexTable(path: "\(folder)/\(Self.batchesName)")
    } catch { throw .batches(error) }
    guard batches.rowCount == lastStep - firstStep else {
      throw .trace(
        folder: folder,
        reason: "\(Self.batchesName) has \(batches.rowCount) rows, the checkpoints span "
          + "\(lastStep - firstStep) steps; expected a row for each")
    }
  }

  var firstStep: Int { manifest.checkpoints.first?.step ?? 0 }
  var lastStep: Int { manifest.checkpoints.last?.step ?? 0 }

  /// Intervals lie between neighbouring checkpoints.
  public var intervalCount: Int { manifest.checkpoints.count - 1 }

  /// The steps of an interval, counted from the state that it starts with.
  ///
  /// - Precondition: there is such an interval.
  public func steps(ofInterval interval: Int) -> Range<Int> {
    manifest.checkpoints[interval].step..<manifest.checkpoints[interval + 1].step
  }

  /// The batches of an interval.
  public func batches(ofInterval interval: Int) -> IndexTable {
    let steps = steps(ofInterval: interval)
    return batches.rows(steps.lowerBound - firstStep..<steps.upperBound - firstStep)
  }

  /// Reads a checkpoint, whose bytes must be those that the manifest names.
  public func state(ofRecord record: Int) throws(ToleranceError) -> TracedState {
    let checkpoint = manifest.checkpoints[record]
    let path = "\(folder)/\(checkpoint.fileName)"
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileAccess.read(path, limit: Self.checkpointByteLimit)
    } catch { throw .file(error) }
    if let expected = checkpoint.state {
      let found = SHA256.digest(of: bytes)
      guard found == expected else {
        throw .checkpoint(
          file: path, reason: "the trace names SHA-256 \(expected), found \(found)")
      }
    }
    return try TracedState(safetensors: bytes, file: path)
  }

  /// The root over the records of a provider.
  ///
  /// - Throws: `trace` where the manifest names no salt, or not every checkpoint's digest.
  public func root(of provider: VerifyingKey) throws(ToleranceError) -> Digest {
    let tag = Array("assay.tolerance.v2\0".utf8)
    guard let salt = manifest.salt else {
      throw .trace(folder: folder, reason: "\(Self.manifestName) names no salt; import it first")
    }
    let salted = SHA256.digest(
      domain: "assay.tolerance.salt.v1", [salt.bytes, provider.bytes])
    var leaves: [Digest] = []
    for (index, checkpoint) in manifest.checkpoints.enumerated() {
      guard let state = checkpoint.state else {
        throw .trace(
          folder: folder,
          reason: "\(Self.manifestName) names no digest of step \(checkpoint.step); import it first"
        )
      }
      var writer = WireWriter()
      writer.write(raw: tag)
      writer.write(UInt64(index))
      writer.write(UInt64(checkpoint.step))
      writer.write(raw: state.bytes)
      let next = index < intervalCount ? batches(ofInterval: index).digest : .zero
      writer.write(raw: next.bytes)
      writer.write(raw: salted.bytes)
      leaves.append(MerkleTree.leafHash(writer.bytes))
    }
    return MerkleTree.root(ofLeafHashes: leaves)
  }

  /// What a provider claims of this trace.
  public func claim(
    job: String, terms: Digest, provider: VerifyingKey
  ) throws(ToleranceError) -> ToleranceClaim {
    ToleranceClaim(
      job: job, terms: terms, provider: provider,
      manifest: SHA256.digest(of: manifest.encoded), firstStep: UInt64(firstStep),
      lastStep: UInt64(lastStep), traceSize: UInt64(manifest.checkpoints.count),
      traceRoot: try root(of: provider), artefact: manifest.checkpoints.last?.state ?? .zero)
  }
}
