internal import AssayCryptography
internal import AssayTraining
internal import AssayWire

/// What only the execution of an interval yields: the loss of each step, and a sample of every
/// tensor of the state after each step.
///
/// The trace holds none of it but the last state's root and the losses' mean. What is sampled
/// follows from the draw's seed, so that nobody can have kept it from the run, and is the same for
/// every verifier of a draw: whoever executes the interval finds it again.
///
/// Bytes that are hashed: the domain, the seed and the interval as `SHA256.digest(domain:_:)`
/// writes them; then for each step the step (u64), the loss as the bits of a float32 (u32; a NaN as
/// 0x7fc00000), and of each tensor in the layout's order the `windowByteCount` bytes from
/// `offset`, or all of a shorter one.
struct WorkValue: ~Copyable {
  /// Bytes of a tensor that a sample has.
  static let windowByteCount = 32

  private let seed: Digest
  private var hash = SHA256()

  init(drawSeed: Digest, interval: Int) {
    seed = drawSeed
    var index = WireWriter()
    index.write(UInt64(interval))
    hash.update(SHA256.digest(domain: "assay/work-value/v1", [drawSeed.bytes, index.bytes]))
  }

  /// Takes in the step that the engine has just run.
  mutating func add(
    step: UInt64, loss: Float, in engine: StepEngine
  ) throws(TrainingError) {
    var writer = WireWriter()
    writer.write(step)
    writer.write(loss.isNaN ? 0x7fc0_0000 : loss.bitPattern)
    hash.update(writer.bytes)
    for tensor in 0..<engine.stateTensorCount {
      let seed = seed
      hash.update(
        try engine.window(ofTensor: tensor) { size in
          let count = min(size, Self.windowByteCount)
          let start = Self.offset(seed, step: step, tensor: tensor, of: size - count)
          return start..<start + count
        })
    }
  }

  /// The value of the steps so far.
  consuming func finish() -> Digest { hash.finalize() }

  /// Where a sample starts: at most at `limit`.
  private static func offset(_ seed: Digest, step: UInt64, tensor: Int, of limit: Int) -> Int {
    var place = WireWriter()
    place.write(step)
    place.write(UInt64(tensor))
    let bytes = SHA256.digest(domain: "assay/work-sample/v1", [seed.bytes, place.bytes]).bytes
    let word = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(word % (UInt64(limit) + 1))
  }

  /// What stands in a verdict: one digest for all intervals that were executed again.
  static func total(_ values: [(interval: Int, value: Digest)]) -> Digest? {
    guard !values.isEmpty else { return nil }
    let parts = values.map { interval, value in
      var writer = WireWriter()
      writer.write(UInt64(interval))
      return writer.bytes + value.bytes
    }
    return SHA256.digest(domain: "assay/work-total/v1", parts)
  }
}
