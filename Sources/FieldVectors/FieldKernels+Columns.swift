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

  /// Memory for rows on their way, in words; 32 MiB fit most third-level caches.
  private static let windowWords = 1 << 22

  /// Encodes each row and hashes each column.
  ///
  /// - Parameter header: 63 bytes that each column's message begins with, after the byte 0.
  /// - Parameter keepsCode: whether all codewords stay in memory, 8 bytes for each value, rows
  ///   rounded up to a multiple of 8; if not, `columns` encodes again.
  /// - Precondition: the rows have the code's 2^`messageBits` values each.
  /// - Complexity: rows · n · log n.
  public func encode(
    _ rows: RowMatrix, code: ReedSolomonCode, header: [UInt8], keepsCode: Bool = true
  ) -> EncodedColumns {
    precondition(header.count == Self.headerByteCount, "a header has 63 bytes")
    precondition(
      rows.rowBits == code.messageBits, "a row has as many values as the code's messages")
    let length = code.codeLength
    let groups = max(1, (rows.columnElementCount + 7) / 8)
    let window = keepsCode ? groups : min(groups, max(1, Self.windowWords / (8 * length)))
    let memory = FieldMemory(wordCount: window * 8 * length)
    let block = [0] + header
    var states = [UInt32](repeating: 0, count: Int(assay_columns_state_words(Int64(length))))
    var leaves = [UInt8](repeating: 0, count: 32 * length)
    // SAFETY: window, states and leaves have the sizes that the contract asks for, the header has
    // 64 bytes, and no pointer is kept.
    let status = unsafe rows.withRows { rows in
      unsafe code.withCode { code in
        unsafe block.withUnsafeBufferPointer { block in
          unsafe states.withUnsafeMutableBufferPointer { states in
            unsafe leaves.withUnsafeMutableBufferPointer { leaves in
              guard let block = block.baseAddress else { return Int32(1) }
              var columns = unsafe assay_columns(
                code: memory.words, window: Int64(window), header: block,
                states: states.baseAddress, leaves: leaves.baseAddress, picked: nil,
                picked_count: 0, elements: nil, wanted: nil)
              return unsafe assay_encode_columns(run, rows, code, &columns)
            }
          }
        }
      }
    }
    check(status, "assay_encode_columns")
    return EncodedColumns(leafHashes: leaves, code: code, memory: keepsCode ? memory : nil)
  }

  /// Encodes up to eight rows of the prime field, and hands out their code words in pieces: 64
  /// bytes for each place (`ReedSolomonCode.place(ofColumn:)`), the values of the rows there, 8
  /// bytes each, the least significant first.
  ///
  /// - Precondition: there are 1 to 8 rows of the code's 2^`messageBits` values, none of extension
  ///   elements.
  public func forEachPiece<Failure: Error>(
    ofCode code: ReedSolomonCode, rows: RowMatrix, _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(
      rows.rowBits == code.messageBits && (1...8).contains(rows.rowCount) && !rows.areExtensions,
      "one to eight rows of the code's messages")
    let memory = FieldMemory(wordCount: 8 * code.codeLength)
    let block = [UInt8](repeating: 0, count: 1 + Self.headerByteCount)
    // SAFETY: there is room for eight rows, nothing is hashed or picked, and no pointer is kept.
    let status = unsafe rows.withRows { rows in
      unsafe code.withCode { code in
        unsafe block.withUnsafeBufferPointer { block in
          guard let block = block.baseAddress else { return Int32(1) }
          var columns = unsafe assay_columns(
            code: memory.words, window: 1, header: block, states: nil, leaves: nil, picked: nil,
            picked_count: 0, elements: nil, wanted: nil)
          return unsafe assay_encode_columns(run, rows, code, &columns)
        }
      }
    }
    check(status, "assay_encode_columns")
    let pieceWords = 1 << 17
    for start in stride(from: 0, to: 8 * code.codeLength, by: pieceWords) {
      let count = min(pieceWords, 8 * code.codeLength - start)
      // SAFETY: the range lies in the memory, which lives until the end.
      let piece = unsafe [UInt8](
        UnsafeRawBufferPointer(start: memory.words + start, count: 8 * count))
      try body(piece)
    }
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
    let groups = max(1, (count + 7) / 8)
    let window =
      encoded.keepsCode ? groups : min(groups, max(1, Self.windowWords / (8 * length)))
    let memory = encoded.memory ?? FieldMemory(wordCount: window * 8 * length)
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
                  wanted: wanted.baseAddress)
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
