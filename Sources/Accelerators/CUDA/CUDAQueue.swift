internal import AssayTensors
internal import CAssayDrivers

/// A piece of device memory, a stream, and launches with their arguments laid out.
// SAFETY: the argument lists are this object's own, live as long as it does, and are only handed to
// the driver, which reads them during a launch.
@safe final class CUDAQueue: DeviceQueue {
  // SAFETY: the arguments are those of a list of the same queue.
  @safe private struct Prepared {
    var function: assay_handle
    var groups: [UInt32]
    var items: UInt32
    /// The addresses of its arguments.
    var arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  }

  /// The values of all arguments of some launches, 8 bytes each, and their addresses.
  // SAFETY: a queue's own, from `prepare` to `deinit`.
  @safe private struct ArgumentList {
    let values: UnsafeMutablePointer<UInt64>
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  }

  private let driver: CUDADriver
  /// Keeps the context and the module.
  private let owner: CUDADevice
  private let context: assay_handle
  private let module: assay_handle
  private var stream: assay_handle = 0
  private var memory: UInt64 = 0
  private var prepared: [Prepared] = []
  private var functions: [String: assay_handle] = [:]
  private var lists: [ArgumentList] = []
  /// Launches as one graph, by their range; 0 where the driver could not make one.
  private var graphs: [Range<Int>: assay_handle] = [:]

  init(
    _ driver: CUDADriver, _ owner: CUDADevice, _ context: assay_handle, _ module: assay_handle,
    byteCount: Int
  ) throws(BackendError) {
    self.driver = driver
    self.owner = owner
    self.context = context
    self.module = module
    try check(driver.table.set_context(context))
    // SAFETY: here and below: the driver writes one handle or address.
    var made: assay_handle = 0, taken: UInt64 = 0
    try check(unsafe driver.table.create_stream(&made, CUDA.nonBlocking))
    stream = made
    // SAFETY: as above.
    let status = unsafe driver.table.memory_allocate(&taken, byteCount)
    guard status != CUDA.outOfMemory else { throw .memory(byteCount: byteCount) }
    try check(status)
    memory = taken
    try check(driver.table.memory_clear(memory, 0, byteCount, stream))
    try check(driver.table.synchronize(stream))
  }

  deinit {
    if driver.table.set_context(context) == 0 {
      if stream != 0 { _ = driver.table.synchronize(stream) }
      for graph in graphs.values where graph != 0 {
        _ = driver.table.destroy_executable_graph(graph)
      }
      if memory != 0 { _ = driver.table.memory_free(memory) }
      if stream != 0 { _ = driver.table.destroy_stream(stream) }
    }
    // SAFETY: the work that used the argument lists is done.
    for list in lists {
      unsafe list.values.deallocate()
      unsafe list.addresses.deallocate()
    }
  }

  private func check(_ status: Int32) throws(BackendError) {
    guard status == 0 else {
      throw .device(name: owner.description.label, reason: driver.text(of: status))
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(BackendError) {
    guard bytes.byteCount > 0 else { return }
    try check(driver.table.set_context(context))
    // SAFETY: the executor writes within the memory; from pageable memory, the driver has copied
    // all bytes when it returns.
    let status = unsafe bytes.withUnsafeBytes { source -> Int32 in
      guard let start = source.baseAddress else { return 0 }
      return unsafe driver.table.memory_write(
        memory + UInt64(offset), start, source.count, stream)
    }
    try check(status)
  }

  func read(_ count: Int, at offset: Int) throws(BackendError) -> [UInt8] {
    try check(driver.table.set_context(context))
    var status: Int32 = 0
    // SAFETY: all of the array is written before the stream is done, or the call fails.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress, count > 0 else { return }
      status = unsafe driver.table.memory_read(
        start, memory + UInt64(offset), count, stream)
      if status == 0 { status = driver.table.synchronize(stream) }
      initialized = status == 0 ? count : 0
    }
    try check(status)
    return bytes
  }

  func prepare(_ launches: [Launch]) throws(BackendError) -> Range<Int> {
    try check(driver.table.set_context(context))
    let first = prepared.count
    let count = launches.reduce(0) { $0 + 1 + $1.arguments.count }
    // SAFETY: both lists have a place for each argument, and are written before anything reads
    // them; they are given back in `deinit`.
    let list = unsafe ArgumentList(
      values: .allocate(capacity: count), addresses: .allocate(capacity: count))
    lists.append(list)
    var place = 0
    func append(_ bits: UInt64) {
      // SAFETY: there are `count` places.
      unsafe (list.values + place).initialize(to: bits)
      unsafe (list.addresses + place).initialize(
        to: UnsafeMutableRawPointer(list.values + place))
      place += 1
    }
    for launch in launches {
      // SAFETY: as above.
      let arguments = unsafe list.addresses + place
      let function = try function(launch.kernel)
      // SAFETY: as above.
      unsafe prepared.append(
        Prepared(
          function: function, groups: launch.groups.map { UInt32($0) },
          items: UInt32(launch.items), arguments: arguments))
      append(memory)
      for argument in launch.arguments {
        // The kernel reads the first four or eight bytes of a slot; numbers are little-endian.
        switch argument {
        case .long(let value): append(UInt64(bitPattern: Int64(value)))
        case .int(let value): append(UInt64(UInt32(bitPattern: value)))
        case .float(let value): append(UInt64(value.bitPattern))
        }
      }
    }
    return first..<prepared.count
  }

  private func function(_ name: String) throws(BackendError) -> assay_handle {
    if let known = functions[name] { return known }
    var function: assay_handle = 0
    // SAFETY: the name is read during the call, and one handle is written.
    try check(unsafe driver.table.get_function(&function, module, name))
    functions[name] = function
    return function
  }

  func run(_ launches: Range<Int>) throws(BackendError) {
    try check(driver.table.set_context(context))
    guard launches.count > 1 else { return try launchEach(of: launches) }
    let graph = graphs[launches] ?? makeGraph(of: launches)
    graphs[launches] = graph
    guard graph != 0 else { return try launchEach(of: launches) }
    try check(driver.table.launch_graph(graph, stream))
  }

  /// One thing to launch for all of the launches, whose arguments never change; 0 where the driver
  /// cannot make it: each is then launched by itself, to the same effect.
  private func makeGraph(of launches: Range<Int>) -> assay_handle {
    guard driver.table.begin_capture(stream, CUDA.captureOfThisThread) == 0 else { return 0 }
    let isWhole = (try? launchEach(of: launches)) != nil
    var graph: assay_handle = 0, executable: assay_handle = 0
    // SAFETY: here and below: the driver writes one handle.
    let status = unsafe driver.table.end_capture(stream, &graph)
    guard status == 0, graph != 0 else { return 0 }
    defer { _ = driver.table.destroy_graph(graph) }
    // SAFETY: as above.
    guard isWhole, unsafe driver.table.instantiate_graph(&executable, graph, 0) == 0 else {
      return 0
    }
    return executable
  }

  private func launchEach(of launches: Range<Int>) throws(BackendError) {
    for launch in prepared[launches] {
      // SAFETY: the argument lists live as long as this object.
      let status = unsafe driver.table.launch(
        launch.function, launch.groups[0], launch.groups[1], launch.groups[2], launch.items, 1, 1,
        0, stream, launch.arguments, nil)
      try check(status)
    }
  }
}
