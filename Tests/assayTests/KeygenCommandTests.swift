import AssayFiles
import AssayCryptography
import AssayWire
import Foundation
import Testing

@testable import assay

@Suite struct KeygenCommandTests {
  @Test func writesAPairThatReadsBack() throws {
    try withTemporaryFolder { folder in
      let made = try BuiltCommand(["keygen", "--out", "provider", "--json"], in: folder)
      #expect(made.code == 0)
      var fields = try JSONFields(try JSONValue.parse(Array(made.output.utf8)))
      let keyID = try fields.string("keyID")
      let privateKey = try KeyFiles.signingKey(at: folder + "/provider.key")
      let publicKey = try KeyFiles.verifyingKey(at: folder + "/provider.pub")
      #expect(privateKey.verifyingKey == publicKey)
      #expect(publicKey.keyID == keyID)
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/provider.key")
      #expect(attributes[.posixPermissions] as? NSNumber == 0o600)
    }
  }

  @Test func replacesAKeyOnlyWhenTold() throws {
    try withTemporaryFolder { folder in
      #expect(try BuiltCommand(["keygen", "--out", "a"], in: folder).code == 0)
      let first = try FileAccess.read(folder + "/a.key", limit: KeyFiles.limit)
      try FileManager.default.removeItem(atPath: folder + "/a.key")
      let refused = try BuiltCommand(["keygen", "--out", "a"], in: folder)
      #expect(refused.code == 3)
      #expect(
        refused.remarks == "assay: 'a.pub' exists already. Choose another name, or replace it "
          + "with --force.\n")
      #expect(!FileAccess.exists(folder + "/a.key"))
      #expect(try BuiltCommand(["keygen", "--out", "a", "--force"], in: folder).code == 0)
      #expect(try FileAccess.read(folder + "/a.key", limit: KeyFiles.limit) != first)
    }
  }

  @Test func aFileThatIsNoKeyIsNamed() throws {
    try withTemporaryFolder { folder in
      try FileAccess.write(Array("hello".utf8), to: folder + "/a.key")
      #expect {
        try KeyFiles.signingKey(at: folder + "/a.key")
      } throws: {
        "\($0)".hasPrefix("'\(folder)/a.key' holds no Ed25519 private key: ")
      }
    }
  }
}
