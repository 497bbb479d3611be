internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayWire

/// A piece of work that Assay and its peers do alike.
enum Work: Hashable {
  /// Training steps of a template with AdamW.
  case training(BenchmarkRun.Model)
  case product(MatmulSuite.Product)
  case convolution(ConvolutionPart, ConvolutionGeometry)
  /// An operator on `count` elements, in rows of `columns`.
  case elements(ElementOperator, count: Int, columns: Int)

  enum ConvolutionPart: String, CaseIterable {
    case forward
    case inputGradient = "input gradient"
    case weightGradient = "weight gradient"
  }

  enum ElementOperator: String, CaseIterable {
    case exp, tanh, gelu, softmax
    case layerNorm = "layer norm"
    case adam
  }

  /// What one call is counted in, and how many of them it is: steps, 10⁹ operations, 10⁹ bytes.
  var unit: (name: String, perCall: Double) {
    switch self {
    case .training: ("steps/s", 1)
    case .product(let product): ("GFLOP/s", product.gigaflops)
    case .convolution(_, let geometry):
      ("GFLOP/s", 2e-9 * Double(geometry.outputCount) * Double(geometry.windowCount))
    case .elements(.adam, let count, _): ("GB/s", 28e-9 * Double(count))
    case .elements(_, let count, _): ("GB/s", 8e-9 * Double(count))
    }
  }

  var name: String {
    switch self {
    case .training(let model): "\(model.rawValue), batch \(model.batch)"
    case .product(let product): product.name
    case .convolution(let part, let g):
      "\(g.inputChannels)×\(g.height)×\(g.width), \(g.outputChannels) of "
        + "\(g.kernelHeight)×\(g.kernelWidth)\(g.stride > 1 ? " by \(g.stride)" : ""), "
        + part.rawValue
    case .elements(let function, let count, _):
      "\(function.rawValue), \(count > 1 << 20 ? "from memory" : "in cache")"
    }
  }

  /// The request that a peer understands: one line.
  func request(threads: Int, budget: Double) -> [UInt8] {
    var members: [JSONMember] = []
    func add(_ name: String, _ value: JSONValue) {
      members.append(JSONMember(name: name, value: value))
    }
    switch self {
    case .training(let model):
      add("kind", .string("training"))
      add("model", .string(model.rawValue))
    case .product(let product):
      add("kind", .string("matmul"))
      for (name, size) in [("m", product.m), ("n", product.n), ("k", product.k)] {
        add(name, .integer(size))
      }
      add("transposeA", .bool(product.transposeA))
      add("transposeB", .bool(product.transposeB))
    case .convolution(let part, let geometry):
      add("kind", .string("convolution"))
      add("part", .string(part.rawValue))
      let sizes = [
        ("batch", geometry.batch), ("inputs", geometry.inputChannels),
        ("height", geometry.height), ("width", geometry.width),
        ("outputs", geometry.outputChannels), ("kernel", geometry.kernelHeight),
        ("stride", geometry.stride), ("padding", geometry.padding),
      ]
      for (name, size) in sizes { add(name, .integer(size)) }
    case .elements(let function, let count, let columns):
      add("kind", .string("elements"))
      add("operator", .string(function.rawValue))
      add("count", .integer(count))
      add("columns", .integer(columns))
    }
    add("threads", .integer(threads))
    add("budget", .double(budget))
    return JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
  }
}

/// The matrix products and convolutions of the steps of the templates that have a goal, read from
/// their programs.
enum ModelWork {
  static let products: [Work] = distinct { instruction in
    guard case .matmul(_, _, _, let m, let n, let k, let transposeA, let transposeB) = instruction
    else { return nil }
    return .product(
      MatmulSuite.Product(m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB))
  }

  static let convolutions: [Work] = distinct { instruction in
    guard case .convolution(let instruction, let geometry) = instruction else { return nil }
    return switch instruction {
    case .forward: .convolution(.forward, geometry)
    case .inputGradient: .convolution(.inputGradient, geometry)
    case .weightGradient: .convolution(.weightGradient, geometry)
    }
  }

  private static func distinct(_ work: (Instruction) -> Work?) -> [Work] {
    var found: [Work] = []
    for model in BenchmarkRun.Model.allCases where Table.goals[model] != nil {
      do {
        let program = try StepProgram.training(BenchmarkRun(model).spec)
        for case let work? in program.instructions.map(work) where !found.contains(work) {
          found.append(work)
        }
      } catch {
        preconditionFailure("\(model.rawValue): \(error)")
      }
    }
    return found
  }
}
