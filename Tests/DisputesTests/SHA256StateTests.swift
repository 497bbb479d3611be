import AssayCryptography
import AssayDisputes
import AssayTestSupport
import Testing

@Suite struct SHA256StateTests {
  /// Against OpenSSL, for lengths around the ends of blocks.
  @Test func theStatesLeadToTheDigest() {
    var generator = SeededGenerator(seed: 3)
    for count in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 127, 128, 4096, 5000] {
      let message = generator.bytes(count)
      let whole = count / 64 * 64
      let state = SHA256State.initial.absorbing(Array(message[..<whole]))
      let read = SHA256State(bytes: state.bytes)
      #expect(read == state)
      #expect(
        read.digest(tail: Array(message[whole...]), byteCount: UInt64(count))
          == SHA256.digest(of: message), "\(count) bytes")
    }
  }
}
