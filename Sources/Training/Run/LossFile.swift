internal import AssayFiles

/// The file of losses, one float32 per step.
struct LossFile: ~Copyable {
  private let file: OpenFile
  private var pending: [Float] = []

  init(_ path: String, keeping steps: UInt64) throws(TrainingError) {
    let file = try TrainingError.onFiles { () throws(FileError) in
      try OpenFile(path, for: .appending)
    }
    let size = Int(steps) * 4
    do throws(FileError) {
      // Shorter than the checkpoint it belongs to: the steps in between are unknown, shown as NaN.
      if file.byteCount < size {
        try file.truncate(to: file.byteCount / 4 * 4)
        let missing = (size - file.byteCount) / 4
        try file.append(
          ModelState.littleEndianBytes([Float](repeating: .nan, count: missing)))
      }
      try file.truncate(to: size)
    } catch {
      throw .file(error)
    }
    self.file = file
  }

  mutating func append(_ losses: [Float]) { pending += losses }

  mutating func flush() throws(TrainingError) {
    do throws(FileError) {
      try file.append(ModelState.littleEndianBytes(pending))
    } catch {
      throw .file(error)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
