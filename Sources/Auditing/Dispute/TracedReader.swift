internal import AssayDisputes
internal import AssaySpecification
internal import AssayTraining

/// The tensors in a tracer and the values computed so far; keeps which were read.
final class TracedReader: ScalarReader {
  private let history: StepHistory
  private var copies: [BufferID: [UInt8]] = [:]
  var values: [UInt64] = []
  private(set) var read: [BufferID: Set<Int>] = [:]
  private(set) var readValues: Set<Int> = []
  /// The place in the batch of the example whose rows were asked for.
  private(set) var readExample: Int?

  init(_ history: StepHistory) { self.history = history }

  func contents(of buffer: BufferID) throws(AuditingError) -> [UInt8] {
    if let copy = copies[buffer] { return copy }
    let copy = try AuditingError.onTraining { () throws(TrainingError) in
      try history.tracer.contents(of: buffer)
    }
    copies[buffer] = copy
    return copy
  }

  func input(_ buffer: BufferID, _ element: Int) throws(DisputeError) -> UInt64 {
    let type = history.entries.program.declaration(of: buffer).elementType
    let bytes: [UInt8]
    do throws(AuditingError) { bytes = try contents(of: buffer) } catch {
      throw .unanswerable(reason: "\(error)")
    }
    guard element >= 0, element < bytes.count / type.byteCount else {
      throw .noSuchElement(index: element, count: bytes.count / type.byteCount)
    }
    read[buffer, default: []].insert(element)
    return Chunk.element(bytes, at: element, type)
  }

  func countedRows(ofExample position: Int) throws(DisputeError) -> Int {
    let counts = history.tracer.countedRows
    guard counts.indices.contains(position) else {
      throw .noSuchElement(index: position, count: counts.count)
    }
    readExample = position
    return counts[position]
  }

  func value(_ index: Int) throws(DisputeError) -> UInt64 {
    guard values.indices.contains(index) else {
      throw .noSuchElement(index: index, count: values.count)
    }
    readValues.insert(index)
    return values[index]
  }
}
