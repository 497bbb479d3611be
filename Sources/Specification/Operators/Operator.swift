internal import AssayWire

/// What one node of a model graph computes.
///
/// A new operator is one file that conforms to this, and one line in `operators`: the graph, its
/// differentiation and every back end's plan follow from the three functions below.
protocol Operator: Sendable {
  /// The name in a spec's `op`.
  static var name: String { get }
  /// How many inputs a node has.
  static var inputCount: Int { get }
  /// Whether the node computes a batch's loss; such a node ends the graph.
  static var isLoss: Bool { get }
  /// Whether the output is the first input under another name and shape, without a copy.
  static var isAlias: Bool { get }
  /// The places of inputs that are statistics, which the operator writes while training.
  static var statisticInputs: Range<Int> { get }

  /// The label whose rows do not count, if the node is a loss that has one.
  var ignoredLabel: Int32? { get }

  /// Reads the node's attributes; what it does not read is refused as unknown.
  init(attributes: inout JSONFields) throws(WireError)

  /// The output's type, or why the inputs do not fit.
  func output(of inputs: [TensorType]) throws(OperatorMisfit) -> TensorType

  /// Writes the instructions that compute the node.
  func forward(_ node: LoweredNode, _ program: inout ProgramBuilder)

  /// Writes the instructions that give each input its share of the gradient.
  func backward(_ node: LoweredNode, _ program: inout ProgramBuilder)
}

extension Operator {
  static var isLoss: Bool { false }
  static var isAlias: Bool { false }
  var ignoredLabel: Int32? { nil }
  static var statisticInputs: Range<Int> { 0..<0 }
}

/// Element type and shape of a tensor in a graph.
struct TensorType: Hashable, Sendable {
  var elementType: ElementType
  var shape: Shape

  static func float32(_ shape: Shape) -> TensorType {
    TensorType(elementType: .float32, shape: shape)
  }

  /// A float32 tensor of these extents, unless they are impossible.
  static func float32(_ dimensions: [Int]) throws(OperatorMisfit) -> TensorType {
    do throws(SpecificationError) {
      return .float32(try Shape(dimensions))
    } catch {
      throw OperatorMisfit(reason: "\(error)")
    }
  }
}

/// Why inputs do not fit an operator, in words that follow the node's name.
struct OperatorMisfit: Error, Hashable {
  var reason: String
}

/// A node with its buffers in place.
struct LoweredNode {
  var name: String
  /// Names of the inputs' tensors, as the graph gives them.
  var inputNames: [String]
  var inputs: [BufferID]
  var inputTypes: [TensorType]
  var output: BufferID
  var outputType: TensorType
}

/// Every operator a spec may name.
let operators: [any Operator.Type] = [
  Flatten.self, Reshape.self, Slice.self, Concatenate.self, Transpose.self,
  Linear.self, Bias.self, Add.self, Scale.self, ReLU.self, Tanh.self, GELU.self, Sigmoid.self,
  SiLU.self,
  Softmax.self, Dropout.self,
  Conv2D.self, ChannelBias.self, MaxPool2D.self, AveragePool2D.self, GlobalAveragePool.self,
  BatchNorm.self, LayerNorm.self, RMSNorm.self,
  Embedding.self, PositionEmbedding.self, Rotary.self, Attention.self, SelfAttention.self,
  SoftmaxCrossEntropy.self, MeanSquaredError.self,
]
