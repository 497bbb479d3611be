public import AssaySpecification
internal import Synchronization

/// Runs a program on two back ends, one instruction at a time and from the same bits, and goes on
/// with what a third, the referee, says wherever they differ.
///
/// For finding out which of two back ends is wrong, and in what. Every instruction moves its
/// operands to both and back: slow.
public struct ComparingBackend: Backend {
  private let pair: [any Backend]
  private let referee: any Backend
  private let record = DivergenceRecord()

  /// Compares two back ends; the referee is the definition by integer arithmetic alone.
  public init(_ first: any Backend, _ second: any Backend) throws(BackendError) {
    pair = [first, second]
    referee = try CPUBackend(path: .software)
  }

  public var name: String { "\(pair[0].name), compared with \(pair[1].name)" }

  /// Where the two differed first; nil where they have not.
  public var divergence: Divergence? { record.first.withLock { $0 } }

  public func makeExecutor(for program: StepProgram) throws(BackendError) -> any StepExecutor {
    try program.check()
    return ComparingExecutor(program, pair, referee, record)
  }
}

/// An instruction of which two back ends give different bits.
public struct Divergence: Hashable, Sendable, CustomStringConvertible {
  /// The operator, such as "matmul".
  public let instruction: String
  /// The tensor that it writes, and the first element that differs.
  public let tensor: String
  public let element: Int
  /// The names of those that give other bits than software arithmetic does.
  public let wrong: [String]
  /// The bits of each, and of software arithmetic.
  public let found: [UInt32]
  public let expected: UInt32

  public var description: String {
    let names = wrong.map { "'\($0)'" }.joined(separator: " and ")
    let bits = found.map { "0x" + String($0, radix: 16) }.joined(separator: " and ")
    return "\(names) computes \(instruction) otherwise than integer arithmetic does: element "
      + "\(element) of '\(tensor)' has the bits \(bits), expected 0x\(String(expected, radix: 16))"
  }
}

/// The first divergence of all executors of one back end.
private final class DivergenceRecord: Sendable {
  let first = Mutex<Divergence?>(nil)
}

private final class ComparingExecutor: StepExecutor {
  private let program: StepProgram
  private let pair: [any Backend]
  private let referee: any Backend
  private let record: DivergenceRecord
  private var contents: [[UInt8]]

  init(
    _ program: StepProgram, _ pair: [any Backend], _ referee: any Backend,
    _ record: DivergenceRecord
  ) {
    self.program = program
    self.pair = pair
    self.referee = referee
    self.record = record
    contents = program.buffers.map { [UInt8](repeating: 0, count: $0.byteCount) }
    for constant in program.constants {
      contents[constant.buffer.index] = constant.values.flatMap { value in
        (0..<4 as Range<UInt32>).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
    }
  }

  func load(_ bytes: RawSpan, into buffer: BufferID) throws(BackendError) {
    guard contents.indices.contains(buffer.index) else {
      throw .bufferIndex(
        instruction: nil, found: buffer.index, bufferCount: contents.count)
    }
    let declaration = program.declaration(of: buffer)
    guard bytes.byteCount == declaration.byteCount else {
      throw .contentsSize(
        buffer: declaration.name, expected: declaration.byteCount, found: bytes.byteCount)
    }
    contents[buffer.index] = bytes.array
  }

  func withContents<R>(of buffer: BufferID, _ body: (RawSpan) -> R) -> R {
    let bytes = contents[buffer.index]
    // SAFETY: bytes have no padding.
    return unsafe body(bytes.span.bytes)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    let isLast = scalars.microBatch >= program.microBatchCount - 1
    let end = isLast ? program.instructions.count : program.updateStart
    for instruction in program.instructions[..<end] { try run(instruction, scalars) }
  }

  private func run(
    _ instruction: Instruction, _ scalars: StepScalars
  ) throws(BackendError) {
    let used = Set(instruction.operands.map(\.buffer.index)).sorted()
    let written = Set(
      instruction.operands.filter { $0.access != .read }.map(\.buffer.index)
    ).sorted()
    let single = program.only(instruction, using: used)
    func result(_ backend: any Backend) throws(BackendError) -> [[UInt8]] {
      let executor = try backend.makeExecutor(for: single)
      for index in used {
        let bytes = contents[index]
        // SAFETY: bytes have no padding.
        try executor.load(unsafe bytes.span.bytes, into: BufferID(index: index))
      }
      try executor.run(scalars)
      var results: [[UInt8]] = []
      for index in written {
        results.append(try executor.withContents(of: BufferID(index: index)) { $0.array })
      }
      return results
    }
    var results = [try result(pair[0]), try result(pair[1])]
    if results[0] != results[1] {
      let expected = try result(referee)
      note(results, expected, instruction, written)
      results[0] = expected
    }
    for (index, bytes) in zip(written, results[0]) { contents[index] = bytes }
  }

  /// Records the first difference between what back ends and referee computed.
  private func note(
    _ results: [[[UInt8]]], _ expected: [[UInt8]], _ instruction: Instruction, _ written: [Int]
  ) {
    let wrong = results.indices.filter { results[$0] != expected }
    guard let first = wrong.first,
      let tensor = expected.indices.first(where: { results[first][$0] != expected[$0] }),
      let byte = expected[tensor].indices.first(where: {
        results[first][tensor][$0] != expected[tensor][$0]
      })
    else { return }
    let declaration = program.buffers[written[tensor]]
    let size = declaration.elementType.byteCount, element = byte / size
    func bits(_ bytes: [UInt8]) -> UInt32 {
      (0..<size).reduce(0) { $0 | UInt32(bytes[element * size + $1]) << UInt32(8 * $1) }
    }
    let divergence = Divergence(
      instruction: instruction.operatorName, tensor: declaration.name, element: element,
      wrong: wrong.map { pair[$0].name }, found: wrong.map { bits(results[$0][tensor]) },
      expected: bits(expected[tensor]))
    record.first.withLock { if $0 == nil { $0 = divergence } }
  }
}

extension StepProgram {
  /// One instruction on its operands, whose places in the list stay; the other buffers are small.
  fileprivate func only(_ instruction: Instruction, using used: [Int]) -> StepProgram {
    let isUsed = Set(used)
    let kept = buffers.enumerated().map { index, buffer in
      BufferDeclaration(
        name: buffer.name, elementType: buffer.elementType,
        shape: isUsed.contains(index) ? buffer.shape : (try? Shape([])) ?? buffer.shape,
        role: .traced)
    }
    return StepProgram(
      buffers: kept, instructions: [instruction], features: features, targets: targets,
      prediction: prediction, loss: loss, batchSize: batchSize, microBatchCount: microBatchCount)
  }
}

extension Instruction {
  /// The operator's name: that of the case, and of the family's case in it.
  package var operatorName: String {
    var names: [String] = []
    var value: Any = self
    // BOUND: an instruction holds at most one enumeration, in a tuple or alone.
    while names.count < 2, Mirror(reflecting: value).displayStyle == .enum {
      let child = Mirror(reflecting: value).children.first
      names.append(child?.label ?? "\(value)")
      guard let inner = child?.value else { break }
      let parts = Mirror(reflecting: inner)
      value = parts.displayStyle == .tuple ? parts.children.first?.value ?? 0 : inner
    }
    return names.joined(separator: " ")
  }
}

extension RawSpan {
  fileprivate var array: [UInt8] {
    // SAFETY: the pointer is used within the closure only.
    unsafe withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
  }
}
