internal import Foundation

/// How much of what is random a test tries.
public enum Rounds {
  /// `count` times what `TEST_ROUNDS` in the environment says: 1 in everyday runs, more where time
  /// is no matter.
  public static func of(_ count: Int) -> Int { count * factor }

  private static let factor: Int =
    ProcessInfo.processInfo.environment["TEST_ROUNDS"].flatMap { Int($0) } ?? 1
}

/// What a test may not use too much of.
public enum PeakMemory {
  /// The most bytes of memory that this process has held so far; nil where the system does not say.
  public static var byteCount: Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }.map { $0 << 10 }
  }
}
