import AssayFiles
import AssayTestSupport
import AssayWire
import Foundation
import Testing

/// `assay tolerance`, run as a user runs it. The step function is a shell script that answers with
/// a state that lies beside it, so that neither Python nor a framework is needed.
@Suite struct ToleranceCommandTests {
  /// Whether this machine lets a user make a sandbox.
  private static let hasSandbox = Tool.succeeds(
    "bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"])

  private struct Folder {
    let path: String

    /// Imports the folder of proof-of-learning that PyTorch wrote, and declares a policy.
    init(_ path: String) throws {
      self.path = path
      try FileAccess.makeFolder(path + "/proof")
      for var fields in try VectorFile.tests("tolerance/torch.json") {
        let name = try fields.string("name")
        guard name.hasPrefix("model_step_") else { continue }
        try FileAccess.write(
          Hex.decode(fields.string("file")), to: "\(path)/proof/\(name)")
      }
      var header = "{'descr': '<i8', 'fortran_order': False, 'shape': (4, 1), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      var writer = WireWriter()
      writer.write(raw: [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
      for index in 0..<4 { writer.write(UInt64(index)) }
      try FileAccess.write(writer.bytes, to: path + "/proof/indices.npy")
      for words in [
        ["keygen", "--out", "provider"],
        ["tolerance", "import", "proof", "--key", "provider.key", "--out", "trace"],
      ] {
        let done = try BuiltCommand(words, in: path)
        #expect(done.code == 0, "\(done.remarks)")
      }
      try write(
        "policy.json",
        #"{"version":1,"class":"TOLERANCE","intervals":{"largest":1},"bounds":["#
          + #"{"group":"net","distance":"l2","reference":1,"threshold":0.001},"#
          + #"{"group":"optimizer","distance":"l2","reference":1,"threshold":0.001}],"#
          + #""ignored":[],"admitsUninformative":false}"#)
      // Answers with the claimed end of whichever interval is asked for.
      try write(
        "step.sh",
        """
        first=$(sed -n 's/.*"firstStep": \\([0-9]*\\).*/\\1/p' "$ASSAY_STEP_FOLDER/request.json")
        cp "trace/step-$((first + 2)).safetensors" "$ASSAY_STEP_FOLDER/out/state.safetensors"
        """)
    }

    func write(_ name: String, _ text: String) throws {
      try FileAccess.write(Array(text.utf8), to: "\(path)/\(name)")
    }

    func verify(_ words: [String], _ program: [String] = ["/bin/sh", "step.sh"]) throws
      -> BuiltCommand
    {
      try BuiltCommand(
        ["tolerance", "verify", "trace", "--policy", "policy.json"] + words + ["--"] + program,
        in: path)
    }
  }

  @Test func aTraceIsImportedVerifiedAndItsStatementsAreShown() throws {
    try withTemporaryFolder { path in
      let folder = try Folder(path)
      let done = try folder.verify(["--unsandboxed", "--key", "provider.key"])
      #expect(done.code == 0, "\(done.remarks)")
      #expect(done.output.hasPrefix("class        TOLERANCE\n"))
      #expect(done.output.contains("result       PASSED, within the TOLERANCE\n"))
      #expect(done.output.contains("  - a step function that read or sent what it should not\n"))
      for (file, kind) in [("verdict.json", "verdict"), ("trace/claim.json", "claim")] {
        let shown = try BuiltCommand(["verify", file], in: path)
        #expect(shown.code == 0, "\(shown.remarks)")
        #expect(shown.output.contains("kind         TOLERANCE \(kind)\n"))
      }
    }
  }

  @Test func aFalseCheckpointIsRejectedWithOne() throws {
    try withTemporaryFolder { path in
      let folder = try Folder(path)
      try folder.write(
        "step.sh", "cp trace/step-0.safetensors $ASSAY_STEP_FOLDER/out/state.safetensors\n")
      let start = try folder.verify(["--unsandboxed"])
      // A state before the first step has no momentum: the step function is at fault.
      #expect(start.code == 3)
      #expect(start.remarks.contains("it returned a state of another form"))
      try folder.write(
        "step.sh", "cp trace/step-2.safetensors $ASSAY_STEP_FOLDER/out/state.safetensors\n")
      let done = try folder.verify(["--unsandboxed", "--json"])
      #expect(done.code == 1, "\(done.remarks)")
      #expect(done.output.contains("\"result\": \"FAILED\""))
    }
  }

  @Test(.enabled(if: hasSandbox)) func theSandboxShowsOnlyWhatIsNamed() throws {
    try withTemporaryFolder { path in
      let folder = try Folder(path)
      #expect(try folder.verify(["--read", "."]).code == 0)
      let blind = try folder.verify([])
      #expect(blind.code == 3)
      #expect(blind.remarks.contains("what --read names"))
      for (name, line) in [
        ("a file outside", "test -e \(path)/provider.key"),
        ("writing what is named", "touch trace/new"),
        ("the environment", "test -n \"$HOME\" && test \"$HOME\" != /tmp"),
        ("other processes", "test $(ls -d /proc/[0-9]* | wc -l) -gt 9"),
        ("a network", "test $(wc -l < /proc/net/dev) -gt 3"),
      ] {
        try folder.write("try.sh", line + "\n")
        let tried = try folder.verify(
          ["--read", "trace", "--read", "try.sh"], ["/bin/sh", path + "/try.sh"])
        #expect(tried.remarks.contains("ended with"), "\(name): \(tried.remarks)")
      }
    }
  }

  @Test func aStepFunctionThatFailsSaysNothingOfTheProvider() throws {
    try withTemporaryFolder { path in
      let folder = try Folder(path)
      for (program, options, reason) in [
        (["/bin/sh", "-c", "echo no data >&2; exit 7"], [], "ended with 7 and said:\n  no data"),
        (["/bin/sh", "-c", "true"], [], "wrote no out/state.safetensors"),
        (["/bin/sleep", "9"], ["--seconds", "1"], "stopped after 1 s"),
        (["/no/such/program"], [], "ended with 127"),
        (
          ["/bin/sh", "-c", "ln -s /etc/passwd $ASSAY_STEP_FOLDER/out/state.safetensors"], [],
          "wrote no out/state.safetensors"
        ),
        (
          ["/bin/sh", "-c", "head -c 90 /dev/zero > $ASSAY_STEP_FOLDER/out/state.safetensors"], [],
          "no safetensors file"
        ),
      ] as [([String], [String], String)] {
        let done = try folder.verify(["--unsandboxed"] + options, program)
        #expect(done.code == 3, "\(program)")
        #expect(done.remarks.contains(reason), "\(program): \(done.remarks)")
      }
    }
  }

  @Test func wrongUseIsRefusedWithItsReason() throws {
    try withTemporaryFolder { path in
      let folder = try Folder(path)
      for (words, code, reason) in [
        (["tolerance", "verify", "trace", "--policy", "policy.json"], 2, "<program> is missing"),
        (["tolerance", "policy", "trace", "trace", "--threshold", "1"], 2, "--draw COUNT"),
        (
          ["tolerance", "policy", "trace", "trace", "--threshold", "-1", "--every"], 2,
          "--threshold: expected"
        ),
        (
          ["tolerance", "import", "proof", "--key", "provider.key", "--out", "trace"], 3,
          "holds a trace already"
        ),
        (
          ["tolerance", "import", path, "--key", "provider.key", "--out", "other"], 3,
          "expected trace.json beside safetensors checkpoints"
        ),
      ] as [([String], Int32, String)] {
        let done = try BuiltCommand(words, in: path)
        #expect(done.code == code, "\(words): \(done.remarks)")
        #expect(done.remarks.contains(reason), "\(words): \(done.remarks)")
      }
      // A policy that is none, a table of batches that is missing.
      let none = try BuiltCommand(
        [
          "tolerance", "verify", "trace", "--policy", "trace/trace.json", "--unsandboxed", "--",
          "true",
        ], in: path)
      #expect(none.code == 3)
      #expect(none.remarks.contains("'trace/trace.json' is no tolerance policy: version"))
      let batches = try FileAccess.read(path + "/trace/batches.npy", limit: 1 << 20)
      FileAccess.remove(path + "/trace/batches.npy")
      #expect(try folder.verify(["--unsandboxed"]).code == 3)
      try FileAccess.write(batches, to: path + "/trace/batches.npy")
      // A claim of another trace, and one by another provider.
      var claim = try FileAccess.read(path + "/trace/claim.json", limit: 1 << 20)
      claim[claim.count / 2] ^= 1
      try FileAccess.write(claim, to: path + "/other.json")
      #expect(try folder.verify(["--unsandboxed", "--claim", "other.json"]).code == 1)
      #expect(try BuiltCommand(["keygen", "--out", "other"], in: path).code == 0)
      let other = try folder.verify(["--unsandboxed", "--provider", "other.pub"])
      #expect(other.code == 1)
      #expect(other.remarks.contains("signed by another provider"))
    }
  }
}
