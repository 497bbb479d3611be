/// An operation of a step, with its result defined to the bit.
///
/// Float32 is IEEE 754 binary32, rounded to nearest even, subnormals kept; matrices are row-major.
/// A *lane sum* of n elements adds element i to lane i mod 64, each lane in order of i from +0, and
/// then folds the 64 lanes: for s = 32, 16, 8, 4, 2, 1: lane[i] += lane[i + s] for i < s.
/// `exp`, `log` and `tanh` are the functions that `CAssayTensorKernels.h` defines.
public enum Instruction: Hashable, Sendable {
  /// out[m×n] = op(a)·op(b), op being transposition where asked.
  ///
  /// K is cut into blocks of 512, the last one shorter. A block's sum is the chain
  /// acc = fma(a[i,k], b[k,j], acc) in order of k from +0; out[i,j] is the first block's sum, to
  /// which the others are added in order.
  case matmul(
    a: BufferID, b: BufferID, out: BufferID, m: Int, n: Int, k: Int,
    transposeA: Bool, transposeB: Bool)
  /// out[r,c] = x[r,c] + bias[c].
  case addBias(x: BufferID, bias: BufferID, out: BufferID, rows: Int, columns: Int)
  /// out[c] = the lane sum of x[0,c] … x[rows−1,c].
  case columnSum(x: BufferID, out: BufferID, rows: Int, columns: Int)
  /// out[i] = kind(x[i]).
  case unary(UnaryFunction, x: BufferID, out: BufferID, count: Int)
  /// out[i] = outputGradient[i] · kind′(x[i]), where y = kind(x); x may be y itself where
  /// `gradientSeesOutputOnly`.
  case unaryGradient(
    UnaryFunction, x: BufferID, y: BufferID, outputGradient: BufferID, out: BufferID, count: Int)
  /// out[i] = x[i] + y[i].
  case add(x: BufferID, y: BufferID, out: BufferID, count: Int)
  /// Per row r: m = max over the row, e = exp(x − m), s = the lane sum of e, probabilities = e / s,
  /// losses[r] = l = log(s) − (x[label] − m); with smoothing ε ≠ 0,
  /// losses[r] = fma(ε, log(s) − (the lane sum of x − m) / columns, (1 − ε)·l). The loss of a row
  /// whose label is ignored is +0.
  case softmaxCrossEntropy(
    logits: BufferID, labels: BufferID, probabilities: BufferID, losses: BufferID,
    rows: Int, columns: Int, labelling: Labelling = Labelling())
  /// out[r,c] = ((probabilities[r,c] − ε / columns) − [c = label r]·(1 − ε)) / divisor; +0 in rows
  /// whose label is ignored.
  case softmaxCrossEntropyGradient(
    probabilities: BufferID, labels: BufferID, out: BufferID, rows: Int, columns: Int,
    labelling: Labelling = Labelling(), divisor: LossDivisor)
  /// losses[r] = (the lane sum of d·d) / columns, d = prediction − target, a lane a chain of fma.
  case squaredError(
    prediction: BufferID, target: BufferID, losses: BufferID, rows: Int, columns: Int)
  /// out = 2·(prediction − target) / divisor.
  case squaredErrorGradient(
    prediction: BufferID, target: BufferID, out: BufferID, rows: Int, columns: Int,
    divisor: LossDivisor)
  /// out[0] = the lane sum of x / divisor.
  case mean(x: BufferID, out: BufferID, count: Int, divisor: LossDivisor)
  /// With g = fma(weightDecay, p, gradient) where weightDecay ≠ 0, else gradient:
  /// v = fma(momentum, v, g); d = nesterov ? fma(momentum, v, g) : v; p = fma(−lr, d, p).
  /// Without a velocity buffer, d = g.
  case sgd(
    parameter: BufferID, gradient: BufferID, velocity: BufferID?, count: Int,
    momentum: Float, weightDecay: Float, nesterov: Bool)
  /// Adam (Kingma and Ba 2015), or AdamW (Loshchilov and Hutter 2019) where `decoupled`:
  /// coupled, wd ≠ 0: g = fma(wd, p, g); decoupled: p = p · fma(−lr, wd, 1).
  /// m = fma(β₁, m, (1−β₁)·g); v = fma(β₂, v, (1−β₂)·(g·g));
  /// d = √v / secondMomentCorrectionRoot + ε; p = fma(−(lr / firstMomentCorrection), m / d, p).
  case adam(
    parameter: BufferID, gradient: BufferID, firstMoment: BufferID, secondMoment: BufferID,
    count: Int, beta1: Float, oneMinusBeta1: Float, beta2: Float, oneMinusBeta2: Float,
    epsilon: Float, weightDecay: Float, decoupled: Bool)
  case convolution(ConvolutionInstruction, ConvolutionGeometry)
  case pooling(PoolingInstruction, ConvolutionGeometry)
  case channel(ChannelInstruction, ChannelGeometry)
  case row(RowInstruction, rows: Int, columns: Int)
  case attention(AttentionInstruction, AttentionGeometry)
  case sequence(SequenceInstruction)
  case update(UpdateInstruction)
  case integer(IntegerInstruction)
}

/// What a class label stands for.
public struct Labelling: Hashable, Sendable {
  /// ε: the share of a row's weight that all classes have alike (Szegedy et al. 2016, §7).
  public let smoothing: Float
  /// Rows with this label do not count.
  public let ignored: Int32?

  /// By default the label alone has all the weight, and every row counts.
  public init(smoothing: Float = 0, ignored: Int32? = nil) {
    self.smoothing = smoothing
    self.ignored = ignored
  }
}

/// What a loss is divided by to be the mean over the step's whole batch, as a float32.
public enum LossDivisor: Hashable, Sendable {
  /// A number that follows from the spec, ≥ 1.
  case fixed(Int)
  /// The rows of the whole batch whose label is not ignored: `StepScalars.countedRows`, or 1 where
  /// there are none.
  case countedRows
}

/// A function of one number, applied to each element.
public enum UnaryFunction: String, Hashable, Sendable, CaseIterable {
  /// max(x, +0); the gradient passes where x > 0.
  case relu
  /// tanh x; the gradient is g · (1 − y²), as g · fma(−y, y, 1).
  case tanh
  /// The tanh form of GELU (Hendrycks and Gimpel 2016): ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
  case gelu
  /// GELU by the error function: ½x(1 + erf(x / √2)), as fma(½x, erf(x·√½), ½x).
  case geluErf
  /// 1 / (1 + exp(−x)); the gradient is g·(y·(1 − y)).
  case sigmoid
  /// x · sigmoid(x) (Elfwing et al. 2018), as x / (exp(−x) + 1); the gradient is
  /// g·(s·fma(x, 1 − s, 1)), s = sigmoid(x).
  case silu

  /// Whether the gradient is the same to the bit with the output in place of the input.
  public var gradientSeesOutputOnly: Bool {
    switch self {
    case .relu, .tanh, .sigmoid: true
    case .gelu, .geluErf, .silu: false
    }
  }
}
