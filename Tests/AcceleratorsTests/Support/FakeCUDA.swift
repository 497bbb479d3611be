import AssayCryptography
import AssayMerkle
import CAssayDrivers
import Foundation
import Synchronization

/// CUDA's driver without a device: its memory is the process's, its kernels `selftest`, `add` and
/// those that hash are Swift. Any entry can be told to fail.
enum FakeCUDA {
  struct State {
    /// The entry that fails, how many of its calls succeed before, and with what status.
    var failing: (entry: String, after: Int, status: Int32)?
    var deviceCount: Int32 = 1
    var capability: (Int32, Int32) = (9, 0)
    /// Whether sums come out wrong.
    var addsWrongly = false
    var functions: [String] = []
    var allocated = 0
    var contexts = 0
    var streams = 0
    var modules = 0
  }

  static let state = Mutex(State())

  /// The status of one call of an entry.
  static func status(_ entry: String) -> Int32 {
    state.withLock { state in
      guard let failing = state.failing, failing.entry == entry else { return 0 }
      guard failing.after == 0 else {
        state.failing?.after -= 1
        return 0
      }
      return failing.status
    }
  }

  /// Makes a call that changes the state, unless it is told to fail.
  static func call(_ entry: String, _ change: (inout State) -> Void) -> Int32 {
    let status = status(entry)
    if status == 0 { state.withLock { change(&$0) } }
    return status
  }

  static let table = unsafe assay_cuda(
    initialize: { _ in status("cuInit") },
    driver_version: { version in
      unsafe version.pointee = 12040
      return 0
    },
    device_count: { count in
      unsafe count.pointee = state.withLock { $0.deviceCount }
      return status("cuDeviceGetCount")
    },
    device_get: { device, ordinal in
      unsafe device.pointee = ordinal
      return status("cuDeviceGet")
    },
    device_name: { name, length, _ in
      unsafe _ = strncpy(name, "Fake GPU\u{1b}[31m", Int(length) - 1)
      return 0
    },
    device_attribute: { value, attribute, _ in
      let capability = state.withLock { $0.capability }
      unsafe value.pointee = attribute == 75 ? capability.0 : attribute == 76 ? capability.1 : 4
      return 0
    },
    device_memory: { count, _ in
      unsafe count.pointee = 1 << 30
      return 0
    },
    retain_context: { context, _ in
      unsafe context.pointee = 77
      return call("cuDevicePrimaryCtxRetain") { $0.contexts += 1 }
    },
    release_context: { _ in call("cuDevicePrimaryCtxRelease") { $0.contexts -= 1 } },
    set_context: { context in context == 77 ? status("cuCtxSetCurrent") : 201 },
    memory_allocate: { address, count in
      let status = call("cuMemAlloc") { $0.allocated += 1 }
      if status == 0 { unsafe address.pointee = UInt64(UInt(bitPattern: malloc(count))) }
      return status
    },
    memory_free: { address in
      unsafe free(UnsafeMutableRawPointer(bitPattern: UInt(address)))
      return call("cuMemFree") { $0.allocated -= 1 }
    },
    memory_write: { address, source, count, _ in
      unsafe memcpy(pointer(address), source, count)
      return status("cuMemcpyHtoD")
    },
    memory_read: { destination, address, count, _ in
      unsafe memcpy(destination, pointer(address), count)
      return status("cuMemcpyDtoH")
    },
    memory_clear: { address, value, count, _ in
      unsafe memset(pointer(address), Int32(value), count)
      return status("cuMemsetD8")
    },
    load_module: { module, image in
      unsafe module.pointee = 88
      let isText = unsafe strncmp(image.assumingMemoryBound(to: CChar.self), "// source ", 10) == 0
      return isText ? call("cuModuleLoadData") { $0.modules += 1 } : 200
    },
    unload_module: { _ in call("cuModuleUnload") { $0.modules -= 1 } },
    get_function: { function, _, name in
      let text = unsafe String(cString: name)
      let number = state.withLock { state in
        state.functions.append(text)
        return state.functions.count
      }
      unsafe function.pointee = UInt(number)
      return 0
    },
    launch: { function, x, _, _, items, _, _, _, _, arguments, _ in
      let status = status("cuLaunchKernel")
      if status == 0, let arguments = unsafe arguments {
        unsafe run(Int(function), Int(x) * Int(items), arguments)
      }
      return status
    },
    create_stream: { stream, _ in
      unsafe stream.pointee = 99
      return call("cuStreamCreate") { $0.streams += 1 }
    },
    destroy_stream: { _ in call("cuStreamDestroy") { $0.streams -= 1 } },
    synchronize: { _ in status("cuStreamSynchronize") },
    error_text: { _, text in
      unsafe text.pointee = nil
      return 1
    })

  private static func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      preconditionFailure("no memory at 0")
    }
    return unsafe pointer
  }

  private static func number(_ argument: UnsafeMutableRawPointer?) -> Int {
    guard let argument = unsafe argument else { preconditionFailure("an argument is missing") }
    return unsafe argument.load(as: Int.self)
  }

  private static func run(
    _ function: Int, _ items: Int, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    let (name, wrong) = state.withLock { ($0.functions[function - 1], $0.addsWrongly) }
    switch name {
    case "chunk_leaves": unsafe hashLeaves(arguments)
    case "tree_level": unsafe hashLevel(arguments)
    default: unsafe compute(isTest: name == "selftest", wrong, items, arguments)
    }
  }

  /// Reads 32 bytes that are words of numbers, or writes them.
  private static func digest(at address: UnsafeMutableRawPointer) -> [UInt8] {
    (0..<32).map { unsafe address.load(fromByteOffset: $0 / 4 * 4 + 3 - $0 % 4, as: UInt8.self) }
  }

  private static func write(_ digest: Digest, at address: UnsafeMutableRawPointer) {
    for (place, byte) in digest.bytes.enumerated() {
      unsafe address.storeBytes(
        of: byte, toByteOffset: place / 4 * 4 + 3 - place % 4, as: UInt8.self)
    }
  }

  private static func hashLeaves(
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    func long(_ place: Int) -> Int { unsafe number(arguments[place]) }
    let memory = unsafe pointer(UInt64(long(0))), count = long(2)
    let contents = unsafe [UInt8](
      UnsafeRawBufferPointer(start: memory + long(1), count: count))
    let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: memory + long(3), count: 32))
    guard let descriptor = try? Digest(bytes: bytes) else { return }
    let leaves = ChunkTree.leafHashes(of: unsafe contents.span.bytes, descriptor: descriptor)
    for (index, leaf) in leaves.enumerated() {
      unsafe write(leaf, at: memory + long(4) + 32 * index)
    }
  }

  private static func hashLevel(
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    func long(_ place: Int) -> Int { unsafe number(arguments[place]) }
    let memory = unsafe pointer(UInt64(long(0))), count = long(3)
    let nodes = (0..<count).map { unsafe digest(at: memory + long(1) + 32 * $0) }
    for index in stride(from: 0, to: count, by: 2) {
      let both = index + 1 < count ? SHA256.digest(of: [1] + nodes[index] + nodes[index + 1]) : nil
      guard let node = try? both ?? Digest(bytes: nodes[index]) else { return }
      unsafe write(node, at: memory + long(2) + 16 * index)
    }
  }

  /// Runs a kernel on floats whose places come first among its arguments, and their count last.
  private static func compute(
    isTest: Bool, _ wrong: Bool, _ items: Int,
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    func long(_ place: Int) -> Int { unsafe number(arguments[place]) }
    func floats(_ place: Int) -> UnsafeMutablePointer<Float> {
      unsafe (pointer(UInt64(long(0))) + long(place)).assumingMemoryBound(to: Float.self)
    }
    let (x, y, z, out) = unsafe (floats(1), floats(2), floats(3), floats(isTest ? 4 : 3))
    for i in 0..<min(items, long(isTest ? 5 : 4)) {
      let right = unsafe x[i] + y[i], sum = wrong && i == 5000 ? right + 1 : right
      guard isTest else {
        unsafe out[i] = sum
        continue
      }
      let (a, b, c) = unsafe (x[i], y[i], z[i]), product = a * b
      let results = [
        sum, a - b, product, a / b, a.squareRoot(), c.addingProduct(a, b), product + c,
        Float(Int32(bitPattern: a.bitPattern) >> 3),
      ]
      for (place, value) in results.enumerated() {
        unsafe out[8 * i + place] = value.isNaN ? Float(bitPattern: 0x7fc0_0000) : value
      }
    }
  }
}
