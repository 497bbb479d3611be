internal import CAssayTensorKernels

/// float32 by integer arithmetic alone, rounded to nearest even; a NaN is 0x7fc00000.
///
/// Its results owe nothing to the processor's arithmetic, its mode, or a compiler's idea of it.
public enum SoftwareFloat {
  /// x·y + z, rounded once.
  public static func fma(_ x: Float, _ y: Float, _ z: Float) -> Float {
    Float(bitPattern: assay_software_fma(x.bitPattern, y.bitPattern, z.bitPattern))
  }

  /// x + y.
  public static func sum(_ x: Float, _ y: Float) -> Float { fma(x, 1, y) }

  /// x − y.
  public static func difference(_ x: Float, _ y: Float) -> Float {
    fma(x, 1, Float(bitPattern: y.bitPattern ^ 1 << 31))
  }

  /// x·y.
  public static func product(_ x: Float, _ y: Float) -> Float { fma(x, y, -0.0) }

  /// x / y.
  public static func quotient(_ x: Float, _ y: Float) -> Float {
    Float(bitPattern: assay_software_quotient(x.bitPattern, y.bitPattern))
  }

  /// The square root of x.
  public static func root(_ x: Float) -> Float {
    Float(bitPattern: assay_software_root(x.bitPattern))
  }

  /// The float32 nearest to an integer.
  public static func nearest(_ x: Int64) -> Float {
    Float(bitPattern: assay_software_of_integer(x))
  }
}
