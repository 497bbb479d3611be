internal import Foundation

/// How much of what is random a test tries.
public enum Rounds {
  /// `count` times what `TEST_ROUNDS` in the environment says: 1 in everyday runs, more where time
  /// is no matter.
  public static func of(_ count: Int) -> Int { count * factor }

  /// The seeds that `TEST_SEEDS` in the environment names, such as `1000-1999`; else the first
  /// `count`, times the rounds.
  public static func seeds(_ count: Int) -> Range<UInt64> {
    let parts = ProcessInfo.processInfo.environment["TEST_SEEDS"]?.split(separator: "-") ?? []
    guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
      first <= last, last < .max
    else { return 0..<UInt64(of(count)) }
    return first..<last + 1
  }

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
