internal import AssayFiles

/// The most memory that this process has held.
enum PeakMemory {
  /// The largest resident size so far, in bytes, as Linux counts it; nil where it cannot be told.
  static var byteCount: Int? {
    guard let bytes = try? FileAccess.read("/proc/self/status", limit: 1 << 16) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("VmHWM:") {
      return line.split(separator: " ").dropLast().last.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}
