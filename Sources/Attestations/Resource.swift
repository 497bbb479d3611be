internal import AssayCryptography
internal import AssayWire

/// An in-toto ResourceDescriptor, as far as attestations here need it.
struct Resource {
  var name: String
  var digest: (algorithm: String, hex: String)
  /// The bytes themselves, where they are enclosed.
  var content: [UInt8]?

  init(name: String, sha256: Digest, content: [UInt8]? = nil) {
    self.name = name
    digest = ("sha256", sha256.hex)
    self.content = content
  }

  /// A root over a tree, which is the SHA-256 of no file: the algorithm says of what tree.
  init(name: String, root: Digest, algorithm: String) {
    self.name = name
    digest = (algorithm, root.hex)
  }

  var json: JSONValue {
    var members = [
      JSONMember(name: "name", value: .string(name)),
      JSONMember(
        name: "digest",
        value: .object([JSONMember(name: digest.algorithm, value: .string(digest.hex))])),
    ]
    if let content {
      members.append(JSONMember(name: "content", value: .string(Base64.encode(content))))
    }
    return .object(members)
  }
}

extension JSONFields {
  /// Reads the enclosed bytes of the resource of this name, out of a list of resources.
  ///
  /// Everything else is left unread: attestations have one writing, and are compared with it.
  func content(of name: String, in list: String) throws(WireError) -> [UInt8] {
    var fields = self
    for var entry in try fields.objects(list) where try entry.string("name") == name {
      return try Base64.decode(try entry.string("content"))
    }
    throw failure(list, "expected an entry '\(name)' with its content, found none")
  }

  /// Reads the SHA-256 of the resource of this name; nil where the list has none.
  func sha256(of name: String, in list: String) throws(WireError) -> Digest? {
    var fields = self
    for var entry in try fields.objects(list) where try entry.string("name") == name {
      var digest = try entry.fields("digest")
      let hex = try digest.string("sha256")
      guard let value = try? Digest(hex: hex) else {
        throw digest.failure("sha256", "expected 64 lower-case hex digits, found other text")
      }
      return value
    }
    return nil
  }
}
