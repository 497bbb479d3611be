import CAssayDrivers
import Foundation
import Synchronization

/// OpenCL without a device: its memory is the process's, its kernels are `FakeKernels`. Every call
/// that makes, moves or runs something is counted, and any one of them can be told to fail.
enum FakeOpenCL {
  struct State {
    /// The calls so far, by name.
    var calls: [String] = []
    /// The call that fails, from 0, with what status, and whether all later ones do, too.
    var failing: (call: Int, status: Int32)?
    var isLost = false
    /// What is told of the device.
    var floatSettings: UInt64 = 0xbf
    var isAvailable = true
    var hasDevice = true
    var largestAllocation: UInt64 = 1 << 30
    /// Whether sums come out wrong.
    var addsWrongly = false
    /// Kernels and their arguments, and what has been made and not released.
    var kernels: [(name: String, arguments: [Int: Int])] = []
    var living: [String: Int] = [:]
  }

  static let state = Mutex(State())

  /// Counts a call, and says how it ends.
  private static func call(_ name: String, _ kind: String? = nil, _ change: Int = 1) -> Int32 {
    state.withLock { state in
      let number = state.calls.count
      state.calls.append(name)
      if let failing = state.failing,
        number == failing.call || state.isLost && number > failing.call
      {
        return failing.status
      }
      if let kind { state.living[kind, default: 0] += change }
      return 0
    }
  }

  private static func made(
    _ name: String, _ kind: String, _ status: UnsafeMutablePointer<Int32>,
    _ make: () -> assay_handle
  ) -> assay_handle {
    unsafe status.pointee = call(name, kind)
    return unsafe status.pointee == 0 ? make() : 0
  }

  /// Releasing is what a lost device lets happen, too.
  private static func release(_ kind: String) -> Int32 {
    state.withLock { $0.living[kind, default: 0] -= 1 }
    return 0
  }

  static let table = unsafe assay_opencl(
    get_platforms: { _, platforms, count in
      unsafe platforms?.pointee = 5
      unsafe count?.pointee = 1
      return 0
    },
    get_platform_info: { _, _, size, value, needed in
      unsafe answer(Array("Fake platform\0".utf8), size, value, needed)
    },
    get_devices: { _, _, _, devices, count in
      guard state.withLock({ $0.hasDevice }) else { return -1 }
      unsafe devices?.pointee = 6
      unsafe count?.pointee = 1
      return 0
    },
    get_device_info: { _, item, size, value, needed in
      let number: UInt64? = state.withLock { state in
        switch item {
        case 0x1000: 4
        case 0x1001: 0x1002
        case 0x1004: 256
        case 0x1010: state.largestAllocation
        case 0x101b: state.floatSettings
        case 0x1026: 1
        case 0x1027: state.isAvailable ? 1 : 0
        case 0x1002, 0x101f, 0x1023: 1 << 20
        default: nil
        }
      }
      let bytes = number.map { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      }
      return unsafe answer(bytes ?? Array("Fake\0".utf8), size, value, needed)
    },
    create_context: { _, _, _, _, _, status in
      unsafe made("clCreateContext", "context", status) { 7 }
    },
    release_context: { $0 == 7 ? release("context") : -34 },
    create_queue: { _, _, _, status in
      unsafe made("clCreateCommandQueue", "queue", status) { 8 }
    },
    release_queue: { $0 == 8 ? release("queue") : -36 },
    create_buffer: { _, _, count, _, status in
      unsafe made("clCreateBuffer", "buffer", status) {
        unsafe UInt(bitPattern: malloc(count))
      }
    },
    release_buffer: { handle in
      unsafe free(UnsafeMutableRawPointer(bitPattern: handle))
      return release("buffer")
    },
    create_program: { _, _, _, _, status in
      unsafe made("clCreateProgramWithSource", "program", status) { 9 }
    },
    build_program: { _, _, _, _, _, _ in call("clBuildProgram") },
    get_build_info: { _, _, _, size, value, needed in
      unsafe answer(Array("line 1: an error\0".utf8), size, value, needed)
    },
    release_program: { $0 == 9 ? release("program") : -44 },
    create_kernel: { _, name, status in
      let text = unsafe String(cString: name)
      return unsafe made("clCreateKernel", "kernel", status) {
        state.withLock { state in
          state.kernels.append((text, [:]))
          return assay_handle(state.kernels.count)
        }
      }
    },
    release_kernel: { _ in release("kernel") },
    set_argument: { kernel, place, size, value in
      let status = call("clSetKernelArg")
      guard status == 0 else { return status }
      let number = unsafe size == 8 ? value.load(as: Int.self) : Int(value.load(as: Int32.self))
      state.withLock { $0.kernels[Int(kernel) - 1].arguments[Int(place)] = number }
      return 0
    },
    enqueue_kernel: { _, kernel, _, _, global, _, _, _, _ in
      let status = call("clEnqueueNDRangeKernel")
      guard status == 0 else { return status }
      let (prepared, isWrong) = state.withLock { ($0.kernels[Int(kernel) - 1], $0.addsWrongly) }
      let count = prepared.arguments.count
      guard let memory = unsafe pointer(prepared.arguments[0]) else { return -38 }
      let kernels = unsafe FakeKernels(
        memory: memory, arguments: (1..<count).map { prepared.arguments[$0] ?? 0 },
        addsWrongly: isWrong)
      kernels.run(prepared.name, items: unsafe global.pointee)
      return 0
    },
    enqueue_read: { _, buffer, _, offset, count, destination, _, _, _ in
      let status = call("clEnqueueReadBuffer")
      guard status == 0, let memory = unsafe pointer(Int(buffer)) else { return status }
      unsafe memcpy(destination, memory + offset, count)
      return 0
    },
    enqueue_write: { _, buffer, _, offset, count, source, _, _, _ in
      let status = call("clEnqueueWriteBuffer")
      guard status == 0, let memory = unsafe pointer(Int(buffer)) else { return status }
      unsafe memcpy(memory + offset, source, count)
      return 0
    },
    enqueue_fill: { _, buffer, _, _, offset, count, _, _, _ in
      let status = call("clEnqueueFillBuffer")
      guard status == 0, let memory = unsafe pointer(Int(buffer)) else { return status }
      unsafe memset(memory + offset, 0, count)
      return 0
    },
    finish: { _ in call("clFinish") })

  private static func pointer(_ handle: Int?) -> UnsafeMutableRawPointer? {
    unsafe handle.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
  }

  /// Gives as many bytes as there is room for.
  private static func answer(
    _ bytes: [UInt8], _ size: Int, _ value: UnsafeMutableRawPointer?,
    _ needed: UnsafeMutablePointer<Int>?
  ) -> Int32 {
    unsafe needed?.pointee = bytes.count
    guard let value = unsafe value else { return 0 }
    for index in 0..<min(size, bytes.count) {
      unsafe value.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self)
    }
    return 0
  }
}
