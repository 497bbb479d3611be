import AssayCryptography
import AssayDatasets
import AssayFiles
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayTolerance

/// Folders of checkpoints, their import and their claims.
@Suite struct TraceTests {
  static func key(_ byte: UInt8 = 7) throws -> SigningKey {
    try SigningKey(seed: [UInt8](repeating: byte, count: 32))
  }

  /// Writes a trace of these states as a recorder does, `every` steps apart.
  static let salt = SHA256.digest(of: Array("salt".utf8))

  static func write(
    _ states: [TracedState], every: Int, to folder: String, data: String? = nil,
    named: Bool = true, salt: Digest? = TraceTests.salt
  ) throws {
    try FileAccess.makeFolder(folder)
    var checkpoints: [TraceManifest.Checkpoint] = []
    for (index, state) in states.enumerated() {
      let bytes = state.safetensors
      let checkpoint = TraceManifest.Checkpoint(
        step: index * every, state: named ? SHA256.digest(of: bytes) : nil)
      try FileAccess.write(bytes, to: "\(folder)/\(checkpoint.fileName)")
      checkpoints.append(checkpoint)
    }
    let manifest = TraceManifest(
      source: "a test", hyperparameters: .object(["lr": .double(0.1)]), data: data, salt: salt,
      checkpoints: checkpoints)
    let rows = (states.count - 1) * every
    try FileAccess.write(npy(rows: rows), to: folder + "/batches.npy")
    try FileAccess.write(manifest.encoded, to: folder + "/trace.json")
  }

  /// `rows` rows of two indices, as `numpy.save` writes them.
  static func npy(rows: Int) -> [UInt8] {
    var header = "{'descr': '<i8', 'fortran_order': False, 'shape': (\(rows), 2), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var writer = WireWriter()
    writer.write(raw: [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
    for index in 0..<2 * rows { writer.write(UInt64(index)) }
    return writer.bytes
  }

  @Test func whatARecorderWroteIsImported() throws {
    try withTemporaryFolder { folder in
      let states = ToyTraining.states(intervals: 3, every: 2)
      try Self.write(states, every: 2, to: folder + "/recorded", named: false)
      let (trace, layout) = try TraceImport.run(
        folder + "/recorded", to: folder + "/trace", salt: Self.salt)
      #expect(layout == .safetensors)
      #expect(trace.intervalCount == 3)
      #expect(trace.steps(ofInterval: 1) == 2..<4)
      for (index, state) in states.enumerated() {
        #expect(try trace.state(ofRecord: index) == state)
      }
      // Importing what was imported changes nothing.
      let again = try TraceImport.run(
        folder + "/trace", to: folder + "/again", salt: Self.salt
      ).trace
      let key = try Self.key().verifyingKey
      #expect(try again.root(of: key) == trace.root(of: key))
      #expect(again.manifest == trace.manifest)
    }
  }

  @Test func aFolderOfProofOfLearningIsImported() throws {
    try withTemporaryFolder { folder in
      for sample in try TorchSample.all() where sample.name.hasPrefix("model_step_") {
        try FileAccess.write(sample.file, to: "\(folder)/\(sample.name)")
      }
      try FileAccess.write(Self.npy(rows: 4), to: folder + "/indices.npy")
      try FileAccess.write(Array("abc".utf8), to: folder + "/hash.txt")
      let (trace, layout) = try TraceImport.run(
        folder, to: folder + "/trace", salt: Self.salt)
      #expect(layout == .proofOfLearning)
      #expect(trace.manifest.checkpoints.map(\.step) == [0, 2, 4])
      let expected = try TorchSample.all().first { $0.name == "model_step_4" }?.state
      #expect(try trace.state(ofRecord: 2) == expected)
      #expect(trace.manifest.hyperparameters == .object(["hash.txt": .string("abc")]))
      // A checkpoint is missing at the end.
      FileAccess.remove(folder + "/model_step_4")
      #expect(throws: ToleranceError.self) {
        try TraceImport.run(folder, to: folder + "/other", salt: Self.salt)
      }
    }
  }

  @Test func everyPartOfATraceIsUnderItsRoot() throws {
    try withTemporaryFolder { folder in
      let states = ToyTraining.states(intervals: 2, every: 1)
      try Self.write(states, every: 1, to: folder + "/a")
      let trace = try ToleranceTrace(opening: folder + "/a")
      let claim = try trace.claim(job: "j", terms: .zero, provider: Self.key().verifyingKey)
      try claim.check(trace)
      // Another state, other batches, another step, other settings.
      try Self.write([states[0], states[2], states[2]], every: 1, to: folder + "/b")
      try Self.write(states, every: 2, to: folder + "/c")
      try Self.write(states, every: 1, to: folder + "/d")
      try FileAccess.write(
        Self.npy(rows: 2).dropLast() + [1], to: folder + "/d/batches.npy")
      try Self.write(
        states, every: 1, to: folder + "/e", data: String(repeating: "0", count: 64))
      for other in ["b", "c", "d", "e"] {
        #expect(throws: ToleranceError.self, "\(other)") {
          try claim.check(try ToleranceTrace(opening: "\(folder)/\(other)"))
        }
      }
    }
  }

  /// Who has the same states has other records, and cannot tell from the root that they are the
  /// same; without a salt nothing is claimed.
  @Test func recordsAreSaltedForTheirProvider() throws {
    try withTemporaryFolder { folder in
      let states = ToyTraining.states(intervals: 2, every: 1)
      let keys = (try Self.key().verifyingKey, try Self.key(8).verifyingKey)
      var roots: Set<Digest> = []
      for (index, salt) in [Self.salt, SHA256.digest(of: [1])].enumerated() {
        try Self.write(states, every: 1, to: "\(folder)/\(index)", salt: salt)
        let trace = try ToleranceTrace(opening: "\(folder)/\(index)")
        roots.formUnion([try trace.root(of: keys.0), try trace.root(of: keys.1)])
        let claim = try trace.claim(job: "j", terms: .zero, provider: keys.0)
        #expect(throws: Never.self) { try claim.check(trace) }
      }
      #expect(roots.count == 4)
      try Self.write(states, every: 1, to: folder + "/unsalted", salt: nil)
      let unsalted = try ToleranceTrace(opening: folder + "/unsalted")
      #expect(throws: ToleranceError.self) {
        try unsalted.claim(job: "j", terms: .zero, provider: keys.0)
      }
    }
  }

  @Test func aChangedCheckpointIsNotRead() throws {
    try withTemporaryFolder { folder in
      try Self.write(ToyTraining.states(intervals: 1, every: 1), every: 1, to: folder)
      let path = folder + "/step-1.safetensors"
      var bytes = try FileAccess.read(path, limit: 1 << 20)
      bytes[bytes.count - 1] ^= 1
      try FileAccess.write(bytes, to: path)
      let trace = try ToleranceTrace(opening: folder)
      #expect(throws: ToleranceError.self) { try trace.state(ofRecord: 1) }
    }
  }

  @Test(arguments: [
    ("another format", "assay/tolerance-trace/1", "assay/tolerance-trace/2"),
    ("descending steps", "\"step\": 1", "\"step\": 0"),
    ("a step below zero", "\"step\": 0", "\"step\": -1"),
    ("more steps than batches", "\"step\": 1", "\"step\": 2"),
    ("an unknown key", "\"source\"", "\"sauce\""),
    ("no digest", "\"state\": \"", "\"state\": \"x"),
  ])
  func aWrongManifestIsRefused(name: String, old: String, new: String) throws {
    try withTemporaryFolder { folder in
      try Self.write(ToyTraining.states(intervals: 1, every: 1), every: 1, to: folder)
      let path = folder + "/trace.json"
      let text = String(decoding: try FileAccess.read(path, limit: 1 << 20), as: UTF8.self)
      #expect(text.contains(old))
      try FileAccess.write(Array(text.replacing(old, with: new).utf8), to: path)
      #expect(throws: ToleranceError.self, "\(name)") { try ToleranceTrace(opening: folder) }
    }
  }

  @Test func damagedSafetensorsAreRefusedOrReadAndNeverTrap() throws {
    var generator = SeededGenerator()
    let file = ToyTraining.state([1, 2, 3]).safetensors
    #expect(try TracedState(safetensors: file, file: "a") == ToyTraining.state([1, 2, 3]))
    for cut in Mutations.truncations(of: file) {
      #expect(throws: ToleranceError.self) {
        try TracedState(safetensors: cut.bytes, file: cut.name)
      }
    }
    for _ in 0..<Rounds.of(500) {
      let edited = Mutations.edit(file, with: &generator)
      if let state = try? TracedState(safetensors: edited, file: "a") {
        // What is read can be written and read again.
        #expect(
          try TracedState(safetensors: state.safetensors, file: "b") == state,
          "seed \(generator.seed)")
      }
    }
  }

  @Test func aClaimIsSignedAndBindsItsFields() throws {
    try withTemporaryFolder { folder in
      try Self.write(ToyTraining.states(intervals: 1, every: 1), every: 1, to: folder)
      let key = try Self.key()
      let claim = try ToleranceTrace(opening: folder)
        .claim(job: "j", terms: .zero, provider: key.verifyingKey)
      let envelope = claim.signed(by: key).encoded
      #expect(try ToleranceClaim.open(envelope).claim == claim)
      for place in stride(from: 0, to: envelope.count, by: 7) {
        var changed = envelope
        changed[place] ^= 4
        #expect(throws: ToleranceError.self) { try ToleranceClaim.open(changed) }
      }
      // Signed by another than it names.
      let other = claim.signed(by: try Self.key(8)).encoded
      #expect(throws: ToleranceError.self) { try ToleranceClaim.open(other) }
    }
  }
}
