import AssaySpecification

/// The geometry of a test, which is a possible one.
func possible(_ geometry: ConvolutionGeometry?) -> ConvolutionGeometry {
  guard let geometry else { preconditionFailure("the test names an impossible geometry") }
  return geometry
}
