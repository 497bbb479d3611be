internal import AssayFiles
internal import AssayTraining
internal import AssayWire

/// What was measured while a run was trained: `measurements.json` in its folder, for reports.
/// Nothing that is claimed or audited depends on it.
struct RunMeasurements {
  /// A state's evaluation.
  struct Point {
    var step: UInt64
    var evaluation: Evaluation

    var json: JSONValue {
      var members = [JSONMember(name: "step", value: .integer(step))]
      if evaluation.loss.isFinite {
        members.append(JSONMember(name: "loss", value: .double(evaluation.loss)))
      }
      if let correct = evaluation.correctCount, let accuracy = evaluation.accuracy {
        members.append(JSONMember(name: "accuracy", value: .double(accuracy)))
        members.append(JSONMember(name: "correct", value: .integer(correct)))
      }
      members.append(JSONMember(name: "rows", value: .integer(evaluation.rowCount)))
      members.append(
        JSONMember(name: "examples", value: .integer(evaluation.exampleCount)))
      return .object(members)
    }
  }

  var timings = RunTimings()
  var evaluations: [Point] = []

  private static let byteCountLimit = 16 << 20

  private static func path(_ directory: RunDirectory) -> String {
    directory.path + "/measurements.json"
  }

  /// What earlier processes measured; nothing when the file is absent or unreadable.
  static func read(_ directory: RunDirectory) -> RunMeasurements {
    (try? parse(FileAccess.read(path(directory), limit: byteCountLimit))) ?? RunMeasurements()
  }

  private static func parse(_ bytes: [UInt8]) throws -> RunMeasurements {
    var fields = try JSONFields(try JSONValue.parse(bytes))
    var result = RunMeasurements()
    result.timings.training = try fields.double("trainingSeconds")
    result.timings.committing = try fields.double("committingSeconds")
    result.timings.storing = try fields.double("storingSeconds")
    for var point in try fields.objects("evaluations") {
      result.evaluations.append(
        Point(
          step: try point.uint64("step"),
          evaluation: Evaluation(
            loss: try point.optionalDouble("loss") ?? .nan,
            correctCount: try point.optionalInteger("correct", in: 0...Int.max),
            rowCount: try point.integer("rows", in: 1...Int.max),
            exampleCount: try point.integer("examples", in: 1...Int.max))))
    }
    return result
  }

  /// Adds what one process spent, and replaces the evaluations.
  mutating func add(_ spent: RunTimings, _ evaluations: [Point]) {
    timings.training += spent.training
    timings.committing += spent.committing
    timings.storing += spent.storing
    self.evaluations = evaluations
  }

  func write(_ directory: RunDirectory) throws {
    let value = JSONValue.object([
      "trainingSeconds": .double(timings.training),
      "committingSeconds": .double(timings.committing),
      "storingSeconds": .double(timings.storing),
      "evaluations": .array(evaluations.map(\.json)),
    ])
    try FileAccess.write(value.serialized(pretty: true), to: Self.path(directory))
  }
}
