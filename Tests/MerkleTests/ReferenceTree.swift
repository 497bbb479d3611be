import AssayCryptography
import AssayTestSupport

/// RFC 9162 §2.1 word for word: slow, recursive, and sharing no code with what it checks.
enum ReferenceTree {
  static func leaves(_ count: Int) -> [[UInt8]] {
    (0..<count).map { Array("leaf \($0)".utf8) }
  }

  static func split(_ n: Int) -> Int {
    var k = 1
    while k * 2 < n { k *= 2 }
    return k
  }

  /// MTH(D_n), §2.1.1.
  static func root(_ d: ArraySlice<[UInt8]>) -> [UInt8] {
    if d.isEmpty { return SHA256.digest(of: []).bytes }
    if d.count == 1 { return SHA256.digest(of: [0] + d[d.startIndex]).bytes }
    let k = d.startIndex + split(d.count)
    return SHA256.digest(of: [1] + root(d[..<k]) + root(d[k...])).bytes
  }

  /// PATH(m, D_n), §2.1.3.1.
  static func path(_ m: Int, _ d: ArraySlice<[UInt8]>) -> [[UInt8]] {
    if d.count == 1 { return [] }
    let k = split(d.count)
    let (left, right) = (d[..<(d.startIndex + k)], d[(d.startIndex + k)...])
    return m < k ? path(m, left) + [root(right)] : path(m - k, right) + [root(left)]
  }

  /// PROOF(m, D_n), §2.1.4.1.
  static func proof(_ m: Int, _ d: ArraySlice<[UInt8]>) -> [[UInt8]] {
    subproof(m, d, true)
  }

  private static func subproof(_ m: Int, _ d: ArraySlice<[UInt8]>, _ b: Bool) -> [[UInt8]] {
    if m == d.count { return b ? [] : [root(d)] }
    let k = split(d.count)
    let (left, right) = (d[..<(d.startIndex + k)], d[(d.startIndex + k)...])
    return m <= k
      ? subproof(m, left, b) + [root(right)]
      : subproof(m - k, right, false) + [root(left)]
  }
}
