import AssaySpecification
import AssayTensors
import AssayTensorsTestSupport
import AssayTestSupport
import Testing

/// Whole steps: what the parts add up to.
@Suite struct TrainingStepTests {
  /// Two inputs of a shared weight, so that gradients are added; every kind of node.
  private static func spec(
    activation: String, target: String, loss: String, optimizer: String
  ) throws -> Spec {
    let text = """
      {
        "version": 1, "numerics": "float32", "seed": 5, "steps": 100, "interval": 10,
        "batch": { "size": 5, "order": "permutation" },
        "data": {
          "root": "\(String(repeating: "0", count: 64))", "examples": 50, "element": "float32",
          "shape": [2, 3], "target": \(target),
          "scale": { "divisor": 1, "mean": 0, "deviation": 1 }
        },
        "model": {
          "parameters": [
            { "name": "w1", "shape": [8, 6], "init": { "kind": "uniform", "bound": 0.7 } },
            { "name": "b1", "shape": [8], "init": { "kind": "constant", "value": 0.1 } },
            { "name": "shared", "shape": [8, 8], "init": { "kind": "uniform", "bound": 0.6 } },
            { "name": "w2", "shape": [4, 8], "init": { "kind": "uniform", "bound": 0.6 } }
          ],
          "nodes": [
            { "name": "flat", "op": "flatten", "inputs": ["features"] },
            { "name": "p1", "op": "linear", "inputs": ["flat", "w1"] },
            { "name": "s1", "op": "bias", "inputs": ["p1", "b1"] },
            { "name": "a1", "op": "gelu", "inputs": ["s1"], "approximate": "tanh" },
            { "name": "p2", "op": "linear", "inputs": ["a1", "shared"] },
            { "name": "a2", "op": "\(activation)", "inputs": ["p2"] },
            { "name": "p3", "op": "linear", "inputs": ["a2", "shared"] },
            { "name": "a3", "op": "tanh", "inputs": ["p3"] },
            { "name": "prediction", "op": "linear", "inputs": ["a3", "w2"] },
            { "name": "loss", "op": "\(loss)", "inputs": ["prediction", "targets"] }
          ],
          "loss": "loss", "prediction": "prediction"
        },
        "optimizer": \(optimizer),
        "schedule": { "kind": "constant", "learningRate": 0.01, "warmupSteps": 0 }
      }
      """
    return try Spec(decoding: Array(text.utf8))
  }

  private static let label = #"{ "kind": "label", "classes": 4 }"#
  private static let values = #"{ "kind": "values", "count": 4 }"#
  private static let sgd = #"{ "kind": "sgd", "momentum": 0, "nesterov": false, "weightDecay": 0 }"#

  /// An executor with seeded features, targets and parameters.
  private func executor(
    _ program: StepProgram, _ backend: any Backend
  ) throws -> any StepExecutor {
    let executor = try backend.makeExecutor(for: program)
    var draw = SeededGenerator(seed: 11)
    for (index, buffer) in program.buffers.enumerated() {
      let count = buffer.shape.elementCount
      switch buffer.role {
      case .features, .targets, .parameter:
        let contents = (0..<count).map { _ in
          buffer.elementType == .int32
            ? UInt32(draw.next() % 4) : (0.7 * draw.signedUnit()).bitPattern
        }
        try unsafe executor.load(contents.span.bytes, into: BufferID(index: index))
      default: break
      }
    }
    return executor
  }

  private func floats(_ buffer: BufferID, _ executor: any StepExecutor) throws -> [Float] {
    try executor.withContents(of: buffer) { bytes in
      // SAFETY: only float buffers are asked for.
      unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
    }
  }

  @Test(arguments: [
    #"{ "kind": "sgd", "momentum": 0.9, "nesterov": true, "weightDecay": 0.01 }"#,
    #"{ "kind": "adam", "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weightDecay": 0.01 }"#,
    #"{ "kind": "adamw", "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weightDecay": 0.01 }"#,
  ])
  func fourStepsHaveTheReferenceBitsInEveryBuffer(optimizer: String) throws {
    let spec = try Self.spec(
      activation: "relu", target: Self.label, loss: "softmax-cross-entropy", optimizer: optimizer)
    let program = try StepProgram.training(spec)
    let all = try [CPUBackend(path: .reference)] + testedBackends()
    var expected: [[UInt8]] = []
    for backend in all {
      let executor = try executor(program, backend)
      for _ in 0..<4 { try executor.run(.test) }
      let found = try program.buffers.indices.map { index in
        try executor.withContents(of: BufferID(index: index)) { bytes in
          unsafe bytes.withUnsafeBytes { unsafe Array($0) }
        }
      }
      if expected.isEmpty { expected = found }
      for (index, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
        Issue.record("\(backend.name): '\(program.buffers[index].name)' differs")
      }
    }
  }

  /// A step of plain descent with rate 1 subtracts the gradient: it is compared with differences of
  /// the loss, one parameter at a time.
  @Test(arguments: [
    (label, "softmax-cross-entropy"), (values, "mean-squared-error"),
  ])
  func gradientsOfEveryParameterAreDifferencesOfTheLoss(target: String, loss: String) throws {
    let spec = try Self.spec(
      activation: "tanh", target: target, loss: loss, optimizer: Self.sgd)
    let program = try StepProgram.training(spec)
    let still = StepScalars(learningRate: 0)
    let moved = try executor(program, CPUBackend())
    let probe = try executor(program, CPUBackend())
    let before = try program.stateBuffers.map { try floats($0.buffer, moved) }
    try moved.run(StepScalars(learningRate: 1))
    var largest: Float = 0
    for (state, start) in zip(program.stateBuffers, before) {
      let after = try floats(state.buffer, moved)
      for index in start.indices {
        func lossAt(_ value: Float) throws -> Double {
          var changed = start
          changed[index] = value
          try unsafe probe.load(changed.span.bytes, into: state.buffer)
          try probe.run(still)
          return Double(try floats(program.loss, probe)[0])
        }
        let h: Float = 0x1p-7
        let slope = try (lossAt(start[index] + h) - lossAt(start[index] - h)) / Double(2 * h)
        try unsafe probe.load(start.span.bytes, into: state.buffer)
        let gradient = start[index] - after[index]
        largest = max(largest, abs(gradient))
        #expect(
          abs(Double(gradient) - slope) < 2e-4, "\(state.declaration.name)[\(index)]")
      }
    }
    #expect(largest > 0.02, "a vanishing gradient would test nothing")
  }
}
