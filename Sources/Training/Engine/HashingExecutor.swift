public import AssayCryptography
public import AssaySpecification
public import AssayTensors

/// An executor that computes the chunk trees of its buffers where they lie.
public protocol HashingExecutor: StepExecutor {
  /// The root of each buffer's contents as `LeafHasher` defines it, one descriptor for each.
  ///
  /// - Precondition: the buffers are some of the program's state.
  func contentsRoots(
    of buffers: [BufferID], descriptors: [Digest]
  ) throws(BackendError) -> [Digest]
}
