internal import AssayFiles
internal import AssayWire

/// Reads checkpoints that `torch.save` wrote: a zip archive of one pickle and the tensors' numbers.
///
/// Nothing in the file is executed; see `PickleDecoder`. A nested dictionary becomes tensors whose
/// names are the keys on the way, joined by slashes, and the plain values around them.
enum TorchCheckpoint {
  /// The largest pickle that is read; it holds names and numbers, not tensors.
  private static let pickleLimit = 64 << 20
  /// Tensors may share numbers (tied weights, broadcast views), up to this many times the file.
  private static let sharingLimit = 4
  private static let depthLimit = 16
  private static let valueLimit = 1 << 20

  /// Reads the file at `path`.
  static func read(_ path: String) throws(ToleranceError) -> TracedState {
    do {
      let file = try OpenFile(path, for: .reading)
      guard file.isRegular else {
        throw FileError("cannot read '\(path)': it is not a regular file.")
      }
      let byteCount = file.byteCount
      return try state(byteCount: byteCount, file: path) { offset, count throws(FileError) in
        try file.read(at: offset, count: count)
      }
    } catch let error as ToleranceError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .checkpoint(file: path, reason: "\(error)")
    }
  }

  /// Reads an archive of `byteCount` bytes; `file` names it in errors.
  static func state(
    byteCount: Int, file: String,
    read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws -> TracedState {
    do {
      let archive = try ZipDirectory(byteCount: byteCount, read: read)
      let suffix = "/data.pkl"
      let pickles = archive.entries.keys.filter { $0.hasSuffix(suffix) }
      guard pickles.count == 1, let pickle = pickles.first,
        let entry = archive.entries[pickle], entry.byteCount <= pickleLimit
      else { throw ZipDirectory.Failure(reason: "expected one data.pkl, as torch.save writes it") }
      let root = pickle.dropLast(suffix.count)
      if archive.entries["\(root)/byteorder"] != nil {
        let order = try archive.contents(of: "\(root)/byteorder", byteCount: byteCount, read: read)
        guard order.starts(with: Array("little".utf8)) else {
          throw ZipDirectory.Failure(reason: "its numbers are big-endian, which is not read")
        }
      }
      var decoder = PickleDecoder(
        try archive.contents(of: pickle, byteCount: byteCount, read: read))
      let node = try decoder.decode()
      var outline = Outline(nodes: decoder.nodes, byteLimit: sharingLimit * byteCount)
      let values = try outline.value(node, name: "", depth: 0)
      let tensors = try outline.tensors.map { name, view in
        try tensor(
          name, view,
          archive.contents(
            of: "\(root)/data/\(view.storage.key)", byteCount: byteCount, read: read))
      }
      return try TracedState(
        tensors: tensors, values: CheckpointValues.canonical(values), file: file)
    } catch let failure as ZipDirectory.Failure {
      throw ToleranceError.checkpoint(file: file, reason: failure.reason)
    } catch let failure as PickleDecoder.Failure {
      throw ToleranceError.checkpoint(
        file: file, reason: "its pickle, at byte \(failure.offset): \(failure.reason)")
    }
  }

  private static func tensor(
    _ name: String, _ view: PickleTensor, _ numbers: [UInt8]
  ) throws -> TracedTensor {
    let type = view.storage.type
    guard numbers.count / type.byteCount == view.storage.count,
      numbers.count % type.byteCount == 0, let contents = view.gathered(from: numbers)
    else { throw ZipDirectory.Failure(reason: "'\(name)' does not lie in its storage") }
    return TracedTensor(name: name, type: type, dimensions: view.dimensions, contents: contents)
  }

  /// The pickle's value, taken apart into tensors and plain values.
  private struct Outline {
    let nodes: [PickleNode]
    let byteLimit: Int
    var tensors: [(name: String, view: PickleTensor)] = []
    private var byteCount = 0
    private var valueCount = 0

    init(nodes: [PickleNode], byteLimit: Int) {
      self.nodes = nodes
      self.byteLimit = byteLimit
    }

    mutating func value(_ node: Int, name: String, depth: Int) throws -> JSONValue {
      valueCount += 1
      guard depth <= depthLimit, valueCount <= valueLimit else {
        throw ZipDirectory.Failure(
          reason: "its values are nested deeper than \(depthLimit), or more than \(valueLimit)")
      }
      switch nodes[node] {
      case .none: return .null
      case .bool(let value): return .bool(value)
      case .integer(let value): return .integer(value)
      case .float(let value):
        return value.isFinite ? .double(value) : .object(["float": .string("\(value)")])
      case .string(let text): return .string(text)
      case .tuple(let elements):
        return .object(["tuple": .array(try items(elements, name, depth))])
      case .list(let elements): return .array(try items(elements, name, depth))
      case .dictionary(let pairs): return try dictionary(pairs, name, depth)
      case .tensor(let tensor):
        try add(tensor, name: name)
        return .object(["tensor": .string(name)])
      case .global, .storage:
        throw ZipDirectory.Failure(reason: "'\(name)' is neither a tensor nor a plain value")
      }
    }

    private mutating func items(
      _ elements: [Int], _ name: String, _ depth: Int
    ) throws -> [JSONValue] {
      try elements.enumerated().map {
        try value($0.element, name: joined(name, "\($0.offset)"), depth: depth + 1)
      }
    }

    private mutating func dictionary(
      _ pairs: [PickleNode.Pair], _ name: String, _ depth: Int
    ) throws -> JSONValue {
      var seen: Set<String> = []
      var entries: [JSONValue] = []
      for pair in pairs {
        let (key, text): (JSONValue, String)
        switch nodes[pair.key] {
        case .string(let name) where !name.contains("/"): (key, text) = (.string(name), name)
        case .integer(let number): (key, text) = (.integer(number), "\(number)")
        default:
          throw ZipDirectory.Failure(
            reason: "a key in '\(name)' is neither a whole number nor a text without a slash")
        }
        guard seen.insert(text).inserted else {
          throw ZipDirectory.Failure(reason: "the key '\(text)' occurs twice in '\(name)'")
        }
        entries.append(
          .array([key, try value(pair.value, name: joined(name, text), depth: depth + 1)]))
      }
      return .object(["dict": .array(entries)])
    }

    private func joined(_ name: String, _ part: String) -> String {
      name.isEmpty ? part : "\(name)/\(part)"
    }

    private mutating func add(_ tensor: PickleTensor, name: String) throws {
      guard let size = ScalarType.byteCount(of: tensor.dimensions, tensor.storage.type),
        size <= byteLimit - byteCount
      else {
        throw ZipDirectory.Failure(
          reason: "its tensors need more than \(sharingLimit) times the file's bytes")
      }
      byteCount += size
      tensors.append((name, tensor))
    }
  }
}

extension PickleTensor {
  /// The view's numbers in row-major order; nil where it leaves the storage.
  fileprivate func gathered(from numbers: [UInt8]) -> [UInt8]? {
    guard let byteCount = ScalarType.byteCount(of: dimensions, storage.type) else { return nil }
    if byteCount == 0 { return [] }
    let width = storage.type.byteCount
    // The furthest element of the view must lie in the storage.
    var last = offset
    for (extent, stride) in zip(dimensions, strides) {
      let (way, isTooLong) = stride.multipliedReportingOverflow(by: extent - 1)
      let (sum, isTooFar) = last.addingReportingOverflow(way)
      guard !isTooLong, !isTooFar else { return nil }
      last = sum
    }
    guard last < numbers.count / width else { return nil }
    if isContiguous {
      return Array(numbers[(offset * width)..<(offset * width + byteCount)])
    }
    var contents: [UInt8] = []
    contents.reserveCapacity(byteCount)
    var place = [Int](repeating: 0, count: dimensions.count)
    for _ in 0..<(byteCount / width) {
      let element = zip(place, strides).reduce(offset) { $0 + $1.0 * $1.1 }
      contents += numbers[(element * width)..<((element + 1) * width)]
      for axis in dimensions.indices.reversed() {
        place[axis] += 1
        if place[axis] < dimensions[axis] { break }
        place[axis] = 0
      }
    }
    return contents
  }

  private var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(dimensions, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }
}
