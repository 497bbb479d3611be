internal import AssayCryptography
internal import AssayWire

/// The integers modulo the RSA-2048 challenge number, each the same as its negative.
///
/// Nobody is known to have the number's factors: RSA Laboratories made it in 1991 for its factoring
/// challenge and says that the factors were destroyed. Who has them computes a delay at once.
/// Without the quotient by ±1 an output and its negative would both have proofs, and every delay
/// would give two draws (Boneh, Bünz, Fisch, ePrint 2018/712, section 2).
enum HiddenOrderGroup {
  /// N, the most significant digits first: 617 decimal digits with the sum 2738.
  static let modulusDigits =
    "c7970ceedcc3b0754490201a7aa613cd73911081c790f5f1a8726f463550bb5b"
    + "7ff0db8e1ea1189ec72f93d1650011bd721aeeacc2acde32a04107f0648c2813"
    + "a31f5b0b7765ff8b44b4b6ffc93384b646eb09c7cf5e8592d40ea33c80039f35"
    + "b4f14a04b51f7bfd781be4d1673164ba8eb991c2c4d730bbbe35f592bdef524a"
    + "f7e8daefd26c66fc02c479af89d64d373f442709439de66ceb955f3ea37d5159"
    + "f6135809f85334b5cb1813addc80cd05609f10ac6a95ad65872c909525bdad32"
    + "bc729592642920f24c61dc5b3c3b7923e56b16a4d9d373d8721f24a3fc0f1b31"
    + "31f55615172866bccc30f95054c824e733a5eb6817f7bc16399d48c6361cc7e5"

  /// N's bytes, the most significant first.
  static let modulusBytes: [UInt8] = {
    guard let bytes = try? Hex.decode(modulusDigits) else {
      preconditionFailure("the digits are hexadecimal")
    }
    return bytes
  }()

  static let arithmetic = Montgomery(modulus: Limb.limbs(modulusBytes))

  /// The element's canonical writing: of a and N − a the smaller, big-endian.
  static func bytes(_ number: [UInt64]) -> [UInt8] {
    let negative = Limb.difference(arithmetic.modulus, number)
    return Limb.bytes(Limb.isLess(negative, than: number) ? negative : number)
  }

  /// Reads an element, of which there is one writing.
  static func number(_ bytes: [UInt8], name: String) throws(BeaconError) -> [UInt64] {
    guard bytes.count == DelayProof.elementByteCount else {
      throw .elementByteCount(name: name, found: bytes.count)
    }
    let number = Limb.limbs(bytes)
    guard Limb.isLess(number, than: arithmetic.modulus), self.bytes(number) == bytes,
      number.contains(where: { $0 != 0 })
    else { throw .notCanonical(name: name) }
    return number
  }

  /// The element that a digest stands for: 2,304 bits of SHA-256 blocks, modulo N.
  static func element(for input: Digest) -> [UInt64] {
    let bytes = (0..<9).flatMap { (block: UInt8) in
      SHA256.digest(domain: "assay/delay-input/v1", [input.bytes, [block]]).bytes
    }
    let number = Limb.remainder(of: Limb.limbs(bytes), modulo: arithmetic.modulus)
    return Limb.limbs(self.bytes(number))
  }

  /// The challenge of Wesolowski's proof: the first prime among 256-bit hashes of N, x, y and T.
  static func prime(input x: [UInt64], output y: [UInt8], squarings: UInt64) -> [UInt64] {
    var writer = WireWriter()
    writer.write(squarings)
    let statement = SHA256.digest(
      domain: "assay/delay-statement/v1", [modulusBytes, Limb.bytes(x), y, writer.bytes])
    var counter: UInt64 = 0
    while true {
      var number = WireWriter()
      number.write(counter)
      var candidate = Limb.limbs(
        SHA256.digest(domain: "assay/delay-prime/v1", [statement.bytes, number.bytes]).bytes)
      candidate[0] |= 1
      candidate[3] |= 1 << 63
      if Limb.isProbablePrime(candidate) { return candidate }
      counter += 1
    }
  }
}
