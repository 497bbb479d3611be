internal import Foundation

/// What the figures were measured on.
public struct Machine: Sendable {
  /// The processor's name, how many cores may be used, and its instruction sets.
  public let processor: String
  public let cores: Int
  public let instructionSets: [String]
  /// How many threads wanted to run during the last minute: above 0, something else disturbs.
  public let load: Double
  /// The commit of the working copy, with a `+` where files were changed; "unknown" outside one.
  public let commit: String

  /// Asks the operating system.
  public init() {
    let lines = Self.read("/proc/cpuinfo").split(separator: "\n")
    func value(_ key: String) -> String? {
      lines.first { $0.hasPrefix(key) }?.split(separator: ":", maxSplits: 1).last
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    processor = value("model name") ?? "unknown processor"
    cores = ProcessInfo.processInfo.activeProcessorCount
    let flags = Set((value("flags") ?? value("Features") ?? "").split(separator: " "))
    instructionSets = ["avx2", "fma", "avx512f", "avx512bw", "avx512_vnni", "sha_ni", "sha2"]
      .filter { flags.contains(Substring($0)) }
    load = Self.read("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0
    let revision = Self.run("git", ["rev-parse", "--short=12", "HEAD"])
    let isChanged = !(Self.run("git", ["status", "--porcelain", "-uno"]) ?? "").isEmpty
    commit = revision.map { $0 + (isChanged ? "+" : "") } ?? "unknown"
  }

  private static func read(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// What a program prints, or nothing when it cannot be run or fails.
  private static func run(_ name: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

extension Machine: CustomStringConvertible {
  public var description: String {
    "\(processor), \(cores) cores, \(instructionSets.joined(separator: " ")), "
      + "load \(load), commit \(commit)"
  }
}
