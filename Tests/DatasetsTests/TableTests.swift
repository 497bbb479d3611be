import AssaySpecification
import Testing

@testable import AssayDatasets

@Suite struct TableTests {
  private func load(
    _ text: String, _ layout: TableLayout = TableLayout(), target: DataDescription.Target? = nil
  ) throws(DatasetError) -> Dataset {
    try Dataset(
      table: Samples.file(Array(text.utf8), name: "t.csv"), layout: layout, target: target)
  }

  private func floats(_ dataset: Dataset) -> [Float] {
    var features: [Float] = []
    BatchReader(dataset, scale: .init())
      .gatherFeatures(Array(0..<dataset.exampleCount), into: &features)
    return features
  }

  @Test func readsFeaturesAndALastColumnOfLabels() throws {
    let dataset = try load("0.5,1,0\n-2.25,3e2,2\n")
    #expect(dataset.exampleShape.dimensions == [2])
    #expect(dataset.elementType == .float32)
    #expect(floats(dataset) == [0.5, 1, -2.25, 300])
    #expect(dataset.targets == .labels([0, 2], classes: 3))
  }

  @Test func readsNamedTargetColumns() throws {
    let text = "a,\"left, right\",b,\"say \"\"y\"\"\"\r\n1,2,3,4\r\n5,6,7,8"
    let layout = TableLayout(header: .present, targets: .named(["say \"y\"", "left, right"]))
    let dataset = try load(text, layout)
    #expect(floats(dataset) == [1, 3, 5, 7])
    #expect(dataset.targets == .values([4, 2, 8, 6], perExample: 2))
  }

  @Test func namesColumnsByNumberWithoutAHeader() throws {
    let dataset = try load("1,9.5\n0,8.5\n", TableLayout(header: .absent, targets: .named(["1"])))
    #expect(floats(dataset) == [9.5, 8.5])
    #expect(dataset.targets == .labels([1, 0], classes: 2))
  }

  @Test func passesOverAByteOrderMarkAndBlanks() throws {
    let dataset = try load("\u{feff}x,y\n 1 ,\t0\n")
    #expect(floats(dataset) == [1])
    #expect(dataset.targets == .labels([0], classes: 2))
  }

  @Test func fallsBackToValuesWhenOneTargetIsNoLabel() throws {
    #expect(try load("1,2\n3,4.5\n").targets == .values([2, 4.5], perExample: 1))
    #expect(
      try load("1,2\n3,4\n", target: .values(count: 1)).targets
        == .values([2, 4], perExample: 1))
  }

  @Test func readsAGzippedTable() throws {
    let file = Samples.file(Samples.gzip(Array("1,0\n2,1\n".utf8)))
    #expect(try Dataset(table: file, layout: TableLayout(), target: nil).exampleCount == 2)
  }

  @Test(arguments: [
    ("", 1, Int?.none), ("x,y\n", 2, nil), ("1\n", 1, nil), ("1,2\n1,2,3\n", 2, nil),
    ("1,2\n\n", 2, nil), ("1,2\nabc,2\n", 2, 1), ("1,2\n,2\n", 2, 1), ("1,2\nnan,2\n", 2, 1),
    ("1,2\ninf,2\n", 2, 1), ("1,2\n0x10,2\n", 2, 1), ("1,2\n1e99,2\n", 2, 1),
    ("1,2\n1\"2,2\n", 2, 1), ("1,2\n\"12,2\n", 2, 1), ("1,2\n\"12\"3,2\n", 2, 1),
    ("1,2\n3,4\r5,6\n", 2, 2), ("\"a\nb\",c\n1,2\nx,3\n", 4, 1),
  ])
  func refusesAMalformedRecord(text: String, line: Int, column: Int?) {
    #expect {
      try load(text)
    } throws: { error in
      guard case .record(_, let l, let c, _) = error as? DatasetError else { return false }
      return l == line && c == column
    }
  }

  @Test(arguments: ["-1", "3", "1.0", "", "cat", "99999999999999999999"])
  func refusesALabelOutOfRange(label: String) {
    let text = "1,0\n2,\(label)\n"
    #expect(
      throws: DatasetError.labelOutOfRange(example: 1, label: "\"\(label)\"", classes: 3)
    ) { try load(text, TableLayout(header: .absent), target: .label(classes: 3)) }
  }

  @Test func refusesUnknownAndRepeatedTargetColumns() {
    let header = TableLayout(header: .present, targets: .named(["z"]))
    #expect(throws: DatasetError.self) { try load("x,y\n1,2\n", header) }
    let twice = TableLayout(header: .present, targets: .named(["x", "x"]))
    #expect(throws: DatasetError.self) { try load("x,y\n1,2\n", twice) }
    let ambiguous = TableLayout(header: .present, targets: .named(["x"]))
    #expect(throws: DatasetError.self) { try load("x,x,y\n1,2,3\n", ambiguous) }
    let all = TableLayout(header: .present, targets: .named(["x", "y"]))
    #expect(throws: DatasetError.self) { try load("x,y\n1,2\n", all) }
    #expect(throws: DatasetError.self) {
      try load("x,y,z\n1,2,3\n", .init(targets: .named(["x", "y"])), target: .label(classes: 9))
    }
  }
}

@Suite struct DecimalNumberTests {
  private func read(_ text: String) -> Float? { DecimalNumber.float(Array(text.utf8)[...]) }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0x8000_0000), ("1", 0x3f80_0000), ("0.1", 0x3dcc_cccd),
      // Halfway cases around 2²⁴ and 1, and one where reading as a double first rounds wrongly.
      ("16777217", 0x4b80_0000), ("16777219", 0x4b80_0002),
      ("1.000000059604644775390625", 0x3f80_0000),
      ("1.000000059604644775390626", 0x3f80_0001), ("1.00000017881393432617187499", 0x3f80_0001),
      ("1.00000017881393432617187500", 0x3f80_0002), ("1.00000017881393432617187501", 0x3f80_0002),
      // The largest finite number, the smallest, and half of it.
      ("3.4028235e38", 0x7f7f_ffff), ("1.4e-45", 1), ("7.0064923216240853e-46", 0),
      ("7.0064923216240854e-46", 1), ("1e-400", 0), ("+2.5E+1", 0x41c8_0000), (".5", 0x3f00_0000),
      ("5.", 0x40a0_0000),
    ] as [(String, UInt32)])
  func roundsOnceToNearestEven(text: String, bits: UInt32) {
    #expect(read(text)?.bitPattern == bits)
  }

  @Test(arguments: [
    "", " ", "-", ".", "e5", "1e", "1e+", "1 2", "1..2", "0x1p3", "nan", "inf", "-Infinity",
    "1e39", "3.5e38", "1,5", "１", "1_000",
  ])
  func refusesWhatIsNoDecimalNumber(text: String) {
    #expect(read(text) == nil)
  }

  @Test func agreesWithTheLibraryOnManyNumbers() {
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
    var state = seed
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let digits = state >> 11
      let places = Int(state >> 5 & 15)
      let number = "\(digits % 1_000_000_000_000)"
      let text = number.dropLast(min(places, number.count)) + "." + number.suffix(places)
      #expect(read(String(text)) == Float(String("0" + text)), "seed=\(seed) case=\(text)")
    }
  }
}
