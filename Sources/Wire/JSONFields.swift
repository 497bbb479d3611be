/// A reader of one JSON object that accounts for every member.
///
/// Read what is known, then call `finish()`: a member that nobody asked for is refused, so that a
/// misspelt key can never be silently ignored. Errors carry the path from the top.
public struct JSONFields: Sendable {
  /// Where the object stands, as in `model.layers[2]`; empty at the top.
  public let path: String

  private let members: [JSONMember]
  private var isRead: [Bool]
  private var knownKeys: [String] = []

  /// Starts reading an object that stands at `path`.
  ///
  /// - Throws: `WireError.field` when the value is not an object.
  public init(_ value: JSONValue, path: String = "") throws(WireError) {
    guard case .object(let members) = value else {
      throw .field(path: path, reason: "expected an object, found \(value.summary)")
    }
    self.path = path
    self.members = members
    isRead = Array(repeating: false, count: members.count)
  }

  /// Whether a member of this name is present; asking does not count as reading it.
  public func contains(_ key: String) -> Bool {
    index(of: key) != nil
  }

  /// The path of a member of this object.
  public func path(of key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  /// Makes an error about a member, for checks that this type does not know.
  public func failure(_ key: String, _ reason: String) -> WireError {
    .field(path: path(of: key), reason: reason)
  }

  /// Reads any value.
  ///
  /// - Throws: `WireError.field` when the member is absent.
  public mutating func value(_ key: String) throws(WireError) -> JSONValue {
    guard let value = optionalValue(key) else {
      throw failure(key, "expected this key, found none of that name; add it")
    }
    return value
  }

  /// Reads any value, or nothing when the member is absent.
  public mutating func optionalValue(_ key: String) -> JSONValue? {
    if !knownKeys.contains(key) { knownKeys.append(key) }
    guard let index = index(of: key) else { return nil }
    isRead[index] = true
    return members[index].value
  }

  /// Accepts the object when every member has been read.
  ///
  /// - Throws: `WireError.field` naming the first member that nobody asked for, the nearest known
  ///   name and all known names.
  public func finish() throws(WireError) {
    for (member, isRead) in zip(members, isRead) where !isRead {
      let suggestion = NearestName.nearest(to: member.name, among: knownKeys)
      let hint = suggestion.map { " (did you mean '\($0)'?)" } ?? ""
      let known = knownKeys.isEmpty ? "none" : knownKeys.joined(separator: ", ")
      throw .field(
        path: path,
        reason: "unknown key '\(excerpt(of: member.name))'\(hint); known keys: \(known)")
    }
  }

  /// Names match byte for byte: Swift's `==` would take U+212A (kelvin) for the letter K.
  private func index(of key: String) -> Int? {
    members.firstIndex { $0.name.utf8.elementsEqual(key.utf8) }
  }
}
