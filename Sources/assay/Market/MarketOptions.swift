internal import AssayCryptography
internal import AssayEvidence
internal import AssayFiles
internal import Dispatch
internal import Foundation
internal import Synchronization

/// What buyers, providers and workers at a service have in common.
struct MarketOptions: OptionGroup {
  @Option("address", help: "The service, such as http://127.0.0.1:8080; several if there are.")
  var service: [String]
  @Option("file", help: "Your private key.") var key: String
  @Option("seconds", in: 0.05...3_600, help: "How often to look what there is to do.")
  var poll: Double = 1

  func client() throws -> ServiceClient {
    try ServiceClient(addresses: service, key: KeyFiles.signingKey(at: key))
  }

  func pause() { Thread.sleep(forTimeInterval: poll) }
}

/// A command of this program, run within it.
enum OwnCommand {
  /// Runs the command and gives its exit code.
  ///
  /// - Throws: `OperationError` with what it had to say where it could not be carried out.
  @discardableResult
  static func run(_ words: [String]) throws -> ExitCode {
    let remarks = Remarks()
    let tool = CommandLineTool { isJSON in
      Console(
        isJSON: isJSON, isWatched: false, output: { _ in }, remarks: remarks.add,
        seconds: { ProcessInfo.processInfo.systemUptime })
    }
    let code = tool.run(words)
    guard code == .success || code == .rejected else {
      throw OperationError("assay \(words.first ?? ""): \(remarks.text)")
    }
    return code
  }

  private final class Remarks: Sendable {
    private let lines = Mutex("")

    func add(_ line: String) { lines.withLock { $0 += line } }
    var text: String {
      lines.withLock { $0.split(separator: "\n").joined(separator: "; ") }
    }
  }
}

/// Does something again and again, beside the work, until it is let go of.
final class Pulse {
  private let timer: any DispatchSourceTimer

  init(every seconds: Double, _ beat: @escaping @Sendable () -> Void) {
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "assay.pulse"))
    timer.schedule(deadline: .now() + seconds, repeating: seconds)
    timer.setEventHandler(handler: beat)
    timer.activate()
    self.timer = timer
  }

  deinit { timer.cancel() }
}

/// The files of data that a spec needs, by the names under which they travel with a job.
enum DataFiles {
  /// The options of `train` and `audit` that name files; what stands before the first dot of a
  /// file's name at the service.
  static let options = [
    "data", "targets", "columns", "text", "vocabulary", "weights", "test-data", "test-targets",
    "test-text",
  ]

  /// The name under which a file for an option travels: its endings say how it is read.
  static func name(_ option: String, of path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    let known = [".csv.gz", ".csv", ".npy.gz", ".npy", ".gz", ".safetensors"]
    return option + (known.first { last.lowercased().hasSuffix($0) } ?? "")
  }

  /// Fetches the files that the buyer has put beside a job, and gives what the options say.
  static func fetch(
    of job: String, buyer: String, to folder: String, _ client: ServiceClient
  ) throws -> [String: String] {
    var values: [String: String] = [:]
    for file in try client.files(of: job) where file.isWhole && file.party == buyer {
      guard let option = options.first(where: { $0 == file.name.prefix { $0 != "." } }) else {
        continue
      }
      let path = "\(folder)/\(file.name)"
      try client.download(file, of: job, to: path)
      // The names of a table's columns are themselves what the option says.
      values[option] =
        option == "columns"
        ? String(decoding: try FileAccess.read(path, limit: 1 << 16), as: UTF8.self) : path
    }
    return values
  }
}
