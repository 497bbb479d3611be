import AssayCryptography
import AssayMerkle
import AssayTestSupport
import AssayWire
import Testing

/// What `cryptography` (PyPI) says of our notes; run by `python3`, or by what `TEST_PYTHON` names.
@Suite(
  .enabled(
    if: Tool.succeeds(Tool.python, ["-c", "import cryptography"]),
    "install with: python3 -m pip install cryptography"))
struct OutsideToolTests {
  /// The signature of a tree head and of a cosigner, by the `cryptography` package alone.
  @Test func aTreeHeadIsVerifiedByCryptography() throws {
    let key = try SigningKey(seed: [UInt8](repeating: 3, count: 32))
    let head = try SignedTreeHead(
      signing: TreeHead(origin: "log.example/1", size: 5, root: SHA256.digest(of: [1])),
      name: "log.example/1", key: key
    ).cosigned(name: "witness.example/1", key: key, time: 1_679_315_147)
    let script = """
      import base64, hashlib, sys
      from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
      public, note = sys.stdin.buffer.read().split(b"\\n", 1)
      public = bytes.fromhex(public.decode())
      key = Ed25519PublicKey.from_public_bytes(public)
      text, lines = note.split(b"\\n\\n", 1)
      text += b"\\n"
      def value(name, kind):
        for line in lines.split(b"\\n"):
          words = line.split(b" ")
          if len(words) == 3 and words[1] == name:
            data = base64.b64decode(words[2], validate=True)
            assert data[:4] == hashlib.sha256(name + b"\\n" + bytes([kind]) + public).digest()[:4]
            return data[4:]
      key.verify(value(b"log.example/1", 1), text)
      cosignature = value(b"witness.example/1", 4)
      time = int.from_bytes(cosignature[:8], "big")
      key.verify(cosignature[8:], b"cosignature/v1\\ntime %d\\n" % time + text)
      print(time)
      """
    let input =
      Hex.encode(key.verifyingKey.bytes) + "\n" + String(decoding: head.encoded, as: UTF8.self)
    #expect(
      try Tool.run(Tool.python, ["-c", script], input: input) == "1679315147\n")
  }
}
