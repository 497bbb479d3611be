public import AssayCryptography

/// The state of SHA-256 between two blocks (FIPS 180-4, section 6.2), so that a referee computes
/// the part of a digest that is in dispute, and not all of it.
public struct SHA256State: Hashable, Sendable {
  /// Bytes of a block.
  public static let blockByteCount = 64
  /// The state before the first block.
  public static let initial = SHA256State([
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ])

  private var words: [UInt32]

  private init(_ words: [UInt32]) { self.words = words }

  /// The eight words, each with its highest byte first: the digest, behind the last block.
  public var bytes: [UInt8] {
    words.flatMap { word in stride(from: 24, through: 0, by: -8).map { UInt8(word >> $0 & 0xff) } }
  }

  /// Reads `bytes`.
  ///
  /// - Precondition: there are 32.
  public init(bytes: [UInt8]) {
    precondition(bytes.count == 32)
    words = (0..<8).map { Self.word(bytes, at: 4 * $0) }
  }

  private static func word(_ bytes: [UInt8], at place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[place + $1]) }
  }

  /// The state behind whole blocks.
  ///
  /// - Precondition: `bytes` are a multiple of 64.
  public func absorbing(_ bytes: [UInt8]) -> SHA256State {
    precondition(bytes.count.isMultiple(of: Self.blockByteCount))
    var state = self
    for start in stride(from: 0, to: bytes.count, by: Self.blockByteCount) {
      state.absorb(bytes, at: start)
    }
    return state
  }

  /// The digest of a message that ends with `tail`, whose blocks before it led here.
  ///
  /// - Parameter byteCount: of the whole message.
  public func digest(tail: [UInt8], byteCount: UInt64) -> Digest {
    var padded = tail + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += stride(from: 56, through: 0, by: -8).map { UInt8((byteCount &* 8) >> $0 & 0xff) }
    let bytes = absorbing(padded).bytes
    do { return try Digest(bytes: bytes) } catch { preconditionFailure("a digest has 32 bytes") }
  }

  private mutating func absorb(_ bytes: [UInt8], at start: Int) {
    func rotated(_ x: UInt32, _ count: UInt32) -> UInt32 { x >> count | x << (32 - count) }
    var schedule = (0..<16).map { Self.word(bytes, at: start + 4 * $0) }
    schedule.reserveCapacity(64)
    for t in 16..<64 {
      let (x, y) = (schedule[t - 15], schedule[t - 2])
      let s0 = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
      let s1 = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
      schedule.append(s1 &+ schedule[t - 7] &+ s0 &+ schedule[t - 16])
    }
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    var (e, f, g, h) = (words[4], words[5], words[6], words[7])
    for t in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let first = h &+ sum1 &+ (e & f ^ ~e & g) &+ Self.constants[t] &+ schedule[t]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let second = sum0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (place, word) in [a, b, c, d, e, f, g, h].enumerated() { words[place] &+= word }
  }

  /// FIPS 180-4, section 4.2.2.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
