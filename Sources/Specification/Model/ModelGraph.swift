internal import AssayWire

/// A model as named operators over named tensors.
///
/// Two tensors are given: `features`, the batch's examples, and `targets`, its labels or values.
/// Parameters are declared; every other tensor is the output of the node that has its name.
public struct ModelGraph: Sendable {
  /// A tensor that is not computed from the batch.
  public struct Parameter: Hashable, Sendable {
    public let name: String
    public let shape: Shape
    public let initializer: Initializer
  }

  struct Node: Sendable {
    var name: String
    var operation: any Operator
    var inputs: [String]
  }

  /// Trained tensors.
  public let parameters: [Parameter]
  /// Tensors of the state that operators keep and no gradient reaches: running means and variances.
  public let statistics: [Parameter]
  /// Tensors that stay as they are: read like parameters, never updated, not in the state, for the
  /// spec alone says what they hold.
  public let frozen: [Parameter]
  let nodes: [Node]
  /// Name of the node whose output is the loss.
  public let loss: String
  /// Name of the node whose output is evaluated: [batch × outputs].
  public let prediction: String

  static let features = "features"
  static let targets = "targets"

  /// The most parameters or nodes a graph may have.
  static let countLimit = 1 << 16

  /// Names and operators of the nodes, in order, for people.
  public var summary: [(name: String, operation: String)] {
    nodes.map { ($0.name, type(of: $0.operation).name) }
  }

  /// Every declared tensor. Its place in this list is its number in the draw of initial values.
  public var declared: [Parameter] { parameters + statistics + frozen }

  /// The label whose rows the loss leaves out.
  public var ignoredLabel: Int32? {
    nodes.first { $0.name == loss }?.operation.ignoredLabel
  }

  /// The number of trained numbers.
  public var parameterElementCount: Int {
    parameters.reduce(0) { $0 + $1.shape.elementCount }
  }
}

extension ModelGraph {
  /// Reads the `model` object of a spec; shapes are checked by `types(batch:data:)`.
  init(fields: inout JSONFields) throws(WireError) {
    var names: Set<String> = [Self.features, Self.targets]
    let parameterItems = try fields.array("parameters")
    let statisticItems = try fields.optionalArray("statistics") ?? []
    let frozenItems = try fields.optionalArray("frozen") ?? []
    let nodeItems = try fields.array("nodes")
    let counts = [
      parameterItems.count, statisticItems.count, frozenItems.count, nodeItems.count,
    ]
    guard let largest = counts.max(), largest <= Self.countLimit else {
      throw .tooLong(limit: Self.countLimit, found: counts.reduce(0, +))
    }
    parameters = try Self.tensors(parameterItems, path: "model.parameters", &names)
    statistics = try Self.tensors(statisticItems, path: "model.statistics", &names)
    frozen = try Self.tensors(frozenItems, path: "model.frozen", &names)
    var nodes: [Node] = []
    var taken: Set<String> = []
    for (index, item) in nodeItems.enumerated() {
      var entry = try JSONFields(item, path: "model.nodes[\(index)]")
      let inputs = try entry.names("inputs")
      if let missing = inputs.first(where: { !names.contains($0) }) {
        throw entry.failure(
          "inputs",
          "input \"\(missing)\" is neither \"features\", \"targets\", a parameter, nor "
            + "the name of an earlier node")
      }
      let name = try entry.newName(among: &names)
      let operation = try entry.operation(inputCount: inputs.count)
      try entry.finish()
      try Self.checkStatistics(
        inputs, of: operation, among: statistics, &taken, failure: entry.failure)
      nodes.append(Node(name: name, operation: operation, inputs: inputs))
    }
    self.nodes = nodes
    loss = try fields.string("loss")
    prediction = try fields.string("prediction")
    try fields.finish()
    try checkEnds()
  }

  private static func tensors(
    _ items: [JSONValue], path: String, _ names: inout Set<String>
  ) throws(WireError) -> [Parameter] {
    var tensors: [Parameter] = []
    for (index, item) in items.enumerated() {
      var entry = try JSONFields(item, path: "\(path)[\(index)]")
      let name = try entry.newName(among: &names)
      let shape = try entry.shape("shape")
      var initializer = try entry.fields("init")
      tensors.append(
        Parameter(
          name: name, shape: shape,
          initializer: try Initializer(fields: &initializer, of: name)))
      try entry.finish()
    }
    return tensors
  }

  /// An operator's statistics are the model's, no other input is one, and no two operators share
  /// one: they are written.
  private static func checkStatistics(
    _ inputs: [String], of operation: any Operator, among statistics: [Parameter],
    _ taken: inout Set<String>, failure: (String, String) -> WireError
  ) throws(WireError) {
    let places = type(of: operation).statisticInputs
    for (place, input) in inputs.enumerated() {
      let isStatistic = statistics.contains { $0.name == input }
      guard isStatistic == places.contains(place) else {
        throw failure(
          "inputs",
          isStatistic
            ? "\"\(input)\" is a statistic; only an operator that keeps it may name it"
            : "\"\(input)\" must be one of the model's statistics")
      }
      guard !isStatistic || taken.insert(input).inserted else {
        throw failure("inputs", "two operators keep the statistic \"\(input)\"")
      }
    }
  }

  /// One loss, at the end of the graph; a prediction that is a node; no parameter unused.
  private func checkEnds() throws(WireError) {
    for node in nodes {
      let isLoss = type(of: node.operation).isLoss
      if isLoss != (node.name == loss) {
        throw .field(
          path: "model.loss",
          reason: isLoss
            ? "node \"\(node.name)\" computes a loss but \"\(loss)\" is named as the loss; a "
              + "graph has exactly one" : "node \"\(loss)\" does not compute a loss")
      }
      if node.inputs.contains(loss) {
        throw .field(path: "model.nodes", reason: "\"\(node.name)\" reads the loss; it must end")
      }
    }
    guard nodes.contains(where: { $0.name == loss }) else {
      throw .field(path: "model.loss", reason: "no node is named \"\(loss)\"")
    }
    guard prediction != loss, nodes.contains(where: { $0.name == prediction }) else {
      throw .field(
        path: "model.prediction",
        reason: "expected the name of a node before the loss, found "
          + "\"\(prediction)\"")
    }
    // A parameter that the loss does not depend on has no gradient.
    var needed: Set<String> = [loss]
    for node in nodes.reversed() where needed.contains(node.name) {
      needed.formUnion(node.inputs)
    }
    if let unused = declared.first(where: { !needed.contains($0.name) }) {
      throw .field(
        path: "model.parameters",
        reason: "the loss does not depend on \"\(unused.name)\"; remove it or use it")
    }
    if parameters.isEmpty {
      throw .field(path: "model.parameters", reason: "expected at least one parameter")
    }
  }

  /// The type of every tensor for a batch of `batch` examples, or the first node that misfits.
  func types(
    batch: Int, data: DataDescription
  ) throws(SpecificationError) -> [String: TensorType] {
    let targetType =
      switch data.target {
      case .label: TensorType(elementType: .int32, shape: try Shape([batch]))
      case .values(let count): TensorType.float32(try Shape([batch, count]))
      case .nextToken: try Self.tokens(batch, data)
      }
    var types = [
      Self.features: TensorType.float32(try Shape([batch] + data.exampleShape.dimensions)),
      Self.targets: targetType,
    ]
    if case .nextToken = data.target { types[Self.features] = targetType }
    for tensor in declared { types[tensor.name] = .float32(tensor.shape) }
    for node in nodes {
      do throws(OperatorMisfit) {
        // Every input is the name of something before: `init(fields:)` checked it.
        types[node.name] = try node.operation.output(of: node.inputs.compactMap { types[$0] })
      } catch {
        throw .graph(node: node.name, reason: error.reason)
      }
    }
    guard let outputs = types[prediction]?.shape.dimensions, outputs.count >= 2 else {
      throw .graph(node: prediction, reason: "the prediction must be [batch × … × outputs]")
    }
    guard outputs.last == data.outputCount else {
      throw .graph(
        node: prediction,
        reason: "has shape \(outputs) for data with \(data.outputCount) classes or values; make "
          + "the last extent equal to them")
    }
    return types
  }

  /// Checks that what is drawn for a whole batch of so many micro-batches has different addresses.
  func checkDraws(
    _ types: [String: TensorType], microBatchCount: Int
  ) throws(SpecificationError) {
    for node in nodes where node.operation is Dropout {
      let count = types[node.name]?.shape.elementCount ?? 0
      guard count <= Dropout.elementLimit / microBatchCount else {
        throw .graph(
          node: node.name,
          reason: "would drop from more than 2^34 elements in a step; use a smaller batch")
      }
    }
  }

  /// What a batch of rows of tokens is, without the last token or without the first.
  private static func tokens(
    _ batch: Int, _ data: DataDescription
  ) throws(SpecificationError) -> TensorType {
    TensorType(
      elementType: .int32, shape: try Shape([batch, data.exampleShape.elementCount - 1]))
  }
}

extension JSONFields {
  /// Reads `name`, checks its letters, and adds it to the names taken.
  fileprivate mutating func newName(among names: inout Set<String>) throws(WireError) -> String {
    let name = try string("name")
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isPlain, (1...128).contains(name.utf8.count) else {
      throw failure(
        "name", "expected 1 to 128 of A–Z a–z 0–9 . _ -, found \"\(name)\"")
    }
    guard names.insert(name).inserted else {
      throw failure("name", "\"\(name)\" is taken; every tensor has its own name")
    }
    return name
  }

  fileprivate mutating func names(_ key: String) throws(WireError) -> [String] {
    let items = try array(key)
    guard items.count <= 16 else { throw .tooLong(limit: 16, found: items.count) }
    var names: [String] = []
    for item in items {
      guard case .string(let name) = item else {
        throw failure(key, "expected a list of tensor names")
      }
      names.append(name)
    }
    return names
  }

  fileprivate mutating func operation(
    inputCount: Int
  ) throws(WireError) -> any Operator {
    let name = try string("op")
    guard let type = operators.first(where: { $0.name == name }) else {
      let known = operators.map { $0.name }.joined(separator: ", ")
      throw failure("op", "unknown op \"\(name)\"; known: \(known)")
    }
    guard inputCount == type.inputCount else {
      throw failure(
        "inputs", "\(name) takes \(type.inputCount) inputs, found \(inputCount)")
    }
    return try type.init(attributes: &self)
  }
}
