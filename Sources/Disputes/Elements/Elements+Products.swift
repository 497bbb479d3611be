internal import AssaySpecification

/// The numbers of an operator that both numerics have.
enum Numbers: Sendable {
  /// float32, summed in blocks, each term by one fused multiply and add.
  case float
  /// Whole, summed exactly.
  case whole
}

/// An element that is multiplied; outside of an image, 0.
struct Factor: Sendable {
  let buffer: BufferID
  let element: Int?

  init(_ buffer: BufferID, _ element: Int?) {
    self.buffer = buffer
    self.element = element
  }
}

extension ElementProgram {
  /// Appends the sum of the products of `count` pairs of factors; 0 where there are none.
  mutating func sum(
    _ count: Int, of numbers: Numbers, _ factors: @escaping @Sendable (Int) -> (Factor, Factor)
  ) {
    guard count > 0 else {
      append(1) { (_: Int, _: Scalars) throws(DisputeError) -> UInt64 in 0 }
      return
    }
    switch numbers {
    case .float:
      _ = blocks(0..<count) { k, sum, s throws(DisputeError) in
        let (left, right) = factors(k)
        return ScalarFunctions.fma(try s.float(left), try s.float(right), sum)
      }
    case .whole:
      _ = wholeChain(count) { k, sum, s throws(DisputeError) in
        let (left, right) = factors(k)
        return try sum &+ s.integer(left) &* s.integer(right)
      }
    }
  }

  /// Appends an element of op(a)·op(b), op being transposition where asked.
  mutating func appendProduct(
    _ a: BufferID, _ b: BufferID, m: Int, n: Int, k: Int, _ isTransposed: (a: Bool, b: Bool),
    at element: Int, of numbers: Numbers
  ) {
    let (i, j) = element.quotientAndRemainder(dividingBy: n)
    sum(k, of: numbers) { p in
      (
        Factor(a, isTransposed.a ? p * m + i : i * k + p),
        Factor(b, isTransposed.b ? j * k + p : p * n + j)
      )
    }
  }
}

extension Scalars {
  fileprivate func float(_ factor: Factor) throws(DisputeError) -> Float {
    guard let element = factor.element else { return 0 }
    return try input(factor.buffer, element)
  }

  fileprivate func integer(_ factor: Factor) throws(DisputeError) -> Int {
    guard let element = factor.element else { return 0 }
    return try integer(factor.buffer, element)
  }
}
