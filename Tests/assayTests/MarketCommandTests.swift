import AssayFiles
import AssayTestSupport
import AssayWire
import Foundation
import Testing

/// Buyer, provider and workers at a service, as processes that are killed.
@Suite struct MarketCommandTests {
  /// A service with its processes, which end with it.
  private final class Place {
    let folder: String
    let address: String
    private var processes: [Process] = []

    init(in folder: String) throws {
      self.folder = folder
      for name in ["market", "shop", "lab", "first", "second"] {
        #expect(try BuiltCommand(["keygen", "--out", name], in: folder).code == 0)
      }
      for name in ["shop", "lab", "first", "second"] {
        let done = try BuiltCommand(
          ["job", "deposit", "--party", "\(name).pub", "--asset", "EUR", "--amount", "200"],
          in: folder)
        #expect(done.code == 0, "\(done.remarks)")
      }
      processes = [
        try BuiltCommand.start(
          [
            "serve", "--listen", "127.0.0.1:0", "--operator", "market.key", "--address-file",
            "address",
          ], in: folder, output: "serve.out")
      ]
      for _ in 0..<500 where !FileAccess.exists(folder + "/address") {
        Thread.sleep(forTimeInterval: 0.02)
      }
      let bytes = try FileAccess.read(folder + "/address", limit: 200)
      address = String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    deinit {
      for process in processes where process.isRunning {
        Glibc.kill(process.processIdentifier, SIGKILL)
      }
      for process in processes { process.waitUntilExit() }
    }

    func start(_ words: [String], key: String, output: String) throws -> Process {
      let process = try BuiltCommand.start(
        words + ["--service", address, "--key", "\(key).key", "--poll", "0.1"], in: folder,
        output: output)
      processes.append(process)
      return process
    }

    func text(_ file: String) -> String {
      (try? String(contentsOfFile: folder + "/" + file, encoding: .utf8)) ?? ""
    }

    /// Waits until a file says something.
    func wait(for text: String, in file: String) {
      for _ in 0..<600 where !self.text(file).contains(text) {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  private func kill(_ process: Process) {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test func aJobInPartsIsPaidAlthoughItsProviderAndAVerifierAreKilled() throws {
    try withTemporaryFolder { folder in
      let place = try Place(in: folder)
      let made = try BuiltCommand(
        [
          "spec", "new", "--out", "spec.json", "--examples", "300", "--hidden", "16", "--batch",
          "32", "--steps", "3000", "--interval", "50",
        ], in: folder)
      #expect(made.code == 0, "\(made.remarks)")
      let provider = try place.start(["provider", "--work", "lab"], key: "lab", output: "lab-1")
      let worker = ["worker", "--lease-seconds", "2", "--threads", "1", "--work"]
      let first = try place.start(worker + ["w1"], key: "first", output: "first-1")
      _ = try place.start(worker + ["w2"], key: "second", output: "second")
      let buyer = try place.start(
        [
          "buyer", "spec.json", "--job", "job-1", "--verifier", "first.pub", "--verifier",
          "second.pub", "--quorum", "2", "--claims", "2", "--price", "100", "--fee", "5",
          "--stake", "150", "--work-cost", "80", "--challenge-window-seconds", "1",
        ], key: "shop", output: "shop")
      // In the middle of the training, and in the middle of an audit.
      place.wait(for: "training", in: "lab-1")
      Thread.sleep(forTimeInterval: 0.1)
      kill(provider)
      _ = try place.start(["provider", "--work", "lab"], key: "lab", output: "lab-2")
      place.wait(for: "auditing", in: "first-1")
      kill(first)
      _ = try place.start(worker + ["w3"], key: "first", output: "first-2")
      buyer.waitUntilExit()
      let said = ["shop", "lab-1", "lab-2", "first-1", "first-2", "second", "serve.out"].map {
        "\($0):\n\(place.text($0).suffix(1_500))"
      }.joined(separator: "\n")
      #expect(buyer.terminationStatus == 0, "\(said)")
      #expect(place.text("shop").contains("is what was verified"), "\(said)")
      #expect(place.text("second").contains("shown"), "\(said)")
      let ledger = try BuiltCommand(["ledger", "--json"], in: folder)
      var fields = try JSONFields(JSONValue.parse(Array(ledger.output.utf8)))
      #expect(try fields.bool("balances"))
    }
  }

  @Test func whoCannotBeReachedOrIsNotKnownIsSaidSo() throws {
    try withTemporaryFolder { folder in
      let place = try Place(in: folder)
      let made = try BuiltCommand(
        [
          "spec", "new", "--out", "spec.json", "--examples", "60", "--steps", "12", "--interval",
          "2", "--hidden", "8", "--batch", "10",
        ], in: folder)
      #expect(made.code == 0)
      let buyer = [
        "buyer", "spec.json", "--job", "job-1", "--key", "shop.key", "--verifier", "first.pub",
        "--price", "1000", "--fee", "5", "--stake", "600", "--work-cost", "800",
      ]
      // The shop has 200.
      let poor = try BuiltCommand(buyer + ["--service", place.address], in: folder)
      #expect(poor.code == 3 && poor.remarks.contains("insufficient_funds"), "\(poor.remarks)")
      for (address, code) in [("ftp://127.0.0.1", 2), ("127.0.0.1:8080", 2), ("http://", 2)] {
        let done = try BuiltCommand(buyer + ["--service", address], in: folder)
        #expect(done.code == Int32(code) && done.remarks.hasPrefix("assay: --service"))
      }
      let none = try BuiltCommand(buyer, in: folder)
      #expect(none.code == 2 && none.remarks.contains("--service"), "\(none.remarks)")
      let retry = try BuiltCommand(
        [
          "worker", "--service", place.address, "--key", "first.key", "--retry", "job-9",
          "--once",
        ], in: folder)
      #expect(retry.code == 3 && retry.remarks.contains("nothing for you"), "\(retry.remarks)")
    }
  }
}
