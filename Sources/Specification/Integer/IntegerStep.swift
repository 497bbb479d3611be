/// A training step in exact integers: layers, loss, update and rates, with every shift resolved.
///
/// A tensor's value is its integers · 2^e, and e is a constant of the spec; only differences of
/// exponents matter, and they are the shifts below. With rs(x, s) = ⌊(x + 2^(s−1)) / 2^s⌋,
/// rs(x, 0) = x, and sat(x, l, h) = min(max(x, l), h), a step is, for layers l = 0 … L−1:
///
///     X[0] = pixel ≫ 1                                 0 … 127
///     W8   = sat(rs(W, k), −127, 127)                  of every layer
///     Z    = X · W8ᵀ, or the convolution               exact, without bias
///     Z    ← the sum of each 2 × 2 block               where the layer pools
///     X[l+1] = A = sat(rs(Z, forwardShift), 0, 127)    rounding, relu and saturation in one
///     G    = the loss's gradient of the last Z         see `IntegerLoss`
///     D    = Gᵀ · X, over batch and places             exact
///     dX   = G · W8, or the transposed convolution     exact; not of the first layer
///     G    ← A > 0 ? sat(rs(dX, gradientShift), −128, 127) : 0, A being the layer's input;
///            copied to the four places of each block where the layer before pools
///     W, V ← update(W, V, c(t) · D)                    exact: see `IntegerUpdate`
///
/// *Numeric overflow*: every rs before its saturation must lie in [−2^15, 2^15); of dX that is so
/// for masked places too. Where one does not, the run ends with the state before the step. The
/// rounding of V alone is exempt. `IntegerBounds` shows that nothing else can overflow.
public struct IntegerStep: Hashable, Sendable {
  /// Examples in a batch.
  public let batchSize: Int
  /// Elements of an example, each a byte that is halved.
  public let featureCount: Int
  /// First to last; at least one. The last is linear.
  public let layers: [IntegerLayer]
  public let loss: IntegerLoss
  public let update: IntegerUpdate
  /// The rates c(t), with the step (from 1) from which each holds; ascending, the first from 1.
  public let rates: [IntegerRate]

  /// c(t) of step `step`, from 1.
  public func rate(step: UInt64) -> Int64 { Int64(rates.rate(step: step)) }

  /// A rounded value must lie in here before it is saturated.
  public static let roundedRange = -0x8000...0x7fff
  /// Values of weights as products read them, of activations, and of gradients.
  public static let weightRange = -127...127
  public static let activationRange = 0...127
  public static let gradientRange = -128...127
  /// What loss and prediction are rounded to: 2^-5.
  static let logitExponent = -5

  /// ⌊(x + 2^(shift−1)) / 2^shift⌋; x itself where the shift is 0.
  public static func rounded(_ x: Int64, shift: Int) -> Int64 {
    shift == 0 ? x : (x + (1 << Int64(shift - 1))) >> Int64(shift)
  }
}

/// A product with weights, and what is done with it.
public struct IntegerLayer: Hashable, Sendable {
  /// What is multiplied with what.
  public enum Product: Hashable, Sendable {
    /// z[batch × outputs] = x[batch × inputs] · weight[outputs × inputs]ᵀ.
    case linear(inputs: Int, outputs: Int)
    /// z as `ConvolutionInstruction.forward` sums it, in one group.
    case convolution(ConvolutionGeometry)
  }

  /// The parameter, and its tensor in the state.
  public let weightName: String
  /// The tensor in the state that holds V; nil without momentum.
  public let velocityName: String?
  public let product: Product
  /// int32 or int64: what W and V are stored as.
  public let elementType: ElementType
  /// Whether the 2 × 2 blocks of Z are summed before they are rounded. Height and width are even.
  public let poolsOutput: Bool
  /// k: W8 is W rounded by so many bits.
  public let weightFractionBits: Int
  /// What Z is rounded by; nil for the last layer, whose Z goes to the loss.
  public let forwardShift: Int?
  /// What the gradient of the layer's input is rounded by; nil for the first layer.
  public let gradientShift: Int?
  /// The most that any of the layer's exact numbers can be.
  public let bounds: IntegerBounds

  /// Elements of the weight.
  public var weightCount: Int {
    switch product {
    case .linear(let inputs, let outputs): inputs * outputs
    case .convolution(let geometry): geometry.weightCount
    }
  }
}

/// The label-anchored softmax cross-entropy of a row of logits Z with label y:
///
///     d_j = sat(rs(Z_j − Z_y, shift), −128, 127)
///     E_j = table[d_j + 128];  S = Σ E_j
///     p_j = ⌊(2^(P+1) · E_j + S) / (2 · S)⌋
///     G_j = p_j − 2^P · [j = y]
///
/// The batch's mean loss, as the trace records it, is (Σ over rows of 2^P − p_y) / (2^P · rows),
/// both as float32, divided as float32.
public struct IntegerLoss: Hashable, Sendable {
  public let classCount: Int
  public let shift: Int
  /// P: 7.
  public let probabilityBits: Int
  /// 256 entries, 0 … 2^15 − 1 each; entry 128 is not 0.
  public let table: [Int]

  /// A loss; the reading of a spec, and a back end, check it.
  public init(classCount: Int, shift: Int, probabilityBits: Int = 7, table: [Int]) {
    self.classCount = classCount
    self.shift = shift
    self.probabilityBits = probabilityBits
    self.table = table
  }

  /// The most that S can be.
  public var largestSum: Int { (classCount - 1) * (table.max() ?? 0) + table[128] }

  /// The table that templates write: 0, then ⌊2^8 · exp((i − 128) / 32) + ½⌋ for i = 1 … 255.
  public static let exponentials =
    [0]
    + (1...255).map { index in
      let value = 256 * ElementaryFunctions.exp(Double(index - 128) / 32)
      return Int((value + 0.5).rounded(.down))
    }
}

/// How W follows from its exact gradient D.
public enum IntegerUpdate: Hashable, Sendable {
  /// W ← W − c·D.
  case sgd
  /// V ← V − rs(V, decayShift) + c·D; W ← W − V. A shift of 3 decays by 7/8.
  case momentum(decayShift: Int)
}

/// A rate and the first step (from 1) that it holds for.
public struct IntegerRate: Hashable, Sendable {
  public let from: UInt64
  /// Whole, below 2^24.
  public let rate: Int

  /// `rate` from step `from` on.
  public init(from: UInt64, rate: Int) {
    self.from = from
    self.rate = rate
  }
}

extension [IntegerRate] {
  /// The rate of step `step`: the last that holds from there or before; 0 where none does.
  func rate(step: UInt64) -> Int { last { $0.from <= step }?.rate ?? 0 }
}
