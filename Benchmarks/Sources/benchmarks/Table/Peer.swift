internal import AssayWire
internal import Foundation

/// A program that times the same work on request: a line of JSON in, a line out. It has a process
/// of its own, because spinning thread pools would slow each other.
final class Peer {
  struct Answer {
    var name: String
    var setting: String
    var seconds: Double
  }

  /// How long a peer may take for one answer; then it is ended, and counts as absent.
  private static let secondsAtMost = 120.0

  let name: String
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private let complaints = Pipe()
  /// Why it is not there any more; nil while it answers.
  private(set) var absence: String?
  private var unread: [UInt8] = []

  /// Starts a program, in the working folder.
  init(_ name: String, _ arguments: [String]) {
    self.name = name
    signal(SIGPIPE, SIG_IGN)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = requests
    process.standardOutput = answers
    process.standardError = complaints
    do {
      try process.run()
    } catch {
      absence = "it cannot be started: \(error.localizedDescription)"
    }
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
  }

  /// The times that it gives for a call of some work, by library; none if it cannot do the work.
  func answers(_ work: Work, threads: Int, budget: Double) -> [Answer] {
    guard absence == nil else { return [] }
    do {
      try requests.fileHandleForWriting.write(
        contentsOf: Data(work.request(threads: threads, budget: budget)))
      guard let line = nextLine() else {
        absence = lastComplaint()
        return []
      }
      var fields = try JSONFields(try JSONValue.parse(line))
      return try fields.objects("results").map { result in
        var result = result
        return Answer(
          name: try result.string("name"), setting: try result.string("setting"),
          seconds: try result.double("seconds"))
      }
    } catch {
      absence = absence ?? lastComplaint()
      return []
    }
  }

  private func nextLine() -> [UInt8]? {
    let watchdog = DispatchWorkItem { [process] in process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.secondsAtMost, execute: watchdog)
    defer { watchdog.cancel() }
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(unread[..<end])
        unread.removeFirst(end + 1)
        return line
      }
      let more = answers.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      unread += more
    }
  }

  /// The last line that it wrote to standard error before it ended.
  private func lastComplaint() -> String {
    if process.isRunning { process.terminate() }
    let text = (try? complaints.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
    let line = String(decoding: text, as: UTF8.self).split(separator: "\n").last
    return line.map(String.init) ?? "it ended, or gave no answer for \(Int(Self.secondsAtMost)) s"
  }
}
