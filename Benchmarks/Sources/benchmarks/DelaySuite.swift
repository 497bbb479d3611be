internal import AssayBeacons
internal import AssayCryptography
internal import CBaselines
internal import Harness

/// The delay function: its squarings beside GMP's modular power, its proof, its verification.
enum DelaySuite {
  static func make() -> [Suite] {
    [squarings(), proving(1 << 20), proving(1 << 22), verification()]
  }

  private static let input = SHA256.digest(of: Array("delay".utf8))

  private static func evaluation(_ squarings: UInt64) -> DelayEvaluation {
    do {
      var evaluation = try DelayEvaluation(input: input, squarings: squarings)
      while evaluation.advance() {}
      return evaluation
    } catch { preconditionFailure("\(error)") }
  }

  private static func squarings() -> Suite {
    let count = 1 << 18
    var suite = Suite(
      "delay squarings", unit: "10³ squarings/s", parameters: [("squarings", "\(count)")])
    suite.add("GMP, mpz_powm", work: Double(count) / 1e3) {
      // SAFETY: the digits end in a zero, and GMP keeps no pointer to them.
      precondition(unsafe assay_powm_squarings(modulus, Int64(count)) != 1, "the power is used")
    }
    suite.add("Assay, with checkpoints", work: Double(count) / 1e3) {
      _ = evaluation(UInt64(count))
    }
    return suite
  }

  /// The delay beside its proof, whose figure is what it adds: squarings a second of proving.
  private static func proving(_ count: UInt64) -> Suite {
    var suite = Suite(
      "delay proof", unit: "10³ squarings/s", parameters: [("squarings", "\(count)")])
    let done = evaluation(count)
    suite.add("delay", work: Double(count) / 1e3) { _ = evaluation(count) }
    for cores in [1, 2] {
      suite.add("proof, \(cores) core\(cores == 1 ? "" : "s")", work: Double(count) / 1e3) {
        _ = done.prove(cores: cores)
      }
    }
    return suite
  }

  private static func verification() -> Suite {
    var suite = Suite("delay verification", unit: "proofs/s", parameters: [])
    let proof = evaluation(1 << 16).prove()
    suite.add("verify", work: 20) {
      for _ in 0..<20 { do { try proof.verify(input: input) } catch { preconditionFailure() } }
    }
    return suite
  }

  private static let modulus =
    "c7970ceedcc3b0754490201a7aa613cd73911081c790f5f1a8726f463550bb5b"
    + "7ff0db8e1ea1189ec72f93d1650011bd721aeeacc2acde32a04107f0648c2813"
    + "a31f5b0b7765ff8b44b4b6ffc93384b646eb09c7cf5e8592d40ea33c80039f35"
    + "b4f14a04b51f7bfd781be4d1673164ba8eb991c2c4d730bbbe35f592bdef524a"
    + "f7e8daefd26c66fc02c479af89d64d373f442709439de66ceb955f3ea37d5159"
    + "f6135809f85334b5cb1813addc80cd05609f10ac6a95ad65872c909525bdad32"
    + "bc729592642920f24c61dc5b3c3b7923e56b16a4d9d373d8721f24a3fc0f1b31"
    + "31f55615172866bccc30f95054c824e733a5eb6817f7bc16399d48c6361cc7e5"
}
