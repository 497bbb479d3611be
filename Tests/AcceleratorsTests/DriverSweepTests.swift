import AssayCryptography
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayTraining
import CAssayDrivers
import Synchronization
import Testing

@testable import AssayAccelerators

/// A whole session on a fake driver, in which any call may fail: every failure is said, none gives
/// a result, and everything that was taken is given back.
extension FakeDriverTests {
  @Suite struct DriverSweepTests {
    /// out = x + y of five elements; the state is all three.
    private static let program: StepProgram = {
      let buffers = ["x", "y", "sum"].compactMap { name in
        (try? Shape([5])).map {
          BufferDeclaration(name: name, elementType: .float32, shape: $0, role: .parameter)
        }
      }
      let (x, y, sum) = (BufferID(index: 0), BufferID(index: 1), BufferID(index: 2))
      return StepProgram(
        buffers: buffers, instructions: [.add(x: x, y: y, out: sum, count: 5)], features: x,
        targets: y, prediction: sum, loss: sum, batchSize: 1)
    }()

    /// Opens the device, runs a step, hashes the result and reads it.
    private func session(_ open: () throws -> any Device) throws -> (sum: [UInt8], root: Digest) {
      let backend = try DeviceBackend(open())
      let executor = try backend.makeExecutor(for: Self.program)
      let x: [Float] = [1, 2, 3, 4, 5], y: [Float] = [0.5, 0.25, -3, 1e30, -0.0]
      try unsafe executor.load(x.span.bytes, into: BufferID(index: 0))
      try unsafe executor.load(y.span.bytes, into: BufferID(index: 1))
      try executor.run(StepScalars(learningRate: 0.5))
      let hashing = try #require(executor as? any HashingExecutor)
      let roots = try hashing.contentsRoots(
        of: [BufferID(index: 2)], descriptors: [SHA256.digest(of: [1])])
      let sum = try executor.withContents(of: BufferID(index: 2)) { bytes in
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      }
      return (sum, try #require(roots.first))
    }

    /// Each call with each status where time is no matter, else some of each phase.
    private func failures(
      _ count: Int, _ statuses: [(status: Int32, isLost: Bool)]
    ) -> [(call: Int, status: Int32, isLost: Bool)] {
      let isWhole = Rounds.of(1) > 1
      let few = Set(
        Array(0..<min(12, count)) + Array(max(0, count - 20)..<count)
          + stride(from: 0, to: count, by: 97))
      return (isWhole ? Array(0..<count) : few.sorted()).flatMap { call in
        (isWhole ? statuses : [statuses[call % statuses.count]]).map {
          (call, $0.status, $0.isLost)
        }
      }
    }

    @Test func everyCallOfOpenCLMayFail() throws {
      func open() throws -> any Device {
        let driver = OpenCLDriver(table: FakeOpenCL.table)
        let (handle, description) = try #require(OpenCLDevice.list(driver).first)
        return try OpenCLDevice(driver, handle, description)
      }
      FakeOpenCL.state.withLock { $0 = FakeOpenCL.State() }
      let expected = try session(open)
      let names = FakeOpenCL.state.withLock { $0.calls }
      for (call, status, isLost) in failures(
        names.count, [(-9999, true), (-36, false), (-4, false)])
      {
        FakeOpenCL.state.withLock {
          $0 = FakeOpenCL.State()
          $0.failing = (call, status)
          $0.isLost = isLost
        }
        let what = "\(names[call]), call \(call), status \(status)"
        do {
          let found = try session(open)
          Issue.record("\(what): a result, \(found == expected ? "right" : "wrong")")
        } catch let error as BackendError {
          let takesMemory = ["clCreateBuffer", "clEnqueueFillBuffer"].contains(names[call])
          switch error {
          case .memory: #expect(status == -4 && takesMemory, "\(what)")
          case .device(let name, let reason):
            #expect(name.hasPrefix("opencl:0 Fake") && !(status == -4 && takesMemory), "\(what)")
            #expect(reason.contains(OpenCL.text(of: status)), "\(what): \(reason)")
          default: Issue.record("\(what): \(error)")
          }
        }
        let living = FakeOpenCL.state.withLock { $0.living.filter { $0.value != 0 } }
        #expect(living.isEmpty, "\(what): \(living)")
      }
    }

    @Test func everyCallOfCUDAMayFail() throws {
      func open() throws -> any Device {
        do {
          let driver = try CUDADriver(initializing: FakeCUDA.table)
          guard let device = CUDADevice.list(driver).first else {
            throw DriverMissing("it finds no device")
          }
          return try CUDADevice(driver, device)
        } catch let error as DriverMissing {
          throw BackendError.device(name: "cuda:0", reason: error.reason)
        }
      }
      FakeCUDA.state.withLock { $0 = FakeCUDA.State() }
      let expected = try session(open)
      let names = FakeCUDA.state.withLock { $0.calls }
      for (call, status, isLost) in failures(names.count, [(719, true), (700, false), (2, false)]) {
        FakeCUDA.state.withLock {
          $0 = FakeCUDA.State()
          $0.failingCall = (call, status)
          $0.isLost = isLost
        }
        let what = "\(names[call]), call \(call), status \(status)"
        var hasFailed = false
        do {
          // Giving something back may fail, and harms no result.
          #expect(try session(open) == expected, "\(what)")
        } catch let error as BackendError {
          hasFailed = true
          switch error {
          case .memory: #expect(status == 2 && names[call] == "cuMemAlloc", "\(what)")
          case .device(let name, let reason):
            #expect(name.hasPrefix("cuda:0"), "\(what)")
            let words = status == 2 ? "out of memory" : "\(status)"
            #expect(
              reason.contains(names[call] == "cuDeviceGetCount" ? "no device" : words), "\(what)")
          default: Issue.record("\(what): \(error)")
          }
        }
        let living = FakeCUDA.state.withLock {
          [$0.allocated, $0.streams, $0.modules, $0.contexts, $0.livingGraphs]
        }
        // A context that cannot be made current any more takes what is in it with it.
        if hasFailed, !isLost { #expect(living == [0, 0, 0, 0, 0], "\(what)") }
      }
    }

    @Test func aDriverThatIsNotThereOrIsTooOldSaysSo() {
      for (libraries, words) in [
        (["libassay-nothing.so.1"], "there is no OpenCL loader"),
        (["libassay-nothing.so.1", "libm.so.6"], "it has no clGetPlatformIDs"),
      ] {
        #expect {
          _ = try OpenCLDriver.load(from: libraries)
        } throws: { error in
          (error as? DriverMissing)?.reason.contains(words) == true
        }
      }
      for (libraries, words) in [
        (["libassay-nothing.so.1"], "there is no libcuda.so.1"),
        (["libassay-nothing.so.1", "libm.so.6"], "it has no cuInit"),
      ] {
        #expect {
          _ = try CUDADriver.load(from: libraries)
        } throws: { error in
          (error as? DriverMissing)?.reason.contains(words) == true
        }
      }
    }

    @Test func anOpenCLDeviceThatLacksSomethingIsNotOpened() throws {
      let driver = OpenCLDriver(table: FakeOpenCL.table)
      for (change, words) in [
        ({ $0.isAvailable = false }, "not available"),
        ({ $0.floatSettings = 0x06 }, "lacks subnormals"),
      ] as [((inout FakeOpenCL.State) -> Void, String)] {
        FakeOpenCL.state.withLock {
          $0 = FakeOpenCL.State()
          change(&$0)
        }
        let obstacle = OpenCLDevice.list(driver).first?.1.obstacle
        #expect(obstacle?.contains(words) == true)
      }
      FakeOpenCL.state.withLock { $0.hasDevice = false }
      #expect(OpenCLDevice.list(driver).isEmpty)
    }

    @Test func aProgramThatIsTooLargeIsRefusedBeforeAnythingIsTaken() throws {
      FakeOpenCL.state.withLock {
        $0 = FakeOpenCL.State()
        $0.largestAllocation = 600_000
      }
      let driver = OpenCLDriver(table: FakeOpenCL.table)
      let (handle, description) = try #require(OpenCLDevice.list(driver).first)
      #expect(description.hardware == .amdGPU)
      let device = try OpenCLDevice(driver, handle, description)
      #expect(throws: BackendError.memory(byteCount: 600_001)) {
        _ = try device.makeQueue(byteCount: 600_001)
      }
    }

    @Test func aDeviceThatAddsWronglyIsRefused() throws {
      FakeOpenCL.state.withLock {
        $0 = FakeOpenCL.State()
        $0.addsWrongly = true
      }
      let driver = OpenCLDriver(table: FakeOpenCL.table)
      let (handle, description) = try #require(OpenCLDevice.list(driver).first)
      #expect {
        _ = try DeviceBackend(OpenCLDevice(driver, handle, description))
      } throws: { error in
        "\(error)".contains("x + y of") && "\(error)".contains("cannot be used")
      }
    }
  }
}
