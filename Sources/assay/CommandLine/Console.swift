internal import AssayWire
internal import Foundation

/// Where a command speaks: results to standard output, remarks and progress to standard error.
///
/// With `--json`, standard output carries exactly one JSON object; `print` is silent then.
final class Console {
  let isJSON: Bool
  /// Whether somebody watches standard error, so that progress may be drawn there.
  let isWatched: Bool
  private(set) var hasWrittenJSON = false
  private let output: (String) throws -> Void
  private let remarks: (String) -> Void
  /// Seconds on a clock that never goes back.
  private let seconds: () -> Double

  init(
    isJSON: Bool, isWatched: Bool, output: @escaping (String) throws -> Void,
    remarks: @escaping (String) -> Void, seconds: @escaping () -> Double
  ) {
    self.isJSON = isJSON
    self.isWatched = isWatched
    self.output = output
    self.remarks = remarks
    self.seconds = seconds
  }

  /// Standard output and standard error of this process.
  static func standard(isJSON: Bool) -> Console {
    let start = ContinuousClock.now
    return Console(
      isJSON: isJSON, isWatched: isatty(STDERR_FILENO) == 1,
      output: { try FileHandle.standardOutput.write(contentsOf: Array($0.utf8)) },
      // Nothing can be done about a remark that cannot be written.
      remarks: { try? FileHandle.standardError.write(contentsOf: Array($0.utf8)) },
      seconds: {
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
      })
  }

  /// Seconds on a clock that never goes back.
  func elapsed() -> Double { seconds() }

  /// Writes a line for people; silent with `--json`.
  func print(_ line: String = "") throws {
    if !isJSON { try output(line + "\n") }
  }

  /// Writes text for people that comes piece by piece; silent with `--json`.
  func write(_ text: String) throws {
    if !isJSON { try output(text) }
  }

  /// Writes the one object of `--json`; silent without it.
  func json(_ value: @autoclosure () -> JSONValue) throws {
    guard isJSON else { return }
    precondition(!hasWrittenJSON, "a command writes one JSON object")
    hasWrittenJSON = true
    try output(String(decoding: value().serialized(pretty: true), as: UTF8.self))
  }

  /// Writes a remark to standard error.
  func note(_ line: String) {
    remarks(line + "\n")
  }

  /// Writes text that is shown whether or not `--json` is given: help, the version.
  func show(_ text: String) throws {
    try output(text + "\n")
  }

  /// A progress line on standard error; it draws nothing unless somebody watches.
  func progress(total: Int, unit: String) -> ProgressBar {
    ProgressBar(total: total, unit: unit, isDrawn: isWatched, write: remarks, seconds: seconds)
  }
}
