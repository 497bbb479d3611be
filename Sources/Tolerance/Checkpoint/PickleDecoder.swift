/// Reads a pickle as data: what `torch.save` writes for dictionaries of tensors and plain values.
///
/// A pickle is a program for a small stack machine, which can call anything that Python can import.
/// Here no instruction calls anything: the few names in `PickleGlobal` stand for values, any other
/// name is refused, and so is every instruction that this layout does not need. Protocol 2, which
/// `torch.save` uses unless told otherwise (Python's `pickletools` describes the instructions).
///
/// - Complexity: O(n) time and memory for n bytes: each instruction makes at most one value.
struct PickleDecoder {
  /// Where reading stopped, and why.
  struct Failure: Error, Hashable {
    var offset: Int
    var reason: String
  }

  private let bytes: [UInt8]
  private var position = 0
  private(set) var nodes: [PickleNode] = []
  private var stack: [Int] = []
  /// Heights of the stack at which marks were set.
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads the whole pickle and returns the number of its value.
  mutating func decode() throws(Failure) -> Int {
    guard try take(2) == [0x80, 2] else {
      throw Failure(
        offset: 0,
        reason: "expected a pickle of protocol 2, as torch.save writes it unless told otherwise")
    }
    // BOUND: every round takes at least one byte.
    while true {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { break }
      try execute(opcode)
    }
    guard position == bytes.count else { throw failure("bytes follow the end of the pickle") }
    guard stack.count == 1, marks.isEmpty, let root = stack.first else {
      throw failure("expected one value at the end, found \(stack.count)")
    }
    return root
  }

  private mutating func execute(_ opcode: UInt8) throws(Failure) {
    switch opcode {
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.integer(Int64(try byte())))
    case UInt8(ascii: "M"): push(.integer(Int64(try unsigned(2))))
    case UInt8(ascii: "J"):
      push(.integer(Int64(Int32(truncatingIfNeeded: try unsigned(4)))))
    case 0x8a: push(.integer(try longInteger()))
    case UInt8(ascii: "G"):
      push(.float(Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })))
    case UInt8(ascii: "X"): push(.string(try text(Int(try unsigned(4)))))
    case UInt8(ascii: "c"): push(.global(try global()))
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case 0x85: push(.tuple(try pop(1)))
    case 0x86: push(.tuple(try pop(2)))
    case 0x87: push(.tuple(try pop(3)))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try insert(try pop(2))
    case UInt8(ascii: "u"): try insert(try popToMark())
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[Int(try unsigned(4))] = try top()
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(Int(try unsigned(4)))
    case UInt8(ascii: "Q"): push(.storage(try storage(try pop(1)[0])))
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    default:
      throw failure(
        "the instruction 0x\(String(opcode, radix: 16)) is not one that a checkpoint of tensors, "
          + "numbers and texts needs; save state_dict()s only")
    }
  }

  private func failure(_ reason: String) -> Failure { Failure(offset: position, reason: reason) }
}

/// The bytes, and the stack.
extension PickleDecoder {
  private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw failure("the pickle ends early") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func byte() throws(Failure) -> UInt8 {
    guard position < bytes.count else { throw failure("the pickle ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// Little-endian.
  private mutating func unsigned(_ count: Int) throws(Failure) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A length in a byte, then so many bytes of two's complement.
  private mutating func longInteger() throws(Failure) -> Int64 {
    let count = Int(try byte())
    guard count <= 8 else { throw failure("expected a whole number of at most 64 bits") }
    let word = try unsigned(count)
    guard count > 0, count < 8 else { return Int64(bitPattern: word) }
    let unused = Int64(64 - 8 * count)
    return Int64(bitPattern: word << UInt64(unused)) >> unused
  }

  private mutating func text(_ count: Int) throws(Failure) -> String {
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw failure("expected a text in UTF-8")
    }
    return text
  }

  private mutating func line() throws(Failure) -> String {
    guard let end = bytes[position...].prefix(200).firstIndex(of: UInt8(ascii: "\n")) else {
      throw failure("expected a name of at most 200 bytes")
    }
    let line = try text(end - position)
    position = end + 1
    return line
  }

  private mutating func global() throws(Failure) -> PickleGlobal {
    let name = "\(try line()).\(try line())"
    guard let global = PickleGlobal(rawValue: name) else {
      let known = PickleGlobal.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(
        "it names \(name.debugDescription), which could run code; known are \(known). Save "
          + "state_dict()s, numbers and texts only")
    }
    return global
  }

  private mutating func push(_ node: PickleNode) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  /// The height below which nothing may be taken: the last mark's.
  private var floor: Int { marks.last ?? 0 }

  private mutating func pop(_ count: Int) throws(Failure) -> [Int] {
    guard stack.count - floor >= count else { throw failure("a value is missing on the stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(Failure) -> [Int] {
    guard let height = marks.popLast() else { throw failure("a mark is missing on the stack") }
    defer { stack.removeLast(stack.count - height) }
    return Array(stack[height...])
  }

  private func top() throws(Failure) -> Int {
    guard stack.count > floor, let top = stack.last else {
      throw failure("a value is missing on the stack")
    }
    return top
  }

  private mutating func recall(_ index: Int) throws(Failure) {
    guard let node = memo[index] else { throw failure("the memo holds nothing at \(index)") }
    stack.append(node)
  }

  private mutating func append(_ items: [Int]) throws(Failure) {
    let list = try top()
    guard case .list(var elements) = nodes[list] else { throw failure("expected a list") }
    nodes[list] = .none
    elements += items
    nodes[list] = .list(elements)
  }

  private mutating func insert(_ items: [Int]) throws(Failure) {
    let dictionary = try top()
    guard items.count % 2 == 0 else { throw failure("a key is without a value") }
    guard case .dictionary(var pairs) = nodes[dictionary] else {
      throw failure("expected a dictionary")
    }
    nodes[dictionary] = .none
    for start in stride(from: 0, to: items.count, by: 2) {
      pairs.append(PickleNode.Pair(key: items[start], value: items[start + 1]))
    }
    nodes[dictionary] = .dictionary(pairs)
  }
}

/// The values that stand where Python would call something.
extension PickleDecoder {
  private mutating func reduce() throws(Failure) {
    let operands = try pop(2)
    guard case .global(let global) = nodes[operands[0]],
      case .tuple(let arguments) = nodes[operands[1]]
    else { throw failure("expected a name and its arguments") }
    switch global {
    case .orderedDictionary where arguments.isEmpty: push(.dictionary([]))
    case .counter where arguments.count == 1, .size where arguments.count == 1:
      stack.append(arguments[0])
    case .rebuildTensor where (6...7).contains(arguments.count):
      push(.tensor(try tensor(arguments)))
    case .rebuildParameter where arguments.count == 3:
      guard case .tensor = nodes[arguments[0]] else { throw failure("expected a tensor") }
      stack.append(arguments[0])
    default:
      throw failure("\(global.rawValue) with \(arguments.count) arguments is not read")
    }
  }

  /// Attributes of a dictionary, as `state_dict()` adds them (`_metadata`): left out.
  private mutating func build() throws(Failure) {
    let operands = try pop(2)
    guard case .dictionary = nodes[operands[0]], case .dictionary = nodes[operands[1]] else {
      throw failure("expected the attributes of a dictionary")
    }
    stack.append(operands[0])
  }

  private func storage(_ identifier: Int) throws(Failure) -> PickleStorage {
    guard case .tuple(let parts) = nodes[identifier], parts.count == 5,
      case .string("storage") = nodes[parts[0]], case .global(let global) = nodes[parts[1]],
      let type = global.scalarType, case .string(let key) = nodes[parts[2]],
      case .string = nodes[parts[3]], case .integer(let count) = nodes[parts[4]], count >= 0
    else { throw failure("expected the description of a storage") }
    return PickleStorage(type: type, key: key, count: Int(count))
  }

  private func tensor(_ arguments: [Int]) throws(Failure) -> PickleTensor {
    guard case .storage(let storage) = nodes[arguments[0]],
      case .integer(let offset) = nodes[arguments[1]], offset >= 0,
      let dimensions = extents(arguments[2]), let strides = extents(arguments[3]),
      dimensions.count == strides.count
    else { throw failure("expected a storage, an offset, extents and strides of a tensor") }
    return PickleTensor(
      storage: storage, offset: Int(offset), dimensions: dimensions, strides: strides)
  }

  private func extents(_ node: Int) -> [Int]? {
    guard case .tuple(let parts) = nodes[node], parts.count <= 16 else { return nil }
    var extents: [Int] = []
    for part in parts {
      guard case .integer(let extent) = nodes[part], extent >= 0 else { return nil }
      extents.append(Int(extent))
    }
    return extents
  }
}
