import AssayTranscripts
import Testing

@Suite struct ScheduleTests {
  @Test func everyLabelKindAndNumberIsInTheDigest() {
    let kinds: [Schedule.Kind] = [
      .digest, .elements(0), .elements(1), .bytes(0), .bytes(1), .opening(limit: 0),
      .opening(limit: 1), .challenges(0), .challenges(1), .indices(count: 0, bits: 0),
      .indices(count: 1, bits: 0), .indices(count: 0, bits: 1), .grind(bits: 0), .grind(bits: 1),
    ]
    var schedules = kinds.map { Schedule([.init("a", $0)]) }
    schedules += [
      Schedule([]), Schedule([.init("", .digest)]), Schedule([.init("b", .digest)]),
      Schedule([.init("a", .digest), .init("b", .digest)]),
      Schedule([.init("b", .digest), .init("a", .digest)]),
    ]
    #expect(Set(schedules.map(\.digest)).count == schedules.count)
  }

  static let impossible: [Schedule.Kind] = [
    .elements(-1), .bytes(1 << 32 + 1), .opening(limit: -1), .opening(limit: 1 << 32),
    .challenges(-1), .indices(count: -1, bits: 1), .indices(count: 1, bits: 63),
    .indices(count: 1, bits: -1), .grind(bits: 65), .grind(bits: -1),
  ]

  @Test(arguments: impossible.indices)
  func impossibleStepsAreNotMade(index: Int) async {
    await #expect(processExitsWith: .failure) { [index = index as Int] in
      _ = Schedule.Step("a", Self.impossible[index])
    }
  }
}
