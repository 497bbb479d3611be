public import AssayAlgebra
internal import CAssayFieldKernels

extension FieldKernels {
  /// ⟨row w from `start` on, `vector`⟩ for each row w, or for those that are chosen.
  ///
  /// - Precondition: the rows are not of extension elements; `vector` has 2^b elements, and `start`
  ///   is a multiple of 2^b within a row.
  /// - Complexity: fastest for integers of at most 32 bits.
  public func rowSums(
    _ rows: RowMatrix, choosing chosen: [Int]? = nil, from start: Int = 0,
    times vector: [GoldilocksExtension]
  ) -> [GoldilocksExtension] {
    let bits = vector.count.trailingZeroBitCount
    precondition(vector.count.nonzeroBitCount == 1 && bits <= rows.rowBits, "2^b values of a row")
    precondition(
      (0..<1 << rows.rowBits).contains(start) && start & (vector.count - 1) == 0,
      "a start at a multiple of the vector's length")
    let count = Self.check(chosen, in: rows)
    let pieces = Int(assay_part_sums_scratch(Int32(bits), Int64(count)))
    var scratch = [assay_extension](repeating: assay_extension(), count: pieces)
    // SAFETY: the part lies within a row, the chosen rows exist, and the scratch has what the
    // kernel asks for.
    return unsafe results(count) { sums in
      unsafe rows.withRows { rows in
        unsafe Self.lend(vector) { vector in
          unsafe Self.lend(chosen) { chosen in
            unsafe check(
              assay_part_sums(
                run, rows, chosen, Int64(count), Int64(start), Int32(bits), vector, &scratch,
                sums),
              "assay_part_sums")
          }
        }
      }
    }
  }

  /// Adds Σ_w `coefficients[w]` · row w to a part of a vector, over all rows or those that are
  /// chosen.
  ///
  /// - Precondition: the rows are not of extension elements; there is one coefficient for each, and
  ///   the part from `start` on has at least 2^`rowBits` elements.
  /// - Complexity: fastest for integers of at most 32 bits.
  public func addRows(
    _ rows: RowMatrix, choosing chosen: [Int]? = nil, times coefficients: [GoldilocksExtension],
    to sum: inout [GoldilocksExtension], at start: Int = 0
  ) {
    let count = Self.check(chosen, in: rows)
    precondition(coefficients.count == count, "one coefficient for each row")
    precondition(start >= 0 && sum.count - start >= 1 << rows.rowBits, "room for a row")
    // SAFETY: there is a coefficient for each row and room for a row's length, and an element is
    // two words, as the kernels' is.
    unsafe rows.withRows { rows in
      unsafe Self.lend(coefficients) { coefficients in
        unsafe Self.lend(chosen) { chosen in
          unsafe sum.withUnsafeMutableBytes { buffer in
            guard
              let sum = unsafe buffer.baseAddress?.assumingMemoryBound(to: assay_extension.self)
            else { return }
            unsafe check(
              assay_add_rows(run, rows, chosen, Int64(count), coefficients, sum + start),
              "assay_add_rows")
          }
        }
      }
    }
  }

  /// Σ_w `coefficients[w]` · row w: 2^`rowBits` elements.
  ///
  /// - Precondition: as for `addRows`.
  public func combination(of rows: RowMatrix, coefficients: [GoldilocksExtension])
    -> [GoldilocksExtension]
  {
    var sum = [GoldilocksExtension](repeating: .zero, count: 1 << rows.rowBits)
    addRows(rows, times: coefficients, to: &sum)
    return sum
  }

  /// How many rows are chosen, after checking that they exist.
  private static func check(_ chosen: [Int]?, in rows: RowMatrix) -> Int {
    precondition(!rows.areExtensions, "rows of integers or base elements")
    guard let chosen else { return rows.rowCount }
    precondition(chosen.allSatisfy { (0..<rows.rowCount).contains($0) }, "rows of the matrix")
    return chosen.count
  }

  /// Adds `factor` · `vector` to a part of a longer vector.
  ///
  /// - Precondition: the part from `start` on has as many elements as `vector`.
  public func add(
    _ vector: [GoldilocksExtension], times factor: GoldilocksExtension,
    to sum: inout [GoldilocksExtension], at start: Int = 0
  ) {
    precondition(
      start >= 0 && vector.count <= sum.count - start, "a part as long as what is added")
    let count = Int64(vector.count)
    // SAFETY: both ranges were compared, and an element is two words, as the kernels' is.
    unsafe Self.lend(vector) { vector in
      unsafe sum.withUnsafeMutableBytes { buffer in
        guard
          let address = unsafe buffer.baseAddress?.assumingMemoryBound(to: assay_extension.self)
        else { return }
        unsafe check(
          assay_add_scaled(
            run, assay_extension(c0: factor.c0.value, c1: factor.c1.value), vector, count,
            address + start),
          "assay_add_scaled")
      }
    }
  }

  /// The products `first[i]` · `second[j]` at i · `second.count` + j.
  public func outerProduct(_ first: [GoldilocksExtension], _ second: [GoldilocksExtension])
    -> [GoldilocksExtension]
  {
    // SAFETY: there is room for count · count products.
    unsafe results(first.count * second.count) { products in
      unsafe Self.lend(first) { x in
        unsafe Self.lend(second) { y in
          unsafe check(
            assay_outer_product(
              run, x, Int64(first.count), y, Int64(second.count), products),
            "assay_outer_product")
        }
      }
    }
  }

  /// eq(`point`, i) for each i below 2ⁿ, as `Multilinear.eqTable`, but on all threads.
  ///
  /// - Precondition: `point` has fewer than 40 coordinates.
  public func eqTable(_ point: [GoldilocksExtension]) -> [GoldilocksExtension] {
    precondition(point.count < 40, "a table of 2^\(point.count) elements does not fit")
    guard point.count > 6 else { return Multilinear.eqTable(point) }
    let half = point.count / 2
    return outerProduct(eqTable(Array(point[..<half])), eqTable(Array(point[half...])))
  }

  /// Σ_q `coefficients[q]` · x^(i · `exponents[q]`) for each i below `count`, where x is
  /// `Goldilocks.rootOfUnity(log2Order: orderBits)`.
  ///
  /// - Precondition: `orderBits` is from 0 to 32; there is an exponent below 2^`orderBits` for each
  ///   coefficient; `count` is at most 2^`orderBits`.
  /// - Complexity: 2^`orderBits` · `orderBits`, whatever the number of coefficients.
  public func sparseTransform(
    _ coefficients: [GoldilocksExtension], exponents: [Int], orderBits: Int, count: Int
  ) -> [GoldilocksExtension] {
    precondition((0...32).contains(orderBits), "a root of unity has order 2^0 to 2^32")
    let order = 1 << orderBits
    precondition(coefficients.count == exponents.count, "an exponent for each coefficient")
    precondition(exponents.allSatisfy { (0..<order).contains($0) }, "exponents below \(order)")
    precondition((0...order).contains(count), "at most \(order) values")
    guard orderBits >= 3 else {
      let root = Goldilocks.rootOfUnity(log2Order: orderBits)
      return (0..<count).map { index in
        zip(coefficients, exponents).reduce(.zero) { sum, term in
          sum + term.0 * root.power(UInt64(index * term.1))
        }
      }
    }
    let scratch = FieldMemory(wordCount: Int(assay_sparse_transform_scratch(Int32(orderBits))))
    let places = exponents.map(Int64.init)
    // SAFETY: the scratch is as large as the kernel asks for, and all counts were compared above.
    return unsafe results(count) { values in
      unsafe Self.lend(coefficients) { coefficients in
        unsafe check(
          assay_sparse_transform(
            run, coefficients, places, Int64(places.count), Int32(orderBits), Int64(count),
            scratch.words, values),
          "assay_sparse_transform")
      }
    }
  }

  /// An array that a kernel fills.
  private func results(
    _ count: Int, _ fill: (UnsafeMutablePointer<assay_extension>) -> Void
  ) -> [GoldilocksExtension] {
    // SAFETY: an element of the extension is two words, as the kernels' is, and kernels write all.
    unsafe [GoldilocksExtension](unsafeUninitializedCapacity: count) { buffer, initialized in
      var nothing = assay_extension()
      unsafe withUnsafeMutablePointer(to: &nothing) { nothing in
        let address = UnsafeMutableRawPointer(buffer.baseAddress)
        unsafe fill(address?.assumingMemoryBound(to: assay_extension.self) ?? nothing)
      }
      initialized = count
    }
  }

  /// Lends the numbers of chosen rows to a kernel, or nothing for all rows.
  private static func lend<Result>(
    _ chosen: [Int]?, _ body: (UnsafePointer<Int64>?) -> Result
  ) -> Result {
    guard let chosen else { return body(nil) }
    let numbers = chosen.map(Int64.init)
    // SAFETY: the buffer is valid during the call; of no rows none is read.
    return unsafe numbers.withUnsafeBufferPointer { buffer in
      var nothing: Int64 = 0
      return unsafe withUnsafePointer(to: &nothing) { nothing in
        unsafe body(buffer.baseAddress ?? nothing)
      }
    }
  }

  /// Lends elements to a kernel.
  private static func lend<Result>(
    _ elements: [GoldilocksExtension], _ body: (UnsafePointer<assay_extension>) -> Result
  ) -> Result {
    // SAFETY: an element of the extension is two words, as the kernels' is; nothing is read of an
    // empty array.
    unsafe elements.withUnsafeBytes { buffer in
      var nothing = assay_extension()
      return unsafe withUnsafeMutablePointer(to: &nothing) { nothing in
        unsafe body(
          buffer.baseAddress?.assumingMemoryBound(to: assay_extension.self)
            ?? UnsafePointer(nothing))
      }
    }
  }
}
