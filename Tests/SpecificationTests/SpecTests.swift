import AssayCryptography
import AssayTestSupport
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct SpecTests {
  @Test func aTemplateIsReadBackAsItWasWritten() throws {
    let spec = try Spec(decoding: Samples.spec())
    #expect(spec.steps == 25 && spec.interval == 4 && spec.batchSize == 5)
    #expect(spec.intervalCount == 7 && spec.traceSize == 8)
    #expect(spec.steps(ofInterval: 0) == 1...4 && spec.steps(ofInterval: 6) == 25...25)
    #expect(spec.record(atStep: 25) == 7 && spec.record(atStep: 24) == 6)
    #expect(spec.record(atStep: 23) == nil && spec.record(atStep: 26) == nil)
    #expect(spec.digest == SHA256.digest(of: spec.bytes))
    #expect(
      spec.stateLayout.tensors.map(\.name) == spec.stateLayout.tensors.map(\.name).sorted())
  }

  /// Every path to an object in a JSON value, with the object's members.
  private func objects(_ value: JSONValue, _ path: [Int] = []) -> [(
    path: [Int], members: [JSONMember]
  )] {
    switch value {
    case .object(let members):
      [(path, members)]
        + members.enumerated().flatMap { objects($1.value, path + [$0]) }
    case .array(let items):
      items.enumerated().flatMap { objects($1, path + [$0]) }
    default: []
    }
  }

  private func replacing(
    _ value: JSONValue, at path: ArraySlice<Int>, _ change: ([JSONMember]) -> [JSONMember]
  ) -> JSONValue {
    switch value {
    case .object(var members):
      guard let index = path.first else { return .object(change(members)) }
      members[index] = JSONMember(
        name: members[index].name,
        value: replacing(members[index].value, at: path.dropFirst(), change))
      return .object(members)
    case .array(var items):
      if let index = path.first {
        items[index] = replacing(items[index], at: path.dropFirst(), change)
      }
      return .array(items)
    default: return value
    }
  }

  @Test(arguments: [false, true]) func everyKeyIsNeededAndNoOtherIsTaken(gelu: Bool) throws {
    let whole = try JSONValue.parse(Samples.spec(activation: gelu ? .gelu : .relu))
    for (path, members) in objects(whole) {
      let extra = replacing(whole, at: path[...]) {
        $0 + [JSONMember(name: "surprise", value: .integer(1))]
      }
      #expect(throws: SpecificationError.self) { try Spec(decoding: extra.serialized()) }
      for index in members.indices {
        // A data set that is not generated is a different spec, but a sound one.
        if members[index].name == "generated" { continue }
        let less = replacing(whole, at: path[...]) { members in
          var members = members
          members.remove(at: index)
          return members
        }
        #expect(throws: SpecificationError.self, "without \(members[index].name)") {
          try Spec(decoding: less.serialized())
        }
        for wrong in [JSONValue.null, .string("no"), .number("-1"), .number("1e99"), .array([])] {
          // Array-valued keys of a graph may be empty of inputs only where another check fails.
          let other = replacing(whole, at: path[...]) { members in
            var members = members
            members[index] = JSONMember(name: members[index].name, value: wrong)
            return members
          }
          if Samples.accepts(wrong, for: members[index].name) { continue }
          #expect(throws: SpecificationError.self, "\(members[index].name) = \(wrong)") {
            try Spec(decoding: other.serialized())
          }
        }
      }
    }
  }

  @Test func anUnknownKeyIsNamed() throws {
    let text = String(decoding: try Samples.spec(), as: UTF8.self)
      .replacing("\"momentum\"", with: "\"momentun\": 1, \"momentum\"")
    let error = #expect(throws: SpecificationError.self) {
      try Spec(decoding: Array(text.utf8))
    }
    #expect("\(try #require(error))".contains("momentun"))
    #expect("\(try #require(error))".contains("optimizer"))
  }

  @Test func randomDamageNeverTraps() throws {
    var generator = SeededGenerator()
    let bytes = try Samples.spec()
    for _ in 0..<2000 {
      let damaged = Mutations.edit(bytes, with: &generator)
      if let spec = try? Spec(decoding: damaged) {
        // What is still accepted must be usable.
        _ = try StepProgram.training(spec)
      }
    }
  }

  @Test(arguments: [
    ("\"steps\": 25", "\"steps\": 0", "steps"),
    ("\"steps\": 25", "\"steps\": 99999999999999999", "steps"),
    ("\"interval\": 4", "\"interval\": 0", "interval"),
    ("\"interval\": 4", "\"interval\": 26", "interval"),
    ("\"size\": 5", "\"size\": 0", "size"),
    ("\"version\": 1", "\"version\": 2", "version"),
    ("\"float32\"", "\"float64\"", "numerics"),
    ("\"op\": \"relu\"", "\"op\": \"selu\"", "selu"),
    ("\"loss\": \"loss\"", "\"loss\": \"prediction\"", "loss"),
    ("\"classes\": 3", "\"classes\": 4", "classes"),
    ("\"examples\": 40", "\"examples\": 4294967296", "examples"),
    ("\"divisor\": 255.0", "\"divisor\": 0", "divisor"),
    ("\"learningRate\": 0.05", "\"learningRate\": -0.05", "learningRate"),
    ("\"learningRate\": 0.05", "\"learningRate\": 1e400", "learningRate"),
  ]) func aBadValueIsNamed(old: String, new: String, name: String) throws {
    let text = String(decoding: try Samples.spec(), as: UTF8.self)
    #expect(text.contains(old), "the sample has no \(old)")
    let error = #expect(throws: SpecificationError.self) {
      try Spec(decoding: Array(text.replacing(old, with: new).utf8))
    }
    #expect("\(try #require(error))".contains(name), "\(error.map { "\($0)" } ?? "")")
  }

  @Test func aStepThatCannotFitIsRefusedBeforeItIsPlanned() throws {
    let text = String(decoding: try Samples.spec(), as: UTF8.self)
      .replacing("\"size\": 5", with: "\"size\": 1048576")
      .replacing("6,", with: "8192,").replacing("\"shape\": [\n", with: "\"shape\": [\n")
    #expect(throws: SpecificationError.self) { try Spec(decoding: Array(text.utf8)) }
  }
}
