/// Profits of many jobs, summed exactly.
public struct Sample: Hashable, Sendable {
  /// How many jobs.
  public private(set) var count = 0
  /// The sum of what they brought, in the asset's smallest unit.
  public private(set) var sum: Int128 = 0
  private var squares: Int128 = 0

  /// Nothing yet.
  public init() {}

  /// One job more.
  mutating func add(_ profit: Int128) {
    count += 1
    sum += profit
    squares += profit * profit
  }

  /// The mean, rounded to nearest.
  public var mean: Int128 { Self.rounded(sum, by: Int128(max(1, count))) }

  /// Half the width of the interval that holds the expectation in 95 of 100 cases, rounded up:
  /// 1.96 · s / √n with the sample's standard deviation s.
  public var halfWidth: Int128 {
    guard count > 1 else { return count == 0 ? 0 : .max }
    let n = Int128(count)
    // (n Σx² − (Σx)²) / (n (n − 1)) is s², and 1.96² = 3.8416.
    let spread = squares - sum * sum / n
    guard spread > 0 else { return 0 }
    let square = spread / (n - 1) * 38_416 / n / 10_000
    return Self.root(UInt128(square)) + 1
  }

  private static func rounded(_ value: Int128, by divisor: Int128) -> Int128 {
    (value < 0 ? value - divisor / 2 : value + divisor / 2) / divisor
  }

  /// ⌊√value⌋ by Newton's method.
  private static func root(_ value: UInt128) -> Int128 {
    guard value > 0 else { return 0 }
    var guess = UInt128(1) << ((128 - value.leadingZeroBitCount + 1) / 2)
    // BOUND: the guesses fall until they reach the root.
    while true {
      let next = (guess + value / guess) / 2
      if next >= guess { return Int128(guess) }
      guess = next
    }
  }
}
