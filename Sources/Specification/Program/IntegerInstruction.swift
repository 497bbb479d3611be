/// An operation on exact integers: see `IntegerStep` for what a step makes of them, and for rs and
/// sat.
///
/// Products read int8 and give int32, exactly: `IntegerBounds` excludes sums that overflow. A
/// rounded value outside [−2^15, 2^15) before its saturation is an error.
public enum IntegerInstruction: Hashable, Sendable {
  /// out (int8) = sat(rs(weight, shift), −127, 127); weight is int32 or int64.
  case roundWeights(
    weight: BufferID, elementType: ElementType, out: BufferID, count: Int, shift: Int)
  /// out[m×n] (int32) = op(a)·op(b) (int8), op being transposition where asked.
  case matmul(
    a: BufferID, b: BufferID, out: BufferID, m: Int, n: Int, k: Int,
    transposeA: Bool, transposeB: Bool)
  /// The sums of a float32 convolution, of int8 into int32; one group.
  case convolution(ConvolutionInstruction, ConvolutionGeometry)
  /// out (int8) = sat(rs(x, shift), 0, 127), x being int32.
  case activate(x: BufferID, out: BufferID, count: Int, shift: Int)
  /// out[planes×height×width] (int8) = sat(rs(z, shift), 0, 127), z being the sum of a 2×2 block of
  /// x[planes×2·height×2·width] (int32).
  case poolActivate(
    x: BufferID, out: BufferID, planes: Int, height: Int, width: Int, shift: Int)
  /// out (int8) = activation > 0 ? sat(rs(gradient, shift), −128, 127) : 0; what is masked can
  /// overflow too.
  case maskGradient(
    gradient: BufferID, activation: BufferID, out: BufferID, count: Int, shift: Int)
  /// out[planes×2·height×2·width]: each element of x[planes×height×width] at four places; int8.
  case spread(x: BufferID, out: BufferID, planes: Int, height: Int, width: Int)
  /// The gradient (int8) of each row of logits (int32), and the mean loss (float32).
  case loss(
    logits: BufferID, labels: BufferID, gradient: BufferID, loss: BufferID, rows: Int,
    IntegerLoss)
  /// `IntegerUpdate` with the gradient D (int32) and c(t) = the step's learning rate, a whole
  /// number; weight and velocity are both int32 or int64. A product or sum that its type does not
  /// hold, which no certified step has, is taken modulo the type.
  case update(
    weight: BufferID, velocity: BufferID?, gradient: BufferID, elementType: ElementType,
    count: Int, decayShift: Int)
}
