import AssayEvidence
import Testing

struct DetectionTests {
  /// C(n, k) in exact integers.
  private func choose(_ n: Int, _ k: Int) -> UInt128 {
    guard k <= n else { return 0 }
    return (0..<k).reduce(UInt128(1)) { $0 * UInt128(n - $1) / UInt128($1 + 1) }
  }

  @Test func agreesWithTheBinomialFormulaOnSmallCases() {
    for intervals in 1...24 {
      for drawn in 0...intervals {
        for falseIntervals in 0...intervals {
          let found = Detection.probability(
            intervals: intervals, drawn: drawn, falseIntervals: falseIntervals)
          let all = choose(intervals, drawn)
          let missed = choose(intervals - falseIntervals, drawn)
          // ⌊(all − missed) · 2⁶⁴ / all⌋, never overstated and short of it by at most k parts.
          let exact = (all - missed) * Probability.denominator / all
          #expect(found.numerator <= exact)
          #expect(exact - found.numerator <= UInt128(drawn) + 1)
        }
      }
    }
  }

  @Test func knownNumbersOfDrawsComeOut() {
    // 44 draws find 10 % cheating with 99 %, 459 find 1 % (large N, so nearly independent draws:
    // 1 − 0.9⁴⁴ = 0.9903, 1 − 0.99⁴⁵⁹ = 0.9901).
    let sure = Probability(millionths: 990_000)
    #expect(
      Detection.leastDraws(intervals: 1_000_000, falseIntervals: 100_000, confidence: sure) == 44)
    #expect(
      Detection.leastDraws(intervals: 1_000_000, falseIntervals: 10_000, confidence: sure) == 459)
    // One of N is found with k/N.
    let one = Detection.probability(intervals: 1_000, drawn: 44, falseIntervals: 1)
    #expect(one.roundedMillionths == 44_000)
    #expect(one.description == "4.4000 %")
  }

  @Test func theEndsAreExact() {
    #expect(Detection.probability(intervals: 10, drawn: 0, falseIntervals: 5) == .zero)
    #expect(Detection.probability(intervals: 10, drawn: 5, falseIntervals: 0) == .zero)
    #expect(Detection.probability(intervals: 10, drawn: 10, falseIntervals: 1) == .one)
    #expect(Detection.probability(intervals: 10, drawn: 1, falseIntervals: 10) == .one)
    #expect(Detection.probability(intervals: 10, drawn: 6, falseIntervals: 5) == .one)
    #expect(Detection.leastDraws(intervals: 10, falseIntervals: 0, confidence: .one) == nil)
    #expect(Detection.leastDraws(intervals: 10, falseIntervals: 1, confidence: .one) == 10)
    #expect(Detection.leastDraws(intervals: 10, falseIntervals: 1, confidence: .zero) == 0)
  }

  @Test func moreDrawsAndMoreFalseIntervalsNeverFindLess() {
    for drawn in 0..<30 {
      for falseIntervals in 0..<30 {
        let found = Detection.probability(
          intervals: 30, drawn: drawn, falseIntervals: falseIntervals)
        #expect(
          found
            <= Detection.probability(
              intervals: 30, drawn: drawn + 1, falseIntervals: falseIntervals))
        #expect(
          found
            <= Detection.probability(
              intervals: 30, drawn: drawn, falseIntervals: falseIntervals + 1))
      }
    }
  }

  @Test func theTableStartsWithOneIntervalAndEndsWithAll() throws {
    let table = Detection.table(intervals: 1_000, drawn: 44)
    #expect(table.map(\.falseIntervals) == [1, 5, 10, 20, 50, 100, 200, 500, 1_000])
    #expect(table.last?.detection == .one)
    #expect(Detection.table(intervals: 1, drawn: 1).map(\.falseIntervals) == [1])
  }

  @Test func probabilitiesAreShownWithoutOverstating() {
    #expect(Probability.one.description == "100.0000 %")
    #expect(Probability.zero.description == "0.0000 %")
    #expect(
      Detection.probability(intervals: 1 << 20, drawn: 1 << 15, falseIntervals: 1 << 15)
        .description == "99.9999 %")
    for millionths in [0, 1, 299_999, 500_000, 999_999, 1_000_000] {
      #expect(Probability(millionths: millionths).millionths == millionths)
    }
  }
}

struct DeterrenceTests {
  /// For every number of false intervals, in rationals: C(N, k) clears the denominators.
  private func paysSomewhere(
    _ intervals: Int, _ drawn: Int, forfeit: Int128, cost: Int128, gain: Int128
  ) -> Bool {
    func choose(_ n: Int, _ k: Int) -> Int128 {
      k > n ? 0 : (0..<k).reduce(Int128(1)) { $0 * Int128(n - $1) / Int128($1 + 1) }
    }
    let all = choose(intervals, drawn)
    return (1...intervals).contains { count in
      let found = all - choose(intervals - count, drawn)
      // d·F > (m/N)·C + G, times C(N, k)·N.
      return found * Int128(intervals) * forfeit
        <= all * (Int128(count) * cost + Int128(intervals) * gain)
    }
  }

  @Test func theTwoEndsDecideForEveryNumberOfFalseIntervals() {
    var holding = 0
    for intervals in 1...12 {
      for drawn in 1...intervals {
        for forfeit in stride(from: 0, through: 120, by: 7) {
          for (cost, gain) in [(0, 0), (50, 0), (50, 3), (10, 9), (100, 1)] {
            let deterrence = Deterrence(
              intervals: intervals, drawn: drawn, forfeit: UInt128(forfeit),
              workCost: UInt128(cost), outsideGain: UInt128(gain))
            let pays = paysSomewhere(
              intervals, drawn, forfeit: Int128(forfeit), cost: Int128(cost), gain: Int128(gain))
            #expect(deterrence.holds == !pays, "\(deterrence)")
            holding += deterrence.holds ? 1 : 0
          }
        }
      }
    }
    #expect(holding > 100)
  }

  @Test func thePlannersGiveTheLeastThatIsEnough() throws {
    for (forfeit, cost, gain) in [(1_480, 800, 0), (1_480, 800, 30), (900, 800, 5), (5, 4, 0)] {
      let least = Deterrence.leastDraws(
        intervals: 40, forfeit: UInt128(forfeit), workCost: UInt128(cost),
        outsideGain: UInt128(gain))
      for drawn in 1...40 {
        let holds =
          Deterrence(
            intervals: 40, drawn: drawn, forfeit: UInt128(forfeit), workCost: UInt128(cost),
            outsideGain: UInt128(gain)
          ).holds
        #expect(holds == (least.map { drawn >= $0 } ?? false))
        let stake = try #require(
          Deterrence.leastForfeit(
            intervals: 40, drawn: drawn, workCost: UInt128(cost), outsideGain: UInt128(gain)))
        func holdsWith(_ forfeit: UInt128) -> Bool {
          Deterrence(
            intervals: 40, drawn: drawn, forfeit: forfeit, workCost: UInt128(cost),
            outsideGain: UInt128(gain)
          ).holds
        }
        #expect(holdsWith(stake) && !holdsWith(stake - 1))
      }
    }
  }

  @Test func theLargestAmountsDoNotOverflow() {
    let most = UInt128.max
    #expect(
      Deterrence.leastDraws(intervals: 0, forfeit: 1, workCost: 0, outsideGain: 0) == nil)
    // One draw finds it in time, but work and gain together are 2¹²⁸.
    #expect(
      Deterrence.leastForfeit(
        intervals: 2, drawn: 2, workCost: 1 << 127, outsideGain: 1 << 127) == nil)
    #expect(
      !Deterrence(
        intervals: 1 << 20, drawn: 1 << 20, forfeit: most, workCost: most, outsideGain: most
      ).holds)
    #expect(
      Deterrence(intervals: 1 << 20, drawn: 2, forfeit: most, workCost: most - 1, outsideGain: 0)
        .holds)
    #expect(
      Deterrence.leastForfeit(
        intervals: 1 << 20, drawn: 1, workCost: most, outsideGain: most) == nil)
    #expect(
      Deterrence.leastDraws(
        intervals: 10, forfeit: most, workCost: most, outsideGain: most) == nil)
  }
}
