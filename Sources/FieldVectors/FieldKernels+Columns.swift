public import AssayAlgebra
internal import CAssayFieldKernels

/// The columns of encoded rows: their hashes, and the code itself if it was kept.
public struct EncodedColumns: Sendable {
  /// SHA-256(0x00 ‖ header ‖ column) for each column in order, 32 bytes each. A column is the value
  /// of each row in turn, 8 bytes each, the least significant first; for rows of extension elements
  /// c₀ and then c₁ of each row.
  public let leafHashes: [UInt8]
  let code: ReedSolomonCode
  let memory: FieldMemory?

  /// Whether columns can be read without encoding again.
  public var keepsCode: Bool { memory != nil }
}

extension FieldKernels {
  /// The number of bytes of `header` in `encode`.
  public static let headerByteCount = 63

  /// Memory for code words on their way, in words: 16 MiB fit most third-level caches.
  private static let windowWords = 1 << 21

  /// How many pieces of a code there is room for: 8 rows on one coset each.
  private func window(_ code: ReedSolomonCode, columnElementCount: Int, keepsCode: Bool) -> Int {
    let groups = max(1, (columnElementCount + 7) / 8)
    if keepsCode { return groups << code.rateBits }
    // One for each thread at least.
    let threads = threads > 0 ? threads : Int(assay_field_default_threads())
    return min(groups, max(threads, Self.windowWords >> (3 + code.messageBits)))
  }

  /// Encodes each row and hashes each column.
  ///
  /// - Parameters:
  ///   - header: 63 bytes that each column's message begins with, after the byte 0.
  ///   - keepsCode: whether all codewords stay in memory, 8 bytes for each value, rows rounded up
  ///     to a multiple of 8; if not, `columns` encodes again.
  ///   - take: is handed code words that are not kept, in their order: for each coset of the code
  ///     and each eight rows, 64 bytes for each place, the values of the rows there
  ///     (`ReedSolomonCode.place(ofColumn:)` numbers the places of all cosets).
  /// - Precondition: the rows have the code's 2^`messageBits` values each.
  /// - Complexity: rows · n · log n.
  public func encode(
    _ rows: RowMatrix, code: ReedSolomonCode, header: [UInt8], keepsCode: Bool = true,
    take: (([UInt8]) -> Void)? = nil
  ) -> EncodedColumns {
    precondition(header.count == Self.headerByteCount, "a header has 63 bytes")
    precondition(
      rows.rowBits == code.messageBits, "a row has as many values as the code's messages")
    let window = window(
      code, columnElementCount: rows.columnElementCount, keepsCode: keepsCode)
    let memory = FieldMemory(wordCount: window << (3 + code.messageBits))
    let block = [0] + header
    var leaves = [UInt8](repeating: 0, count: 32 * code.codeLength)
    // SAFETY: window, states and leaves have the sizes that the contract asks for, the header has
    // 64 bytes, and no pointer is kept.
    let status = unsafe rows.withRows { rows in
      unsafe code.withCode { code in
        let stateCount = unsafe Int(assay_columns_state_words(rows, code, Int64(window)))
        var states = [UInt32](repeating: 0, count: stateCount)
        return unsafe block.withUnsafeBufferPointer { block in
          unsafe states.withUnsafeMutableBufferPointer { states in
            unsafe leaves.withUnsafeMutableBufferPointer { leaves in
              guard let block = block.baseAddress else { return Int32(1) }
              var columns = unsafe assay_columns(
                code: memory.words, window: Int64(window), header: block,
                states: states.baseAddress, leaves: leaves.baseAddress, picked: nil,
                picked_count: 0, elements: nil, wanted: nil, take: nil, context: nil)
              return unsafe WordTaker.with(take, in: &columns) {
                unsafe assay_encode_columns(run, rows, code, $0)
              }
            }
          }
        }
      }
    }
    check(status, "assay_encode_columns")
    return EncodedColumns(leafHashes: leaves, code: code, memory: keepsCode ? memory : nil)
  }

  /// The elements of some columns, one column after another.
  ///
  /// - Parameter rows: the rows that were encoded.
  /// - Precondition: indices are from 0 to n − 1.
  /// - Complexity: that of reading if the code was kept, otherwise up to that of encoding; less for
  ///   few columns.
  public func columns(
    _ indices: [Int], of encoded: EncodedColumns, rows: RowMatrix
  ) -> [Goldilocks] {
    let length = encoded.code.codeLength
    precondition(indices.allSatisfy { (0..<length).contains($0) }, "a column of \(length)")
    precondition(rows.rowBits == encoded.code.messageBits, "the rows that were encoded")
    let count = rows.columnElementCount
    let window = window(
      encoded.code, columnElementCount: count, keepsCode: encoded.keepsCode)
    let memory =
      encoded.memory ?? FieldMemory(wordCount: window << (3 + encoded.code.messageBits))
    let picked = indices.map(Int64.init)
    let block = [UInt8](repeating: 0, count: 1 + Self.headerByteCount)
    var elements = [Goldilocks](repeating: .zero, count: max(1, count * indices.count))
    var wanted = [UInt8](repeating: 0, count: encoded.code.wantedByteCount)
    // SAFETY: there is room for `count` elements of each picked column, an element being one word,
    // the memory has the window's size, and no pointer is kept.
    let status = unsafe rows.withRows { rows in
      unsafe encoded.code.withCode { code in
        unsafe block.withUnsafeBufferPointer { block in
          unsafe picked.withUnsafeBufferPointer { picked in
            unsafe elements.withUnsafeMutableBytes { elements in
              unsafe wanted.withUnsafeMutableBufferPointer { wanted in
                guard let block = block.baseAddress else { return Int32(1) }
                var columns = unsafe assay_columns(
                  code: memory.words, window: Int64(window), header: block, states: nil,
                  leaves: nil, picked: picked.baseAddress, picked_count: Int64(picked.count),
                  elements: elements.baseAddress?.assumingMemoryBound(to: UInt64.self),
                  wanted: wanted.baseAddress, take: nil, context: nil)
                return unsafe encoded.keepsCode
                  ? assay_pick_columns(rows, code, &columns)
                  : assay_encode_columns(run, rows, code, &columns)
              }
            }
          }
        }
      }
    }
    check(status, "reading columns")
    return Array(elements.prefix(count * indices.count))
  }
}

/// Hands code words from a kernel to a closure.
private final class WordTaker {
  /// At most 1 MiB at a time.
  private static let pieceWords = 1 << 17

  private let take: ([UInt8]) -> Void

  private init(_ take: @escaping ([UInt8]) -> Void) {
    self.take = take
  }

  /// Calls `body` with columns whose code words go to `take`, if there is one.
  static func with(
    _ take: (([UInt8]) -> Void)?, in columns: inout assay_columns,
    _ body: (UnsafePointer<assay_columns>) -> Int32
  ) -> Int32 {
    // SAFETY: the pointer is used during the call only.
    guard let take else { return unsafe withUnsafePointer(to: columns, body) }
    let taker = WordTaker(take)
    return withExtendedLifetime(taker) {
      // SAFETY: the kernel calls back only during this call, while the object lives.
      unsafe columns.context = Unmanaged.passUnretained(taker).toOpaque()
      unsafe columns.take = { context, words, count in
        guard let context = unsafe context else { return }
        let taker = unsafe Unmanaged<WordTaker>.fromOpaque(context).takeUnretainedValue()
        for start in stride(from: 0, to: Int(count), by: WordTaker.pieceWords) {
          let piece = unsafe UnsafeRawBufferPointer(
            start: words + start, count: 8 * min(WordTaker.pieceWords, Int(count) - start))
          unsafe taker.take([UInt8](piece))
        }
      }
      return unsafe withUnsafePointer(to: columns, body)
    }
  }
}
