import AssayWire
import Testing

@testable import AssayTolerance

@Suite struct DistanceTests {
  private func state(
    _ type: ScalarType, _ contents: [UInt8], name: String = "model/weight"
  ) throws -> TracedState {
    try TracedState(
      tensors: [
        TracedTensor(
          name: name, type: type, dimensions: [contents.count / type.byteCount], contents: contents)
      ], values: .null, file: "sample")
  }

  private func floats(_ values: [Float]) -> [UInt8] {
    ToyTraining.bytes(values)
  }

  @Test func distancesAreThoseOfTheDefinitions() throws {
    // Of (1, 2, 2) and (1, −1, 6): differences 0, 3, 4; norms 3 and √38; product 11.
    let measured = try #require(
      GroupDistances.between(
        state(.float32, floats([1, 2, 2])), state(.float32, floats([1, -1, 6])))["model"])
    #expect(measured[.l1] == 7)
    #expect(measured[.l2] == 5)
    #expect(measured[.linf] == 4)
    #expect(abs(measured[.cosine] - (1 - 11 / (3 * 38.0.squareRoot()))) < 1e-15)
  }

  @Test func equalStatesAreNoDistanceApart() throws {
    let one = try state(.float32, floats([0.1, -7, 3e-9]))
    let measured = try #require(GroupDistances.between(one, one)["model"])
    for distance in Distance.allCases { #expect(measured[distance] < 1e-15) }
  }

  @Test(arguments: [
    (ScalarType.float16, [UInt8](arrayLiteral: 0x00, 0x3c), 1.0),
    (.bfloat16, [0x80, 0x3f], 1), (.float32, [0, 0, 0x80, 0x3f], 1),
    (.float64, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 1), (.float16, [0x01, 0x00], 0x1p-24),
  ])
  func everyFloatingTypeIsReadAsItsValue(type: ScalarType, bytes: [UInt8], value: Double) throws {
    let zero = try state(type, [UInt8](repeating: 0, count: bytes.count))
    #expect(GroupDistances.between(zero, try state(type, bytes))["model"]?[.l1] == value)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aNumberThatIsNotFiniteIsWithinNothing(value: Float) throws {
    let honest = try state(.float32, floats([1, 2]))
    let spoiled = try state(.float32, floats([1, value]))
    let bounds = Distance.allCases.map {
      TolerancePolicy.Bound(group: "model", distance: $0, reference: 1, threshold: 1e300)
    }
    let policy = TolerancePolicy(selection: .every, bounds: bounds)
    for (left, right) in [(honest, spoiled), (spoiled, honest), (spoiled, spoiled)] {
      let distances = GroupDistances.measured(left, right, policy)
      let finding = IntervalFinding(interval: 0, distances: distances, updates: distances)
      #expect(!finding.isWithin(policy), "\(distances)")
    }
  }

  @Test func anIntervalShowsNothingWhereOneGroupStaysWithinItsTolerance() {
    let policy = TolerancePolicy(
      selection: .every,
      bounds: [
        .init(group: "model", distance: .l2, reference: 1, threshold: 0.1),
        .init(group: "model", distance: .linf, reference: 1, threshold: 0.1),
        .init(group: "optimizer", distance: .l2, reference: 1, threshold: 0.1),
      ])
    for (updates, isUninformative) in [
      ([1, 1, 1], false), ([1, 0.1, 1], false), ([0.1, 0.1, 1], true), ([1, 1, 0], true),
      ([0, 0, 0], true), ([.infinity, .infinity, .infinity], false),
    ] {
      let finding = IntervalFinding(interval: 0, distances: [0, 0, 0], updates: updates)
      #expect(finding.isUninformative(policy) == isUninformative, "\(updates)")
    }
  }

  @Test func aTensorThatTheFirstStateLacksCountsAsZeros() throws {
    let first = try state(.float32, floats([1]), name: "model/weight")
    let second = try state(.float32, floats([3, 4]), name: "optimizer/momentum")
    #expect(GroupDistances.between(first, second)["optimizer"]?[.l2] == 5)
  }

  @Test func aCounterIsComparedForEqualityAndIsPartOfNoDistance() throws {
    func counted(_ count: Float) throws -> TracedState {
      try TracedState(
        tensors: [
          TracedTensor(
            name: "optimizer/step", type: .float32, dimensions: [], contents: floats([count])),
          TracedTensor(
            name: "optimizer/mean", type: .float32, dimensions: [1], contents: floats([0.5])),
        ], values: .null, file: "sample")
    }
    #expect(try GroupDistances.between(counted(3), counted(60))["optimizer"]?[.l1] == 0)
    #expect(try counted(60).exactDifference(from: counted(60)) == nil)
    for (claimed, executed) in [(59, 60), (59.5, 60), (60, 59.5), (.nan, 60)] as [(Float, Float)] {
      #expect(
        try counted(claimed).exactDifference(from: counted(executed)) == "optimizer/step")
    }
    // A single weight that is no whole number has its tolerance.
    #expect(try counted(0.25).exactDifference(from: counted(0.26)) == nil)
    #expect(try GroupDistances.between(counted(0.25), counted(0.5))["optimizer"]?[.l1] == 0.25)
  }
}
