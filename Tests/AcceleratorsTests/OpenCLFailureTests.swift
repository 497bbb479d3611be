import AssaySpecification
import AssayTensors
import CAssayDrivers
import Synchronization
import Testing

@testable import AssayAccelerators

/// The machine's driver, some entries of which fail when they are told to.
private enum Failing {
  static let real = try? OpenCLDriver.load()
  /// What the entries return instead of doing anything; 0 lets them work.
  static let status = Mutex<Int32>(0)

  static var driver: OpenCLDriver? {
    guard var table = real?.table else { return nil }
    unsafe table.create_buffer = { context, flags, count, host, status in
      unsafe status.pointee = Failing.status.withLock { $0 }
      guard unsafe status.pointee == 0, let real = Failing.real else { return 0 }
      return unsafe real.table.create_buffer(context, flags, count, host, status)
    }
    unsafe table.enqueue_kernel = { queue, kernel, count, offset, global, local, _, _, _ in
      let status = Failing.status.withLock { $0 }
      guard status == 0, let real = Failing.real else { return status }
      return unsafe real.table.enqueue_kernel(
        queue, kernel, count, offset, global, local, 0, nil, nil)
    }
    unsafe table.enqueue_read = { queue, memory, waits, offset, count, to, _, _, _ in
      let status = Failing.status.withLock { $0 }
      guard status == 0, let real = Failing.real else { return status }
      return unsafe real.table.enqueue_read(queue, memory, waits, offset, count, to, 0, nil, nil)
    }
    unsafe table.enqueue_write = { queue, memory, waits, offset, count, from, _, _, _ in
      let status = Failing.status.withLock { $0 }
      guard status == 0, let real = Failing.real else { return status }
      return unsafe real.table.enqueue_write(
        queue, memory, waits, offset, count, from, 0, nil, nil)
    }
    return OpenCLDriver(table: table)
  }

  static func set(_ value: Int32) { status.withLock { $0 = value } }
}

@Suite(.serialized, .enabled(if: (Failing.real.map(OpenCLDevice.list) ?? []).isEmpty == false))
struct OpenCLFailureTests {
  private func program() throws -> StepProgram {
    let (x, sum) = (BufferID(index: 0), BufferID(index: 1))
    return StepProgram(
      buffers: try ["x", "sum"].map {
        BufferDeclaration(
          name: $0, elementType: .float32, shape: try Shape([2]), role: .parameter)
      }, instructions: [.add(x: x, y: x, out: sum, count: 2)], features: x, targets: x,
      prediction: sum, loss: sum, batchSize: 1)
  }

  @Test func aLostDeviceIsSaidWhereverItIsLost() throws {
    Failing.set(0)
    defer { Failing.set(0) }
    let driver = try #require(Failing.driver)
    let (handle, description) = try #require(OpenCLDevice.list(driver).first)
    let backend = try DeviceBackend(OpenCLDevice(driver, handle, description))
    let executor = try backend.makeExecutor(for: program())
    let values: [Float] = [1, 2]
    try unsafe executor.load(values.span.bytes, into: BufferID(index: 0))
    try executor.run(StepScalars(learningRate: 0))
    for (status, reason) in [(-36, "the queue is lost"), (-9999, "OpenCL error -9999")]
      as [(Int32, String)]
    {
      Failing.set(status)
      let lost = BackendError.device(name: description.label, reason: reason)
      #expect(throws: lost) { try executor.run(StepScalars(learningRate: 0)) }
      #expect(throws: lost) {
        try unsafe executor.load(values.span.bytes, into: BufferID(index: 0))
      }
      #expect(throws: lost) { try executor.withContents(of: BufferID(index: 1)) { _ in } }
      #expect(throws: lost) { _ = try backend.makeExecutor(for: program()) }
      #expect(throws: lost) { _ = try DeviceBackend(OpenCLDevice(driver, handle, description)) }
    }
    Failing.set(-4)
    let needed = backend.byteCount(for: try program())
    #expect(throws: BackendError.memory(byteCount: needed)) {
      _ = try backend.makeExecutor(for: program())
    }
  }
}
