internal import AssayTensors
internal import CAssayDrivers

/// A buffer, an in-order queue, and kernels with their arguments set.
final class OpenCLQueue: DeviceQueue {
  private struct Prepared {
    var kernel: assay_handle
    var global: [Int]
    var local: [Int]
  }

  private let driver: OpenCLDriver
  /// Keeps the context and the program.
  private let owner: OpenCLDevice
  private let program: assay_handle
  private var queue: assay_handle = 0
  private var memory: assay_handle = 0
  private var prepared: [Prepared] = []

  init(
    _ driver: OpenCLDriver, _ owner: OpenCLDevice, _ context: assay_handle,
    _ device: assay_handle, _ program: assay_handle, byteCount: Int
  ) throws(BackendError) {
    self.driver = driver
    self.owner = owner
    self.program = program
    var status: Int32 = 0
    // SAFETY: here and below: the driver keeps no pointer that it is given after the call, as all
    // reads and writes wait until they are done.
    queue = unsafe driver.table.create_queue(context, device, 0, &status)
    try check(status)
    memory = unsafe driver.table.create_buffer(context, 1, byteCount, nil, &status)
    guard ![-4, -6, -61].contains(status) else { throw .memory(byteCount: byteCount) }
    try check(status)
    var zero: UInt32 = 0
    // SAFETY: as above; the pattern is copied.
    status = unsafe driver.table.enqueue_fill(
      queue, memory, &zero, 4, 0, byteCount, 0, nil, nil)
    // Some drivers take the memory when it is first used.
    guard ![-4, -6].contains(status) else { throw .memory(byteCount: byteCount) }
    try check(status)
    try check(driver.table.finish(queue))
  }

  deinit {
    for launch in prepared { _ = driver.table.release_kernel(launch.kernel) }
    if memory != 0 { _ = driver.table.release_buffer(memory) }
    if queue != 0 { _ = driver.table.release_queue(queue) }
  }

  private func check(_ status: Int32) throws(BackendError) {
    guard status == 0 else {
      throw .device(name: owner.description.label, reason: OpenCL.text(of: status))
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(BackendError) {
    guard bytes.byteCount > 0 else { return }
    // SAFETY: as above; the executor writes within the memory.
    let status = unsafe bytes.withUnsafeBytes { source -> Int32 in
      guard let start = source.baseAddress else { return 0 }
      return unsafe driver.table.enqueue_write(
        queue, memory, 1, offset, source.count, start, 0, nil, nil)
    }
    try check(status)
  }

  func read(_ count: Int, at offset: Int) throws(BackendError) -> [UInt8] {
    var status: Int32 = 0
    // SAFETY: as above; all of the array is written, or the call fails.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress, count > 0 else { return }
      status = unsafe driver.table.enqueue_read(
        queue, memory, 1, offset, count, start, 0, nil, nil)
      initialized = status == 0 ? count : 0
    }
    try check(status)
    return bytes
  }

  func prepare(_ launches: [Launch]) throws(BackendError) -> Range<Int> {
    let first = prepared.count
    for launch in launches {
      var status: Int32 = 0
      // SAFETY: the name is read during the call.
      let kernel = unsafe driver.table.create_kernel(program, launch.kernel, &status)
      guard status == 0 else {
        throw .device(
          name: owner.description.label,
          reason: "kernel \(launch.kernel): \(OpenCL.text(of: status))")
      }
      prepared.append(
        Prepared(
          kernel: kernel, global: [launch.groups[0] * launch.items] + launch.groups[1...],
          local: [launch.items, 1, 1]))
      var handle = memory
      // SAFETY: here and below: the value is copied during the call.
      let size = MemoryLayout<assay_handle>.size
      try check(unsafe driver.table.set_argument(kernel, 0, size, &handle))
      for (place, argument) in launch.arguments.enumerated() {
        let index = UInt32(place + 1)
        switch argument {
        case .long(let value):
          var number = Int64(value)
          // SAFETY: as above.
          status = unsafe driver.table.set_argument(kernel, index, 8, &number)
        case .int(let value):
          var number = value
          // SAFETY: as above.
          status = unsafe driver.table.set_argument(kernel, index, 4, &number)
        case .float(let value):
          var number = value
          // SAFETY: as above.
          status = unsafe driver.table.set_argument(kernel, index, 4, &number)
        }
        try check(status)
      }
    }
    return first..<prepared.count
  }

  func run(_ launches: Range<Int>) throws(BackendError) {
    for launch in prepared[launches] {
      // SAFETY: three extents each, read during the call.
      try check(
        unsafe driver.table.enqueue_kernel(
          queue, launch.kernel, 3, nil, launch.global, launch.local, 0, nil, nil))
    }
  }
}
