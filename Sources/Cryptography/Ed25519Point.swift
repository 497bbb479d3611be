internal import CAssayOpenSSL

/// Decides which 32-byte strings are acceptable as public keys; OpenSSL takes any.
///
/// The curve is −x² + y² = 1 + d·x²·y² over the integers modulo p = 2²⁵⁵ − 19. An encoding
/// is y, little-endian, with the lowest bit of x as bit 255 (RFC 8032 §5.1.2).
enum Ed25519Point {
  /// d = −121665/121666 modulo p (RFC 8032 §5.1), the most significant byte first.
  private static let d: [UInt8] = [
    0x52, 0x03, 0x6c, 0xee, 0x2b, 0x6f, 0xfe, 0x73, 0x8c, 0xc7, 0x40, 0x79, 0x77, 0x79, 0xe8, 0x98,
    0x00, 0x70, 0x0a, 0x4d, 0x41, 0x41, 0xd8, 0xab, 0x75, 0xeb, 0x4d, 0xca, 0x13, 0x59, 0x78, 0xa3,
  ]

  /// p = 2²⁵⁵ − 19, the most significant byte first.
  private static let p: [UInt8] = [0x7f] + Array(repeating: 0xff, count: 30) + [0xed]

  /// The positive y of order 8, the most significant byte first; the other one is p − y.
  private static let orderEightY: [UInt8] = [
    0x05, 0xfc, 0x53, 0x6d, 0x88, 0x02, 0x38, 0xb1, 0x39, 0x33, 0xc6, 0xd3, 0x05, 0xac, 0xdf, 0xd5,
    0xf0, 0x98, 0xef, 0xf2, 0x89, 0xf4, 0xc3, 0x45, 0xb0, 0x27, 0xb2, 0xc2, 0x8f, 0x95, 0xe8, 0x26,
  ]

  /// Accepts the canonical encoding of a point whose order is more than 8.
  ///
  /// - Throws: `CryptographyError.nonCanonicalKey`, `.smallOrderKey` or `.keyNotOnCurve`.
  static func check(_ encoding: [UInt8]) throws(CryptographyError) {
    let hasSign = (encoding.last ?? 0) & 0x80 != 0
    var yBytes = Array(encoding.reversed())
    if hasSign { yBytes[0] &= 0x7f }
    let field = Field(modulus: p)
    let y = Number(yBytes)
    let one = Number([1])
    guard y < field.modulus else { throw .nonCanonicalKey }

    // x = 0 exactly where y = ±1; there the sign bit must be clear.
    let isPlusOrMinusOne = y == one || field.sum(y, one).isZero
    guard !(isPlusOrMinusOne && hasSign) else { throw .nonCanonicalKey }
    let eight = Number(orderEightY)
    guard !isPlusOrMinusOne, !y.isZero, y != eight, !field.sum(y, eight).isZero else {
      throw .smallOrderKey
    }

    // x² = (y² − 1)/(d·y² + 1) has a root exactly where numerator · denominator is a square:
    // −1 is a square and d is none, so the denominator is never zero.
    let square = field.product(y, y)
    let numerator = field.difference(square, one)
    let denominator = field.sum(field.product(Number(d), square), one)
    guard field.isSquare(field.product(numerator, denominator)) else { throw .keyNotOnCurve }
  }
}

/// A non-negative big number, held by OpenSSL.
@safe private final class Number {
  let pointer: OpaquePointer

  init(_ bigEndianBytes: [UInt8]) {
    // SAFETY: OpenSSL copies the bytes; this object is the only owner of the number.
    guard
      let pointer = unsafe BN_bin2bn(bigEndianBytes, Int32(bigEndianBytes.count), nil)
    else { preconditionFailure("OpenSSL could not allocate a number") }
    unsafe self.pointer = pointer
  }

  deinit {
    // SAFETY: this object is the only owner.
    unsafe BN_free(pointer)
  }

  // SAFETY: the pointers stay valid while the objects that own them are in use.
  var isZero: Bool { unsafe BN_is_zero(pointer) == 1 }

  // SAFETY: as above.
  static func == (a: Number, b: Number) -> Bool { unsafe BN_cmp(a.pointer, b.pointer) == 0 }

  static func != (a: Number, b: Number) -> Bool { !(a == b) }

  // SAFETY: as above.
  static func < (a: Number, b: Number) -> Bool { unsafe BN_cmp(a.pointer, b.pointer) < 0 }
}

/// Arithmetic modulo a prime.
@safe private final class Field {
  let modulus: Number
  private let scratch: OpaquePointer

  init(modulus: [UInt8]) {
    self.modulus = Number(modulus)
    // SAFETY: this object is the only owner of the scratch memory.
    guard let scratch = unsafe BN_CTX_new() else {
      preconditionFailure("OpenSSL could not allocate scratch numbers")
    }
    unsafe self.scratch = scratch
  }

  deinit {
    // SAFETY: this object is the only owner.
    unsafe BN_CTX_free(scratch)
  }

  func sum(_ a: Number, _ b: Number) -> Number {
    // SAFETY: all numbers are live during the call.
    unsafe result { unsafe BN_mod_add($0, a.pointer, b.pointer, modulus.pointer, scratch) }
  }

  func difference(_ a: Number, _ b: Number) -> Number {
    // SAFETY: all numbers are live during the call.
    unsafe result { unsafe BN_mod_sub($0, a.pointer, b.pointer, modulus.pointer, scratch) }
  }

  func product(_ a: Number, _ b: Number) -> Number {
    // SAFETY: all numbers are live during the call.
    unsafe result { unsafe BN_mod_mul($0, a.pointer, b.pointer, modulus.pointer, scratch) }
  }

  /// Euler's criterion: a^((p − 1)/2) is 1 for a square, 0 for zero, −1 otherwise.
  func isSquare(_ a: Number) -> Bool {
    // SAFETY: all numbers are live during the call.
    let half = unsafe result { unsafe BN_rshift1($0, modulus.pointer) }
    // SAFETY: as above.
    let power = unsafe result {
      unsafe BN_mod_exp($0, a.pointer, half.pointer, modulus.pointer, scratch)
    }
    return power.isZero || power == Number([1])
  }

  private func result(_ compute: (OpaquePointer) -> Int32) -> Number {
    let number = Number([])
    // SAFETY: the number is live during the call.
    let status = unsafe compute(number.pointer)
    precondition(status == 1, "OpenSSL could not compute modulo p")
    return number
  }
}
