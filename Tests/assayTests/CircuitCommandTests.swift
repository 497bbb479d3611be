import AssayFiles
import AssayTestSupport
import AssayWire
import Foundation
import Testing

@testable import assay

@Suite struct CircuitCommandTests {
  static let digest = "30d810c8091e79429e700423d92a3973c66e53efc0f0eeb1ae9013f3c5e9eae2"

  /// Proves that 3³ + 3 + 5 = 35, in a folder of its own.
  private func withProof(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in ["cube.r1cs", "cube.wtns", "product.r1cs", "product.wtns"] {
        try FileAccess.write(VectorFile.circuit("r1cs/\(name)"), to: "\(folder)/\(name)")
      }
      let made = try BuiltCommand(
        ["circuit", "prove", "cube.r1cs", "--witness", "cube.wtns", "--out", "cube.proof"],
        in: folder)
      #expect(made.code == 0, "\(made.remarks)")
      #expect(made.output.contains("circuit      \(Self.digest)\n"))
      try body(folder)
    }
  }

  private func verify(
    _ more: [String] = [], circuit: String = "cube.r1cs", in folder: String
  ) throws -> BuiltCommand {
    try BuiltCommand(
      ["circuit", "verify", "cube.proof", "--circuit", circuit] + more, in: folder)
  }

  @Test(arguments: ["gmp", "native"])
  func whatIsProvedIsAccepted(arithmetic: String) throws {
    try withProof { folder in
      let found = try verify(["--arithmetic", arithmetic], in: folder)
      #expect(found.code == 0, "\(found.remarks)")
      #expect(found.output.contains("public 1     0x23\n"))
      #expect(found.output.contains("arithmetic \(arithmetic)\n"))
    }
  }

  @Test func otherPublicValuesAndCircuitsAreRejected() throws {
    try withProof { folder in
      let path = folder + "/cube.proof"
      var bytes = try FileAccess.read(path, limit: 1 << 20)
      let other = try verify(circuit: "product.r1cs", in: folder)
      #expect(other.code == 1 && other.remarks.contains("circuit: expected"))
      // The first public value stands behind magic, digest and count.
      bytes[60] += 1
      try FileAccess.write(bytes, to: path, replacing: true)
      let found = try verify(["--json"], in: folder)
      #expect(found.code == 1 && found.output.contains("\"valid\": false"))
      try FileAccess.write([1, 2, 3], to: path, replacing: true)
      #expect(try verify(in: folder).code == 1)
    }
  }

  @Test func aWitnessOfAnotherCircuitIsRefused() throws {
    try withProof { folder in
      let found = try BuiltCommand(
        ["circuit", "prove", "cube.r1cs", "--witness", "product.wtns", "--out", "x"], in: folder)
      #expect(found.code == 3)
      #expect(
        found.remarks
          == "assay: witness: expected 5 elements, found 4; is it of another circuit?\n")
    }
  }
}
