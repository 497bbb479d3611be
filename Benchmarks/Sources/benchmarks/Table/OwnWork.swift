internal import AssaySpecification
internal import AssayTensors
internal import CAssayTensorKernels
internal import Harness

/// The body of a call of some work by Assay, and how often it does the work.
struct OwnWork {
  let repetitions: Int
  let body: () -> Void

  /// Sets the work up on a number of threads, 0 being one per core.
  init(_ work: Work, threads: Int) {
    switch work {
    case .training(let model):
      let run = BenchmarkRun(model)
      let engine = run.engine(threads: threads)
      repetitions = 1
      body = { run.steps(1, engine) }
    case .product(let product):
      let run = product.run(.best, threads: threads)
      (repetitions, body) = (run.repetitions, run.callAsFunction)
    case .convolution(let part, let geometry):
      let run = Self.convolution(part, geometry, threads: threads)
      (repetitions, body) = (run.repetitions, run.callAsFunction)
    case .elements(.exp, let count, _):
      repetitions = 1
      body = Self.exp(count, threads: threads)
    case .elements(let function, let count, let columns):
      let run = Self.elements(function, count, columns, threads: threads)
      (repetitions, body) = (run.repetitions, run.callAsFunction)
    }
  }

  /// Seconds for the work once.
  func seconds(budget: Double) -> Double {
    secondsPerCall(budget: budget, body) / Double(repetitions)
  }

  private static func b(_ index: Int) -> BufferID { BufferID(index: index) }

  private static func convolution(
    _ part: Work.ConvolutionPart, _ geometry: ConvolutionGeometry, threads: Int
  ) -> KernelRun {
    let (x, y, weight) = (geometry.inputCount, geometry.outputCount, geometry.weightCount)
    let (instruction, sizes): (ConvolutionInstruction, [Int]) =
      switch part {
      case .forward: (.forward(x: b(0), weight: b(1), out: b(2)), [x, weight, y])
      case .inputGradient:
        (.inputGradient(outputGradient: b(0), weight: b(1), out: b(2)), [y, weight, x])
      case .weightGradient:
        (.weightGradient(outputGradient: b(0), x: b(1), out: b(2)), [y, x, weight])
      }
    return KernelRun(
      .convolution(instruction, geometry), sizes: sizes, repetitions: 1, path: .best,
      threads: threads)
  }

  /// No instruction is an exponential alone: the kernel itself.
  private static func exp(_ count: Int, threads: Int) -> () -> Void {
    let x = KernelRun.contents(count)
    var out = x
    let paths = CPUBackend.availablePaths
    let path = Int32(
      paths.contains(.avx512)
        ? ASSAY_PATH_AVX512 : paths.contains(.avx2) ? ASSAY_PATH_AVX2 : ASSAY_PATH_PORTABLE)
    return {
      // SAFETY: both arrays have `count` elements.
      let status = unsafe assay_unary(
        path, Int32(threads), Int32(ASSAY_UNARY_EXP), x, &out, Int64(count))
      precondition(status == ASSAY_OK, "exp: \(status)")
    }
  }

  private static func elements(
    _ function: Work.ElementOperator, _ count: Int, _ columns: Int, threads: Int
  ) -> KernelRun {
    let rows = count / columns
    var sizes = [count, count]
    let instruction: Instruction
    switch function {
    case .exp: preconditionFailure("not an instruction")
    case .tanh: instruction = .unary(.tanh, x: b(0), out: b(1), count: count)
    case .gelu: instruction = .unary(.gelu, x: b(0), out: b(1), count: count)
    case .softmax:
      instruction = .row(.softmax(x: b(0), out: b(1)), rows: rows, columns: columns)
    case .layerNorm:
      instruction = .row(
        .layerNorm(
          x: b(0), weight: b(1), bias: b(2), out: b(3), mean: b(4), inverse: b(5), epsilon: 1e-5),
        rows: rows, columns: columns)
      sizes = [count, columns, columns, count, rows, rows]
    case .adam:
      instruction = .adam(
        parameter: b(0), gradient: b(1), firstMoment: b(2), secondMoment: b(3), count: count,
        beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, oneMinusBeta2: 0.001, epsilon: 1e-8,
        weightDecay: 0.01, decoupled: true)
      sizes = [count, count, count, count]
    }
    return KernelRun(
      instruction, sizes: sizes, repetitions: 1, path: .best, threads: threads)
  }
}
