import AssayAccelerators
import Foundation
import Testing

/// The machine's first OpenCL device through the command, where there is one.
@Suite struct DeviceCommandTests {
  private static let hasOpenCL = Devices.list().devices.contains {
    $0.selector == DeviceSelector(.opencl, 0) && $0.obstacle == nil
  }

  @Test func devicesAreListed() throws {
    let listed = try BuiltCommand(["devices"])
    #expect(listed.code == 0)
    #expect(listed.output.contains("cpu "))
    #expect(listed.output.contains("opencl:0 ") == Self.hasOpenCL)
  }

  @Test func aDeviceThatIsNotThereIsRefused() throws {
    let lacking = try BuiltCommand(["train", "spec.json", "--run", "run", "--device", "opencl:x"])
    #expect(lacking.code == 2)
    #expect(lacking.remarks.contains("cpu, auto, or a device such as cuda:0 or opencl:0"))
  }

  @Test(.enabled(if: hasOpenCL))
  func aDeviceInQuarantineIsListedAndRefusedUntilItIsTakenOut() throws {
    let device = try #require(
      Devices.list().devices.first { $0.selector == DeviceSelector(.opencl, 0) })
    try withTemporaryFolder { folder in
      let state = ["XDG_STATE_HOME": folder]
      let file = folder + "/assay/quarantine.json"
      try FileManager.default.createDirectory(
        atPath: folder + "/assay", withIntermediateDirectories: true)
      let entry = ["name": device.name, "driver": device.driver, "reason": "it adds wrongly"]
      try JSONSerialization.data(withJSONObject: ["version": 1, "devices": [entry]])
        .write(to: URL(filePath: file))
      let words = [
        "spec", "new", "--out", "spec.json", "--examples", "40", "--steps", "2", "--hidden", "4",
        "--batch", "4",
      ]
      #expect(try BuiltCommand(words, in: folder).code == 0)
      let train = ["train", "spec.json", "--run", "run", "--device", "opencl:0"]
      let refused = try BuiltCommand(train, in: folder, environment: state)
      #expect(refused.code != 0)
      #expect(refused.remarks.contains("opencl:0 is in quarantine: it adds wrongly."))
      #expect(refused.remarks.contains("assay devices --clear opencl:0"))
      let listed = try BuiltCommand(["devices"], environment: state)
      #expect(listed.output.contains("in quarantine: it adds wrongly"))
      let cleared = try BuiltCommand(["devices", "--clear", "opencl:0"], environment: state)
      #expect(cleared.remarks.contains("is no longer in quarantine"))
      #expect(!cleared.output.contains("in quarantine"))
      #expect(try BuiltCommand(train, in: folder, environment: state).code == 0)
      try Data("{}".utf8).write(to: URL(filePath: file))
      let damaged = try BuiltCommand(["devices"], environment: state)
      #expect(damaged.code != 0 && damaged.remarks.contains("quarantine.json"))
    }
  }

  @Test(.enabled(if: hasOpenCL))
  func whatOneDeviceTrainsAnotherAuditsAndTheVerdictNamesIt() throws {
    try withTemporaryFolder { folder in
      for words in [
        [
          "spec", "new", "--out", "spec.json", "--examples", "100", "--steps", "6", "--interval",
          "2", "--hidden", "8", "--batch", "10",
        ],
        ["keygen", "--out", "verifier"],
      ] {
        #expect(try BuiltCommand(words, in: folder).code == 0)
      }
      for (trained, audited) in [("cpu", "opencl:0"), ("opencl:0", "cpu")] {
        let run = "run-\(audited.prefix(3))"
        for words in [
          ["train", "spec.json", "--run", run, "--evaluations", "1", "--device", trained],
          ["claim", run, "--device", trained],
          ["challenge", "\(run)/claim.json", "--every", "--out", "\(run).challenge"],
          [
            "open", run, "--challenge", "\(run).challenge", "--out", "\(run).bundle", "--device",
            audited,
          ],
          [
            "audit", "\(run)/claim.json", "--challenge", "\(run).challenge", "--bundle",
            "\(run).bundle", "--spec", "spec.json", "--key", "verifier.key", "--out",
            "\(run).verdict", "--device", audited,
          ],
        ] {
          let done = try BuiltCommand(words, in: folder)
          #expect(done.code == 0, "\(words): \(done.output)\(done.remarks)")
        }
        let envelope = try String(contentsOfFile: "\(folder)/\(run).verdict", encoding: .utf8)
        let payload = try #require(envelope.firstMatch(of: #/"payload": ?"([^"]+)"/#)?.1)
        let statement = try #require(Data(base64Encoded: String(payload)))
        #expect(String(decoding: statement, as: UTF8.self).contains("\"\(audited) "))
      }
    }
  }
}
