import CAssayDrivers
import Foundation
import Synchronization

/// CUDA's driver without a device: its memory is the process's, its kernels are `FakeKernels`. Any
/// entry, and any call of all, can be told to fail.
enum FakeCUDA {
  struct State {
    /// The entry that fails, how many of its calls succeed before, and with what status.
    var failing: (entry: String, after: Int, status: Int32)?
    /// The calls so far, by entry; the one of them that fails, from 0, and whether later ones do.
    var calls: [String] = []
    var failingCall: (call: Int, status: Int32)?
    var isLost = false
    var deviceCount: Int32 = 1
    var capability: (Int32, Int32) = (9, 0)
    /// Whether sums come out wrong.
    var addsWrongly = false
    var functions: [String] = []
    /// What is being made a graph of; the graphs so far, and how many are alive.
    var captured: [CapturedLaunch]?
    var graphs: [[CapturedLaunch]] = []
    var livingGraphs = 0
    var allocated = 0
    var contexts = 0
    var streams = 0
    var modules = 0
  }

  static let state = Mutex(State())

  /// The status of one call of an entry.
  static func status(_ entry: String) -> Int32 {
    state.withLock { state in
      let number = state.calls.count
      state.calls.append(entry)
      if let failing = state.failingCall,
        number == failing.call || state.isLost && number > failing.call
      {
        return failing.status
      }
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
      return status("cuModuleGetFunction")
    },
    launch: { function, x, _, _, items, _, _, _, _, arguments, _ in
      let status = status("cuLaunchKernel")
      guard status == 0, let arguments = unsafe arguments else { return status }
      let launch = unsafe captured(Int(function), Int(x) * Int(items), arguments)
      let isCaptured = state.withLock { state in
        state.captured?.append(launch)
        return state.captured != nil
      }
      if !isCaptured { run(launch) }
      return 0
    },
    create_stream: { stream, _ in
      unsafe stream.pointee = 99
      return call("cuStreamCreate") { $0.streams += 1 }
    },
    destroy_stream: { _ in call("cuStreamDestroy") { $0.streams -= 1 } },
    synchronize: { _ in status("cuStreamSynchronize") },
    begin_capture: { _, mode in
      guard mode == 1 else { return 1 }
      return call("cuStreamBeginCapture") { $0.captured = [] }
    },
    end_capture: { _, graph in
      let status = status("cuStreamEndCapture")
      let number = state.withLock { state in
        if status == 0 {
          state.graphs.append(state.captured ?? [])
          state.livingGraphs += 1
        }
        state.captured = nil
        return state.graphs.count
      }
      unsafe graph.pointee = status == 0 ? UInt(number) : 0
      return status
    },
    instantiate_graph: { executable, graph, _ in
      unsafe executable.pointee = graph
      return call("cuGraphInstantiate") { $0.livingGraphs += 1 }
    },
    launch_graph: { graph, _ in
      let status = status("cuGraphLaunch")
      if status == 0 { state.withLock { $0.graphs[Int(graph) - 1] }.forEach(run) }
      return status
    },
    destroy_graph: { _ in call("cuGraphDestroy") { $0.livingGraphs -= 1 } },
    destroy_executable_graph: { _ in call("cuGraphExecDestroy") { $0.livingGraphs -= 1 } },
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

  /// A launch with its arguments, as a driver copies them.
  struct CapturedLaunch {
    var name: String
    var items: Int
    var memory: Int
    var arguments: [Int]
    var addsWrongly: Bool
  }

  private static func captured(
    _ function: Int, _ items: Int, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> CapturedLaunch {
    let (name, wrong) = state.withLock { ($0.functions[function - 1], $0.addsWrongly) }
    // What each of the kernels takes behind the memory.
    let count = ["chunk_leaves": 5, "tree_level": 3, "selftest": 5][name] ?? 4
    func long(_ place: Int) -> Int {
      guard let argument = unsafe arguments[place] else {
        preconditionFailure("an argument is missing")
      }
      return unsafe argument.load(as: Int.self)
    }
    return CapturedLaunch(
      name: name, items: items, memory: long(0), arguments: (1...count).map(long),
      addsWrongly: wrong)
  }

  private static func run(_ launch: CapturedLaunch) {
    let kernels = unsafe FakeKernels(
      memory: pointer(UInt64(launch.memory)), arguments: launch.arguments,
      addsWrongly: launch.addsWrongly)
    kernels.run(launch.name, items: launch.items)
  }
}
