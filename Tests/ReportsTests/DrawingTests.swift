import Testing

@testable import AssayReports

@Suite struct NumbersTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (-7, "−7"), (999, "999"), (1000, "1,000"), (-1_234_567, "−1,234,567"),
    (Int.min, "−9,223,372,036,854,775,808"),
  ])
  func groupsDigits(value: Int, text: String) { #expect(Numbers.grouped(value) == text) }

  @Test(arguments: [
    (0, 2, "0.00"), (1.005, 1, "1.0"), (0.25, 1, "0.3"), (-0.04, 1, "0.0"),
    (1234.5678, 2, "1,234.57"),
    (Double.nan, 2, "–"), (.infinity, 2, "–"), (1e30, 0, "–"), (9.99, 1, "10.0"),
  ])
  func writesFixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(Numbers.fixed(value, decimals) == text)
  }

  @Test(arguments: [
    (0, "0 %"), (1, "100 %"), (0.5, "50 %"), (0.043, "4.3 %"), (0.001, "0.1 %"),
    (0.000_4, "0.04 %"),
    (0.99, "99 %"), (0.972, "97.2 %"), (0.9995, "99.95 %"), (0.999_99, "> 99.99 %"),
    (1e-9, "< 0.01 %"), (-1, "0 %"), (2, "100 %"), (.nan, "–"),
  ])
  func writesShares(share: Double, text: String) { #expect(Numbers.percent(share) == text) }

  @Test(arguments: [
    (0, "0 µs"), (0.000_5, "500 µs"), (0.001_5, "1.5 ms"), (0.91, "910 ms"), (1.867, "1.87 s"),
    (38.42, "38.4 s"), (245, "4 min 05 s"), (12_000, "3 h 20 min"), (-1, "–"), (.infinity, "–"),
    (0.999_6, "1.00 s"), (9.996, "10.0 s"), (99.96, "1 min 40 s"),
  ])
  func writesDurations(seconds: Double, text: String) { #expect(Numbers.duration(seconds) == text) }

  @Test(arguments: [
    (0, "0"), (0.0398, "0.0398"), (2.3026, "2.30"), (45.67, "45.7"), (12_345, "12,345"),
    (0.000_012, "0.0000120"), (3.2e-9, "3.2e−9"), (-0.5, "−0.500"), (.nan, "–"),
  ])
  func writesAboutThreeDigits(value: Double, text: String) { #expect(Numbers.short(value) == text) }

  @Test(arguments: [
    (0, "0"), (1.5, "1.5"), (-2.25, "-2.25"), (0.004, "0"), (-0.004, "0"), (10.05, "10.05"),
    (.nan, "0"), (1e30, "0"),
  ])
  func writesCoordinates(value: Double, text: String) {
    #expect(Numbers.coordinate(value) == text)
  }

  @Test func writesAmounts() {
    let dollars = Asset(symbol: "USD", decimals: 2)
    #expect(dollars.text(125_000) == "1,250.00")
    #expect(dollars.text(-5) == "−0.05")
    #expect(dollars.change(5) == "+0.05")
    #expect(dollars.change(0) == "0.00")
    #expect(Asset(symbol: "J", decimals: 0).text(1234) == "1,234")
    #expect(
      Asset(symbol: "E", decimals: 18).text(.max)
        == "170,141,183,460,469,231,731.687303715884105727")
    #expect(Asset(symbol: "E", decimals: 0).text(.min).hasPrefix("−170,141,183,460"))
  }
}

@Suite struct AxisTests {
  @Test(arguments: [
    (0.0, 10_000.0, 5, [0, 2000, 4000, 6000, 8000, 10_000] as [Double]),
    (0, 2.31, 5, [0, 0.5, 1, 1.5, 2, 2.5]), (0.5, 1, 5, [0.5, 0.6, 0.7, 0.8, 0.9, 1]),
    (-3, 3, 3, [-4, -2, 0, 2, 4]),
  ])
  func ticksStandAtRoundNumbers(lower: Double, upper: Double, count: Int, ticks: [Double]) {
    let axis = Axis.linear(lower...upper, tickCount: count)
    #expect(axis.ticks.count == ticks.count)
    for (found, expected) in zip(axis.ticks, ticks) { #expect(abs(found - expected) < 1e-9) }
    #expect(axis.position(axis.lower) == 0 && axis.position(axis.upper) == 1)
  }

  @Test func everyAxisHoldsItsRangeAndFewTicks() {
    var state: UInt64 = 9
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let first = Double(Int64(bitPattern: state) >> 30) / 1e5
      let second = first + Double(state >> 44) / 1e4
      let linear = Axis.linear(first...second, tickCount: 5)
      #expect(linear.lower <= first && linear.upper >= second * 0.999_999_999 - 1e-9)
      #expect((2...8).contains(linear.ticks.count), "\(first)...\(second)")
      let low = Double(state >> 50) / 1e6 + 1e-9
      let log = Axis.logarithmic(low...(low * (1 + Double(state & 0xffff))))
      #expect((1...9).contains(log.ticks.count), "\(low)")
      #expect(log.lower <= low)
    }
  }

  @Test func positionsStayWithinTheAxisForAnyValue() {
    for axis in [
      Axis.linear(0...0, tickCount: 5), .tight(3...3, tickCount: 4), .logarithmic(1...1),
    ] {
      for value in [Double.nan, .infinity, -.infinity, 0, -1, 1e300] {
        let position = axis.position(value)
        #expect(position >= 0 && position <= 1)
      }
    }
  }

  @Test(arguments: [(1, 0), (10, 1), (1000, 3), (0.001, -3), (2, 0.301_03), (5e-7, -6.301_03)])
  func logarithmsPlaceAPixel(value: Double, expected: Double) {
    #expect(abs(Axis.commonLogarithm(value) - expected) < 1e-4)
  }
}

@Suite struct CurveTests {
  @Test func bucketsKeepEveryPoint() {
    let curve = SampleReports.curve("x", 1003) { step, noise in step + noise }
    let buckets = curve.buckets(limit: 100)
    #expect(buckets.count == 100)
    #expect(buckets.allSatisfy { $0.least <= $0.mean && $0.mean <= $0.greatest })
    #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.step < $1.step })
    #expect(buckets[0].least == curve.points[0].value)
    #expect(curve.buckets(limit: 5000).count == 1003)
    #expect(curve.buckets(limit: 0).count == 1)
    #expect(Curve(name: "", points: []).buckets(limit: 10).isEmpty)
  }

  @Test func leavesOutWhatIsNotFinite() {
    let curve = Curve(
      name: "x",
      points: [
        .init(step: 1, value: .nan), .init(step: 2, value: 1), .init(step: .infinity, value: 1),
        .init(step: 3, value: -.infinity),
      ])
    #expect(curve.finitePoints == [.init(step: 2, value: 1)])
    let chart = LineChart(id: "x", title: "x", curves: [curve], quantity: .number)
    #expect(chart.omittedCount == 3)
  }
}

@Suite struct TraceStripTests {
  @Test func columnsFitTheWidth() {
    for count in 1...TraceStrip.cellLimit {
      for width in [310.0, 840] {
        let columns = TraceStrip.columns(count: count, width: width)
        #expect(columns >= 1 && columns <= max(10, count))
        #expect(width / Double(columns) >= 5.5, "\(count) in \(width)")
      }
    }
  }

  @Test func ignoresIntervalsOutsideTheTrace() {
    let trace = TraceSummary(
      intervalCount: 10, stepsPerInterval: 1,
      checks: [-1, 3, 3, 10, .max].map { .init(interval: $0, finding: .same) },
      falsified: [-5..<2, 8..<50, 20..<30])
    #expect(trace.validChecks.map(\.interval) == [3])
    #expect(trace.validFalsified == [0..<2, 8..<10])
  }
}

@Suite struct MoneyFlowTests {
  @Test func ribbonsAreOnOneScaleAndBoxesHoldThem() throws {
    let layout = FlowLayout(try #require(SampleReports.honest.money), width: 880)
    #expect(
      layout.nodes.map(\.name) == [
        "Buyer", "Provider", "Escrow", "Stake", "Provider", "Verifier", "Operator",
      ])
    let provider = try #require(layout.nodes.first { $0.column == .payee })
    #expect(provider.amount == 125_000)
    #expect(provider.notes == ["payout", "stake back"])
    let escrow = try #require(layout.nodes.first { $0.name == "Escrow" })
    #expect(abs(provider.height / escrow.height - 1.25) < 1e-9)
    #expect(layout.ribbons.count == 6)
    for node in layout.nodes {
      #expect(node.top >= 0 && node.top + node.height <= layout.height)
      #expect(node.x >= 0 && node.x <= layout.width)
    }
    for first in layout.nodes {
      for second in layout.nodes where first.column == second.column && first != second {
        #expect(
          first.top + first.height <= second.top || second.top + second.height <= first.top)
      }
    }
  }
}
