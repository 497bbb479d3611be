internal import AssayCryptography
internal import AssayWire

extension JSONFields {
  /// Reads 64 lower-case hex digits.
  mutating func evidenceDigest(_ key: String) throws(WireError) -> Digest {
    let text = try string(key)
    do throws(CryptographyError) {
      return try Digest(hex: text)
    } catch {
      throw failure(key, "expected 64 lower-case hex digits, found “\(text.prefix(80))”")
    }
  }

  /// Reads 64 lower-case hex digits, or nothing when the member is absent.
  mutating func optionalEvidenceDigest(_ key: String) throws(WireError) -> Digest? {
    contains(key) ? try evidenceDigest(key) : nil
  }

  /// Reads an Ed25519 public key as 64 lower-case hex digits.
  mutating func evidenceKey(_ key: String) throws(WireError) -> VerifyingKey {
    let bytes = try Hex.decode(try boundedString(key, limit: 64))
    do throws(CryptographyError) {
      return try VerifyingKey(bytes: bytes)
    } catch { throw failure(key, "\(error)") }
  }

  /// Reads a string of at most `limit` bytes.
  mutating func boundedString(_ key: String, limit: Int) throws(WireError) -> String {
    let text = try string(key)
    guard text.utf8.count <= limit else {
      throw failure(key, "expected at most \(limit) bytes, found \(text.utf8.count)")
    }
    return text
  }

  /// Reads a name out of a closed set.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, as type: Choice.Type
  ) throws(WireError) -> Choice where Choice.RawValue == String {
    let text = try string(key)
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(key, "expected one of \(known), found “\(text.prefix(60))”")
    }
    return choice
  }

  /// Reads interval numbers in their one writing: `0-9,17,20-21`.
  mutating func intervals(_ key: String) throws(WireError) -> [Int] {
    let text = try string(key)
    let reason = "expected ascending interval numbers and ranges, such as “0-9,17”"
    guard text.utf8.count <= IntervalList.byteLimit else {
      throw failure(key, reason)
    }
    var intervals: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
      guard let first = ends.first.flatMap({ Int($0) }), let last = ends.last.flatMap({ Int($0) }),
        first > intervals.last ?? -1, first <= last, last < Detection.intervalLimit
      else { throw failure(key, reason) }
      intervals.append(contentsOf: first...last)
    }
    guard IntervalList.text(intervals) == text else { throw failure(key, reason) }
    return intervals
  }
}

/// The text form of ascending interval numbers, runs of two and more as ranges.
enum IntervalList {
  /// The longest text, which fits an envelope: `EvidencePolicy.drawnLimit` numbers of 7 digits.
  static let byteLimit = 8 * EvidencePolicy.drawnLimit

  static func text(_ intervals: [Int]) -> String {
    var parts: [String] = []
    var start = 0
    while start < intervals.count {
      var end = start
      while end + 1 < intervals.count, intervals[end + 1] == intervals[end] + 1 { end += 1 }
      parts.append(
        start == end ? String(intervals[start]) : "\(intervals[start])-\(intervals[end])")
      start = end + 1
    }
    return parts.joined(separator: ",")
  }
}
