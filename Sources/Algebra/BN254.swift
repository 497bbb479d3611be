/// The order r of the groups of the curve BN254 (alt_bn128), which is the prime that circuits of
/// the circom tools are over, and what Montgomery's products with R = 2²⁵⁶ need to know of it.
enum BN254 {
  /// r = 21888242871839275222246405745257275088548364400416034343698204186575808495617.
  static let order: Limbs<4> = [
    0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029,
  ]
  /// −1/r mod 2⁶⁴.
  static let negatedInverse: UInt64 = 0xc2e1_f593_efff_ffff
  /// R mod r: the Montgomery form of 1.
  static let one: Limbs<4> = [
    0xac96_341c_4fff_fffb, 0x36fc_7695_9f60_cd29, 0x666e_a36f_7879_462e, 0x0e0a_77c1_9a07_df2f,
  ]
  /// R² mod r: a product with it gives the Montgomery form.
  static let squaredRadix: Limbs<4> = [
    0x1bb8_e645_ae21_6da7, 0x53fe_3ab1_e35c_59e3, 0x8c49_833d_53bb_8085, 0x0216_d0b1_7f4e_44a5,
  ]
  /// 2²⁸ is the greatest power of two in r − 1.
  static let twoAdicity = 28

  /// The integer of 254 bits in a sample of 32 bytes, whose two highest bits are ignored.
  static func integer(sample: [UInt8]) -> Limbs<4>? {
    guard let read = LittleEndian.words(sample[...]),
      var words: Limbs<4> = LittleEndian.limbs(read[...])
    else { return nil }
    words[3] &= UInt64.max >> 2
    return words
  }

  /// (r − 1) / 2^`log2Order` for a `log2Order` up to 28.
  static func cofactor(log2Order: Int) -> Limbs<4> {
    precondition((0...twoAdicity).contains(log2Order), "2²⁸ is the greatest power in r − 1")
    var words = order
    words[0] -= 1
    guard log2Order > 0 else { return words }
    for index in 0..<4 {
      let above = index < 3 ? words[index + 1] << UInt64(64 - log2Order) : 0
      words[index] = words[index] >> UInt64(log2Order) | above
    }
    return words
  }

  /// 0x and the digits of a reduced integer, without leading zeros.
  static func description(of words: Limbs<4>) -> String {
    var digits = ""
    for index in (0..<4).reversed() {
      let text = String(words[index], radix: 16)
      digits += digits.isEmpty ? text : String(repeating: "0", count: 16 - text.count) + text
      if digits == "0" { digits = "" }
    }
    return "0x" + (digits.isEmpty ? "0" : digits)
  }
}

extension Field {
  /// The element multiplied with itself as often as an integer of four limbs says.
  func power(_ exponent: Limbs<4>) -> Self {
    var result = Self.one
    for bit in (0..<256).reversed() {
      result *= result
      if exponent[bit / 64] >> UInt64(bit % 64) & 1 == 1 { result *= self }
    }
    return result
  }
}
