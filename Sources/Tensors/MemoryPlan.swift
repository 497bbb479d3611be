public import AssaySpecification

/// Where the buffers of a program lie in one piece of memory.
///
/// What a step carries on, is given or gives back (state, batch, constants, sums over
/// micro-batches, prediction, loss) has a place of its own. Every other buffer has one from the
/// first instruction that uses it to the last; then the place is another's. What an instruction may
/// write in place takes the place of an input that nothing reads afterwards.
public struct MemoryPlan: Hashable, Sendable {
  /// Per buffer of the program, where it begins: a multiple of 64.
  public let offsets: [Int]
  /// Bytes of all of it.
  public let byteCount: Int

  private static let alignment = 64

  /// Plans a program that has been checked: `StepProgram.check`.
  ///
  /// - Complexity: instructions × free places at a time, of which there are few.
  public init(_ program: StepProgram) {
    let uses = Self.uses(of: program)
    var offsets = [Int](repeating: 0, count: program.buffers.count)
    var places = FreePlaces()
    for index in program.buffers.indices where uses[index] == nil {
      offsets[index] = places.take(Self.size(program.buffers[index]))
    }
    var starting: [Int: [Int]] = [:]
    var ending: [Int: [Int]] = [:]
    for (index, use) in uses.enumerated() {
      guard let use else { continue }
      starting[use.lowerBound, default: []].append(index)
      ending[use.upperBound, default: []].append(index)
    }
    for (place, instruction) in program.instructions.enumerated() {
      var ended = ending[place] ?? []
      for index in starting[place] ?? [] {
        let out = BufferID(index: index)
        if let input = ended.firstIndex(where: {
          instruction.mayWrite(out, over: BufferID(index: $0))
        }) {
          offsets[index] = offsets[ended.remove(at: input)]
        } else {
          offsets[index] = places.take(Self.size(program.buffers[index]))
        }
      }
      for index in ended {
        places.giveBack(offsets[index], Self.size(program.buffers[index]))
      }
    }
    self.offsets = offsets
    byteCount = places.end
  }

  /// The first and the last instruction that use each buffer; nil for what must stay.
  private static func uses(of program: StepProgram) -> [ClosedRange<Int>?] {
    var uses = [ClosedRange<Int>?](repeating: nil, count: program.buffers.count)
    for (place, instruction) in program.instructions.enumerated() {
      for operand in instruction.operands {
        let index = operand.buffer.index
        switch program.buffers[index].role {
        case .activation, .gradient:
          if operand.buffer == program.prediction { continue }
          uses[index] = (uses[index]?.lowerBound ?? place)...place
        case .features, .targets, .parameter, .statistic, .optimizerState, .frozen, .accumulator,
          .loss, .constant, .traced:
          continue
        }
      }
    }
    return uses
  }

  private static func size(_ buffer: BufferDeclaration) -> Int {
    max(alignment, (buffer.byteCount + alignment - 1) / alignment * alignment)
  }
}

extension Instruction {
  /// Whether each element of `out` is written after all that is read of the same element of
  /// `input`, a buffer of the same size.
  fileprivate func mayWrite(_ out: BufferID, over input: BufferID) -> Bool {
    let operands = operands
    guard let written = operands.first(where: { $0.buffer == out }), written.place == nil,
      written.access == .writeInPlace
    else { return false }
    return operands.filter { $0.buffer == input }.allSatisfy {
      $0.access == .read && $0.place == nil && $0.extents == written.extents
        && $0.elementType == written.elementType
    }
  }
}

/// The free stretches of a piece of memory that grows at its end.
private struct FreePlaces {
  /// Stretches in order of their offsets; no two touch.
  private var free: [(offset: Int, size: Int)] = []
  private(set) var end = 0

  /// Takes the smallest free stretch that holds `size`, or new memory at the end.
  mutating func take(_ size: Int) -> Int {
    let fitting = free.indices.filter { free[$0].size >= size }
    guard let best = fitting.min(by: { free[$0].size < free[$1].size }) else {
      // A stretch at the very end is made longer instead of left behind.
      if let last = free.last, last.offset + last.size == end {
        free.removeLast()
        end = last.offset + size
        return last.offset
      }
      end += size
      return end - size
    }
    let offset = free[best].offset
    if free[best].size == size {
      free.remove(at: best)
    } else {
      free[best] = (offset + size, free[best].size - size)
    }
    return offset
  }

  /// Gives a stretch back and joins it with its neighbours.
  mutating func giveBack(_ offset: Int, _ size: Int) {
    let next = free.firstIndex { $0.offset > offset } ?? free.count
    free.insert((offset, size), at: next)
    if next + 1 < free.count, offset + size == free[next + 1].offset {
      free[next].size += free[next + 1].size
      free.remove(at: next + 1)
    }
    if next > 0, free[next - 1].offset + free[next - 1].size == offset {
      free[next - 1].size += free[next].size
      free.remove(at: next)
    }
  }
}
