import AssaySpecification
import CAssayTensorKernels
import Testing

/// What the convolution kernels promise beyond what checked programs ask of them.
@Suite struct ConvolutionContractTests {
  private static let ordinary = assay_convolution(
    batch: 2, input_channels: 4, height: 9, width: 10, output_channels: 6, kernel_height: 3,
    kernel_width: 3, stride: 1, padding: 1, groups: 2)

  /// The ordinary shape with one number changed.
  private static func changed(
    _ place: WritableKeyPath<assay_convolution, Int64>, _ value: Int64
  ) -> assay_convolution {
    var shape = ordinary
    shape[keyPath: place] = value
    return shape
  }

  @Test func impossibleShapesAreRefused() {
    let shapes = [
      Self.changed(\.batch, 0), Self.changed(\.input_channels, -4),
      Self.changed(\.input_channels, 5), Self.changed(\.output_channels, 5),
      Self.changed(\.height, 0), Self.changed(\.width, .max), Self.changed(\.batch, 1 << 59),
      Self.changed(\.kernel_height, 12), Self.changed(\.kernel_width, 13),
      Self.changed(\.stride, 0), Self.changed(\.padding, -1), Self.changed(\.padding, 3),
      Self.changed(\.groups, 0), Self.changed(\.groups, 3),
    ]
    for path in kernelPaths {
      for kind in 0..<3 as Range<Int32> {
        for var shape in shapes {
          #expect(unsafe assay_convolution_workspace(path, 1, kind, &shape) == -1, "\(shape)")
        }
      }
      var shape = Self.ordinary
      for kind in [-1, 3] as [Int32] {
        #expect(unsafe assay_convolution_workspace(path, 1, kind, &shape) == -1)
      }
      var out: Float = 0
      var index: Int32 = 0
      #expect(unsafe assay_max_pool(path, 1, &shape, [1], &out, &index) == ASSAY_ERROR_SHAPE)
      #expect(unsafe assay_average_pool(path, 1, &shape, [1], &out) == ASSAY_ERROR_SHAPE)
      var channels = assay_channels(batch: 1, channels: 0, spatial: 1)
      #expect(unsafe assay_channel_sum(path, 1, &channels, [1], &out) == ASSAY_ERROR_SHAPE)
    }
    var shape = Self.ordinary
    #expect(unsafe assay_convolution_workspace(4, 1, 0, &shape) == -1)
  }

  /// Nothing beyond the workspace it asked for is touched, and a smaller one is refused.
  @Test(arguments: [0, 1, 2] as [Int32])
  func theWorkspaceIsEnough(kind: Int32) throws {
    let memory = try unsafe #require(assay_tensor_memory(64 << 20))
    defer { unsafe assay_tensor_memory_free(memory) }
    for geometry in ConvolutionTests.geometries {
      var shape = assay_convolution(
        batch: Int64(geometry.batch), input_channels: Int64(geometry.inputChannels),
        height: Int64(geometry.height), width: Int64(geometry.width),
        output_channels: Int64(geometry.outputChannels),
        kernel_height: Int64(geometry.kernelHeight), kernel_width: Int64(geometry.kernelWidth),
        stride: Int64(geometry.stride), padding: Int64(geometry.padding),
        groups: Int64(geometry.groups))
      let sizes = [geometry.inputCount, geometry.weightCount, geometry.outputCount]
      let (x, weight, y) = (sizes[0], sizes[1], sizes[2])
      let ones = [Float](repeating: 1, count: sizes.max() ?? 0)
      var out = [Float](repeating: 0, count: [y, x, weight][Int(kind)])
      for path in kernelPaths {
        for threads in [1, 3] as [Int32] {
          let needed = unsafe assay_convolution_workspace(path, threads, kind, &shape)
          #expect(needed > 0 && needed < 63 << 20)
          let end = unsafe memory + Int(needed)
          unsafe end.initializeMemory(as: UInt8.self, repeating: 0xa5, count: 4096)
          let run = { (start: UnsafeMutableRawPointer, size: Int64) -> Int32 in
            switch kind {
            case 0: unsafe assay_convolution(path, threads, &shape, ones, ones, &out, start, size)
            case 1:
              unsafe assay_convolution_input_gradient(
                path, threads, &shape, ones, ones, &out, start, size)
            default:
              unsafe assay_convolution_weight_gradient(
                path, threads, &shape, ones, ones, &out, start, size)
            }
          }
          #expect(unsafe run(memory, needed - 1) == ASSAY_ERROR_WORKSPACE)
          #expect(unsafe run(memory + 4, needed) == ASSAY_ERROR_WORKSPACE)
          #expect(unsafe run(memory, needed) == ASSAY_OK)
          let fence = unsafe UnsafeRawBufferPointer(start: end, count: 4096)
          #expect(unsafe fence.allSatisfy { $0 == 0xa5 }, "\(geometry), path \(path)")
        }
      }
    }
  }
}
