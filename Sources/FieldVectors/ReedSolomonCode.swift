internal import CAssayFieldKernels

/// A Reed–Solomon code: the 2^`messageBits` coefficients of a polynomial become its values at the
/// powers 0 … n − 1 of `Goldilocks.rootOfUnity(log2Order:)` for n = 2^(`messageBits` + `rateBits`).
///
/// Making one computes tables of n elements at most; use it for many calls.
public struct ReedSolomonCode: Sendable {
  /// log₂ of the number of coefficients.
  public let messageBits: Int
  /// log₂ of the number of values for each coefficient.
  public let rateBits: Int
  private let constants: [UInt64]

  /// - Precondition: neither number is negative, and their sum is at most 32.
  public init(messageBits: Int, rateBits: Int) {
    precondition(
      messageBits >= 0 && rateBits >= 0 && messageBits <= 32 - min(rateBits, 33),
      "a code has 2^0 to 2^32 values")
    self.messageBits = messageBits
    self.rateBits = rateBits
    let count = assay_code_constant_count(Int32(messageBits), Int32(rateBits))
    var constants = [UInt64](repeating: 0, count: max(1, Int(count)))
    // SAFETY: the array has as many words as the kernel asked for.
    unsafe assay_code_fill(Int32(messageBits), Int32(rateBits), &constants)
    self.constants = constants
  }

  /// The number of values: n.
  public var codeLength: Int { 1 << (messageBits + rateBits) }

  /// Where the value at power `index` lies in a code word as kernels arrange it: the powers that
  /// are equal modulo 2^`rateBits` together, the other bits in reverse.
  ///
  /// - Precondition: the index is from 0 to n − 1.
  public func place(ofColumn index: Int) -> Int {
    Self.place(ofColumn: index, messageBits: messageBits, rateBits: rateBits)
  }

  /// The same for a code that need not be there.
  public static func place(ofColumn index: Int, messageBits: Int, rateBits: Int) -> Int {
    precondition((0..<1 << (messageBits + rateBits)).contains(index), "a column of the code")
    let coset = index & (1 << rateBits - 1)
    var (rest, reversed) = (index >> rateBits, coset)
    for _ in 0..<messageBits {
      reversed = reversed << 1 | rest & 1
      rest >>= 1
    }
    return reversed
  }

  /// How many bytes kernels take to mark some of the code's values.
  var wantedByteCount: Int {
    // SAFETY: the kernel only reads the code's numbers of bits.
    unsafe withCode { unsafe Int(assay_columns_wanted_bytes($0)) }
  }

  /// Lends the code to a kernel.
  func withCode<Result>(_ body: (UnsafePointer<assay_code>) -> Result) -> Result {
    // SAFETY: the array is not empty, its memory is valid during the call, kernels keep no pointer.
    unsafe constants.withUnsafeBufferPointer { buffer in
      guard let constants = buffer.baseAddress else { preconditionFailure("a code has constants") }
      var code = unsafe assay_code(
        message_bits: Int32(messageBits), rate_bits: Int32(rateBits), constants: constants)
      return unsafe withUnsafePointer(to: &code, body)
    }
  }
}
