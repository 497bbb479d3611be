/// Normalisation of each row of [rows, columns]; lane sums are over the columns of a row.
public enum RowInstruction: Hashable, Sendable {
  /// mean = lane sum / C; variance = (lane sum of d·d, a lane a chain of fma, d = x − mean) / C;
  /// inverse = 1 / √(variance + ε); out = fma((x − mean)·inverse, weight, bias).
  case layerNorm(
    x: BufferID, weight: BufferID, bias: BufferID, out: BufferID, mean: BufferID,
    inverse: BufferID, epsilon: Float)
  /// With h = (x − mean)·inverse, g = dy·weight: a = lane sum of g, b = lane sum of g·h (a lane a
  /// chain of fma(g, h, lane)); dx = inverse·(g − fma(h, b, a) / C).
  case layerNormGradient(
    x: BufferID, outputGradient: BufferID, weight: BufferID, mean: BufferID, inverse: BufferID,
    out: BufferID)
  /// inverse = 1 / √((lane sum of x·x, a lane a chain of fma) / C + ε); out = (x·inverse)·weight.
  case rmsNorm(x: BufferID, weight: BufferID, out: BufferID, inverse: BufferID, epsilon: Float)
  /// With h = x·inverse, g = dy·weight, b = lane sum of g·h (a lane a chain of fma(g, h, lane)):
  /// dx = inverse·fma(−h, b / C, g).
  case rmsNormGradient(
    x: BufferID, outputGradient: BufferID, weight: BufferID, inverse: BufferID, out: BufferID)
  /// Gradient of a norm's weight: out[c] = the lane sum over the rows of dy·h, a lane a chain of
  /// fma(dy, h, lane); h = (x − mean[row])·inverse[row], or x·inverse[row] without a mean.
  case weightGradient(
    x: BufferID, outputGradient: BufferID, mean: BufferID?, inverse: BufferID, out: BufferID)
  /// Softmax: m = the row's maximum, e = exp(x − m), out = e / (the lane sum of e).
  case softmax(x: BufferID, out: BufferID)
  /// dx = y·(dy − r), r = the lane sum of y·dy, a lane a chain of fma(y, dy, lane).
  case softmaxGradient(y: BufferID, outputGradient: BufferID, out: BufferID)
}

/// Where an attention operand lies: element (b, t, h, d) is at
/// offset + (b·positions + t)·rowStride + h·headWidth + d.
public struct AttentionOperand: Hashable, Sendable {
  public let buffer: BufferID
  public let offset: Int
  public let rowStride: Int

  /// An operand within `buffer`.
  public init(buffer: BufferID, offset: Int, rowStride: Int) {
    self.buffer = buffer
    self.offset = offset
    self.rowStride = rowStride
  }
}

/// The extents of an attention.
public struct AttentionGeometry: Hashable, Sendable {
  public let batch: Int
  public let positions: Int
  public let heads: Int
  public let headWidth: Int
  /// Whether position t sees the positions up to t only; else all.
  public let isCausal: Bool

  /// Extents, each ≥ 1; `headWidth` ≤ 512.
  public init(batch: Int, positions: Int, heads: Int, headWidth: Int, isCausal: Bool) {
    self.batch = batch
    self.positions = positions
    self.heads = heads
    self.headWidth = headWidth
    self.isCausal = isCausal
  }

  /// 1 / √headWidth.
  public var scale: Float { 1 / Float(headWidth).squareRoot() }
}

/// Multi-head attention. Sums over d are one fma chain from +0; sums over positions are the chains
/// of `Instruction.matmul`: blocks of 512 counted from position 0, each from +0, added in order.
/// Positions that t does not see do not take part: a block without any adds nothing.
public enum AttentionInstruction: Hashable, Sendable {
  /// For each (b, h, t), over the j seen: s[j] = (Σ_d q[t,d]·k[j,d])·scale; maximum = the largest
  /// s[j] that is not NaN, −∞ where there is none, +0 where it is a zero; e[j] = exp(s[j] −
  /// maximum);
  /// sum = the lane sum of e, element j in lane j mod 64; p[j] = e[j] / sum;
  /// out[t,d] = Σ_j p[j]·v[j,d]. `maximum` and `sum` are [batch, heads, positions].
  case forward(
    query: AttentionOperand, key: AttentionOperand, value: AttentionOperand,
    out: AttentionOperand, maximum: BufferID, sum: BufferID)
  /// With p as above from `maximum` and `sum`: dp[t,j] = Σ_d dy[t,d]·v[j,d];
  /// r[t] = the lane sum over j seen of p·dp, a lane a chain of fma(p, dp, lane);
  /// ds[t,j] = (p·(dp − r))·scale; dq[t,d] = Σ_j ds[t,j]·k[j,d]; dk[j,d] = Σ over the t that see j
  /// of ds[t,j]·q[t,d]; dv[j,d] = Σ over the t that see j of p[t,j]·dy[t,d].
  case gradient(
    query: AttentionOperand, key: AttentionOperand, value: AttentionOperand,
    outputGradient: AttentionOperand, maximum: BufferID, sum: BufferID,
    queryGradient: AttentionOperand, keyGradient: AttentionOperand,
    valueGradient: AttentionOperand)
}

/// Lookups, positions and other rearrangements of rows.
public enum SequenceInstruction: Hashable, Sendable {
  /// out[r] = table[ids[r]]; `ids` are int32 in 0 ..< vocabulary, checked like labels.
  case embed(
    table: BufferID, ids: BufferID, out: BufferID, rows: Int, vocabulary: Int, columns: Int)
  /// out = +0, then for each row in order: out[ids[r]] += dy[r].
  case embedGradient(
    ids: BufferID, outputGradient: BufferID, out: BufferID, rows: Int, vocabulary: Int,
    columns: Int)
  /// out[r] = x[r] + y[r mod period].
  case addPeriodic(
    x: BufferID, y: BufferID, out: BufferID, rows: Int, period: Int, columns: Int)
  /// out[p] = the lane sum of x[p], x[p + period], …, each row an element of its column's sum.
  case sumPeriodic(x: BufferID, out: BufferID, rows: Int, period: Int, columns: Int)
  /// Rotary positions (Su et al. 2021) on [rows, heads · headWidth], row r at position r mod
  /// period,
  /// c and s from [period, headWidth / 2]: for i < headWidth / 2 of each head, a = x[i],
  /// b = x[i + headWidth / 2]: out[i] = fma(a, c, −(b·s)), out[i + headWidth / 2] = fma(b, c, a·s);
  /// inverse: with −s for s.
  case rotate(
    x: BufferID, cosines: BufferID, sines: BufferID, out: BufferID, rows: Int, period: Int,
    heads: Int, headWidth: Int, isInverse: Bool)
  /// Element i is kept where word e mod 4 of the Philox block (seed, dropout, step,
  /// node·2³² + e / 4) is ≥ `threshold`: out = x·scale; elsewhere +0. e = i + count ·
  /// `StepScalars.microBatch` is the element's place in the whole batch.
  case dropout(
    x: BufferID, out: BufferID, count: Int, seed: UInt64, node: UInt32, threshold: UInt32,
    scale: Float)
  /// out[…] = x[…] over `extents`, each side by strides from an offset; no element of `out` twice.
  case copy(
    x: BufferID, xOffset: Int, xStrides: [Int], out: BufferID, outOffset: Int,
    outStrides: [Int], extents: [Int])
  /// Every element of `out` becomes +0.
  case clear(out: BufferID, count: Int)
}

/// What is done to gradients and parameters beside the optimiser's own update.
public enum UpdateInstruction: Hashable, Sendable {
  /// out[0] = n > limit ? limit / n : 1, n = √(the chain from +0, over the gradients in order, of
  /// the lane sum of g·g, a lane a chain of fma). A NaN norm gives NaN.
  case clipScale(gradients: [BufferID], counts: [Int], out: BufferID, limit: Float)
  /// out[i] = x[i]·scale[0].
  case scale(x: BufferID, scale: BufferID, out: BufferID, count: Int)
  /// out = x in the first micro-batch of a step, out + x in the others.
  case accumulate(x: BufferID, out: BufferID, count: Int)
  /// average = fma(rate, parameter − average, average).
  case movingAverage(parameter: BufferID, average: BufferID, count: Int, rate: Float)
}
