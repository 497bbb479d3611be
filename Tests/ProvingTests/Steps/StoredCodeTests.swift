import AssayCircuits
import AssayFieldVectors
import AssayFiles
import AssaySpecification
import AssayTestSupport
import AssayTraining
import AssayVerification
import Foundation
import Testing

@testable import AssayProving

/// Code words of data in a file only spare work: proofs are the same whatever the file holds.
struct StoredCodeTests {
  private static func proofs(
    _ run: ProvableRun, path: String?
  ) throws -> [[UInt8]] {
    try IntervalProver(
      spec: run.spec, dataset: run.dataset, engine: run.engine(tracing: true),
      secret: run.secret, dataCodePath: path,
      arithmetic: GoldilocksArithmetic(maximumCodeByteCount: 0)
    ).prove(1...2, from: .initial(run.spec)).proofs
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("assay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test("a proof from the file is the proof, and the file is made once", arguments: [0, 4])
  func same(openings: Int) throws {
    let run = try ProvableRun(.lenet, hasMomentum: true, openings: openings)
    let expected = try Self.proofs(run, path: nil)
    try withFolder { folder in
      let path = "\(folder)/data.code"
      #expect(try Self.proofs(run, path: path) == expected)
      let made = try FileAccess.read(path, limit: 1 << 30)
      #expect(try Self.proofs(run, path: path) == expected)
      #expect(try FileAccess.read(path, limit: 1 << 30) == made)
    }
  }

  @Test("a damaged file changes no proof, and is made again")
  func damaged() throws {
    let run = try ProvableRun(.perceptron(hidden: [5]), hasMomentum: false)
    let expected = try Self.proofs(run, path: nil)
    try withFolder { folder in
      let path = "\(folder)/data.code"
      _ = try Self.proofs(run, path: path)
      let whole = try FileAccess.read(path, limit: 1 << 30)
      var zeroed = whole
      for place in 64..<whole.count { zeroed[place] = 0 }
      var otherRoot = whole
      otherRoot[40] ^= 1
      // All columns that stand in the last quarter are altered: some are opened.
      var altered = whole
      for place in stride(from: whole.count * 3 / 4, to: whole.count, by: 8) { altered[place] ^= 1 }
      for bytes in [zeroed, otherRoot, altered, Array(whole.dropLast()), whole + [0], []] {
        try FileAccess.write(bytes, to: path)
        #expect(try Self.proofs(run, path: path) == expected)
        // Where the damage showed in the middle of a proof, the next one begins anew.
        #expect(try Self.proofs(run, path: path) == expected)
        #expect(try FileAccess.read(path, limit: 1 << 30) == whole)
      }
    }
  }

  @Test("without a folder for the file proofs are made all the same")
  func nowhere() throws {
    let run = try ProvableRun(.perceptron(hidden: [5]), hasMomentum: false)
    #expect(
      try Self.proofs(run, path: "/nowhere/data.code") == Self.proofs(run, path: nil))
  }
}
