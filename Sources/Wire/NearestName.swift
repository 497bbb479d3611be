/// Finds which known name a misspelt one was probably meant to be.
enum NearestName {
  private static let longestName = 64

  /// Returns the known name with the fewest single-character edits (at most a third of its
  /// length, rounded up), or nothing. Case and `-`/`_` do not count as edits.
  static func nearest(to name: String, among known: [String]) -> String? {
    let wanted = folded(name)
    guard wanted.count <= longestName else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known where candidate.utf8.count <= longestName {
      let distance = editDistance(wanted, folded(candidate))
      let allowed = (candidate.utf8.count + 2) / 3
      if distance <= allowed && distance < best?.distance ?? Int.max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
  }

  /// Levenshtein's distance, one row of the table at a time.
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substitution = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
