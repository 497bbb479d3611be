import AssayCryptography
import AssaySpecification
import AssayTensors
import CAssayDeviceKernels
import CAssayDrivers
import Synchronization
import Testing

@testable import AssayAccelerators

/// Tests on fake drivers, whose state is one for all.
@Suite(.serialized) enum FakeDriverTests {}

/// The way through CUDA's driver, on one that has no device behind it.
extension FakeDriverTests {
  @Suite struct CUDATests {
    init() { FakeCUDA.state.withLock { $0 = FakeCUDA.State() } }

    private func device() throws -> CUDADevice {
      let driver = try CUDADriver(initializing: FakeCUDA.table)
      return try CUDADevice(driver, #require(CUDADevice.list(driver).first))
    }

    private func fail(_ entry: String, after: Int = 0, status: Int32 = 719) {
      FakeCUDA.state.withLock { $0.failing = (entry, after, status) }
    }

    /// out = x + y of five elements.
    private func program() throws -> StepProgram {
      let five = try Shape([5])
      let buffers = ["x", "y", "sum"].map {
        BufferDeclaration(name: $0, elementType: .float32, shape: five, role: .parameter)
      }
      let (x, y, sum) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
      return StepProgram(
        buffers: buffers, instructions: [.add(x: x, y: y, out: sum, count: 5)], features: x,
        targets: y, prediction: sum, loss: sum, batchSize: 1)
    }

    private func runOnce(_ backend: DeviceBackend) throws -> [UInt8] {
      let executor = try backend.makeExecutor(for: program())
      let x: [Float] = [1, 2, 3, 4, 5], y: [Float] = [0.5, 0.25, -3, 1e30, -0.0]
      try unsafe executor.load(x.span.bytes, into: BufferID(index: 0))
      try unsafe executor.load(y.span.bytes, into: BufferID(index: 1))
      // The status is among what a run reads; no kernel of this driver sets it.
      try executor.run(StepScalars(learningRate: 0.5))
      return try executor.withContents(of: BufferID(index: 2)) { bytes in
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      }
    }

    @Test func aDeviceIsDescribedInItsOwnWordsWithoutControlCharacters() throws {
      let description = try device().description
      #expect(
        description.label
          == "cuda:0 Fake GPU[31m, CUDA 12.4, compute capability 9.0")
      #expect(description.obstacle == nil)
      #expect(description.computeUnits == 4)
    }

    @Test func anOldDeviceCannotBeUsed() throws {
      FakeCUDA.state.withLock { $0.capability = (7, 0) }
      let driver = try CUDADriver(initializing: FakeCUDA.table)
      let description = try #require(CUDADevice.list(driver).first)
      #expect(description.obstacle == "its compute capability is below 7.5")
    }

    @Test func aDriverThatCannotStartSaysSo() throws {
      fail("cuInit", status: 100)
      #expect {
        _ = try CUDADriver(initializing: FakeCUDA.table)
      } throws: { error in
        (error as? DriverMissing)?.reason
          == "NVIDIA's driver cannot be initialised: no device was found"
      }
    }

    @Test func argumentsReachTheKernelsAndEverythingIsGivenBack() throws {
      let expected: [Float] = [1.5, 2.25, 0, 1e30, 5]
      let found = try runOnce(DeviceBackend(device()))
      #expect(
        found == expected.flatMap { value in (0..<4 as Range<UInt32>).map(value.bitPattern.byte) })
      let state = FakeCUDA.state.withLock { $0 }
      #expect([state.allocated, state.streams, state.modules, state.contexts] == [0, 0, 0, 0])
      #expect(state.livingGraphs == 0 && state.calls.contains("cuGraphLaunch"))
    }

    @Test func aDeviceThatAddsWronglyIsRefused() throws {
      FakeCUDA.state.withLock { $0.addsWrongly = true }
      #expect {
        _ = try DeviceBackend(device())
      } throws: { error in
        if case .device(_, let reason)? = error as? BackendError {
          return reason.contains("x + y of") && reason.contains("cannot be used")
        }
        return false
      }
    }

    @Test func tooLittleMemoryIsSaidInBytes() throws {
      let backend = try DeviceBackend(device())
      fail("cuMemAlloc", status: 2)
      let needed = backend.byteCount(for: try program())
      #expect(throws: BackendError.memory(byteCount: needed)) { try runOnce(backend) }
    }

    @Test func thePTXIsThatOfTheKernels() throws {
      let ptx = unsafe String(cString: assay_kernel_ptx())
      let digest = SHA256.digest(of: Array(KernelSource.text.utf8))
      #expect(
        ptx.hasPrefix("// source \(digest.hex)\n"),
        "the kernels have changed: run scripts/cuda-kernels")
    }
  }
}

extension UInt32 {
  /// Byte `index` from the lowest.
  fileprivate func byte(_ index: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: self >> (8 * index)) }
}
