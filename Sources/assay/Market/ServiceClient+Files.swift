internal import AssayCryptography
internal import AssayFiles
internal import AssayService
internal import AssayWire

/// A file that travels with a job, as the service lists it.
struct MarketFile {
  let digest: Digest
  let name: String
  let party: String
  let size: Int
  let received: Int

  var isWhole: Bool { size == received }

  init(_ object: JSONFields) throws {
    var fields = object
    digest = try Digest(hex: try fields.string("digest"))
    name = try fields.string("name")
    // It becomes the name of a file.
    guard (1...64).contains(name.utf8.count), !name.hasPrefix("."),
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") })
    else { throw OperationError("the service shows a file of a strange name.") }
    party = try fields.string("party")
    size = try fields.integer("size", in: 0...Int.max)
    received = try fields.integer("received", in: 0...Int.max)
  }
}

extension ServiceClient {
  /// How much of a file is sent or fetched at once.
  private static let pieceByteCount = 4 << 20

  /// The files of a job, the newest last.
  func files(of job: String) throws -> [MarketFile] {
    var fields = try fields("/v1/jobs/\(job)/bundles")
    return try fields.objects("bundles").map { try MarketFile($0) }
  }

  /// Sends a file to a job; what has come before is not sent again.
  func upload(_ path: String, as name: String, to job: String) throws {
    let file = try OpenFile(path, for: .reading)
    let size = file.byteCount
    let digest = try Self.digest(of: file, count: size)
    let known = try files(of: job).last { $0.digest == digest && $0.party == party }
    var offset = known?.received ?? 0
    var corrections = 0
    while offset < size {  // BOUND: every turn sends a piece, or is one of a few corrections.
      let piece = try file.read(at: offset, count: min(Self.pieceByteCount, size - offset))
      let target =
        "/v1/jobs/\(job)/bundles/\(digest)?name=\(name)&size=\(size)&offset=\(offset)"
      let answer = try send("PUT", target, body: piece)
      if answer.code == "wrong_offset", corrections < 8 {
        corrections += 1
        offset = try files(of: job).last { $0.digest == digest && $0.party == party }?.received ?? 0
        continue
      }
      var fields = try JSONFields(try JSONValue.parse(try accepted(answer, target)))
      offset = try fields.integer("received", in: 0...Int.max)
    }
  }

  /// Fetches a file of a job, going on where it was; on return it is what its digest says.
  func download(_ wanted: MarketFile, of job: String, to path: String) throws {
    if FileAccess.exists(path) {
      let file = try OpenFile(path, for: .reading)
      if file.byteCount == wanted.size,
        try Self.digest(of: file, count: wanted.size) == wanted.digest
      {
        return
      }
    }
    let part = "\(path).\(wanted.digest.hex.prefix(8)).part"
    let file = try OpenFile(part, for: .appending)
    if file.byteCount > wanted.size { try file.truncate(to: 0) }
    let target = "/v1/jobs/\(job)/bundles/\(wanted.digest)"
    while file.byteCount < wanted.size {  // BOUND: every turn fetches at least a byte.
      let first = file.byteCount
      let last = min(first + Self.pieceByteCount, wanted.size) - 1
      let answer = try send("GET", target, fields: [HTTPField("range", "bytes=\(first)-\(last)")])
      let bytes = try accepted(answer, target)
      guard answer.status == 206, bytes.count == last - first + 1 else {
        throw OperationError("the service gives other bytes of \(wanted.name) than were asked for.")
      }
      try file.append(bytes)
    }
    try file.flush()
    guard try Self.digest(of: OpenFile(part, for: .reading), count: wanted.size) == wanted.digest
    else {
      FileAccess.remove(part)
      throw OperationError("the service's \(wanted.name) is not what its SHA-256 says.")
    }
    try FileAccess.move(part, to: path)
  }

  /// The SHA-256 of a file, read piece by piece.
  static func digest(of file: borrowing OpenFile, count: Int) throws -> Digest {
    var hash = SHA256()
    var offset = 0
    while offset < count {
      let piece = try file.read(at: offset, count: min(pieceByteCount, count - offset))
      hash.update(piece)
      offset += piece.count
    }
    return hash.finalize()
  }

  /// Keeps bytes that the service itself must have: a spec, or a proof that money moves on.
  func keepEvidence(_ bytes: [UInt8]) throws {
    let path = "/v1/evidence/\(SHA256.digest(of: bytes))"
    _ = try accepted(send("PUT", path, body: bytes), path)
  }

  /// The bytes with a digest.
  func evidence(_ digest: Digest) throws -> [UInt8] {
    guard let bytes = try get("/v1/evidence/\(digest)"), SHA256.digest(of: bytes) == digest else {
      throw OperationError("the service does not have the bytes \(digest).")
    }
    return bytes
  }

  /// Writes what a path of a job has into a file.
  func save(_ part: String, of job: String, to file: String) throws {
    guard let bytes = try get("/v1/jobs/\(job)/\(part)") else {
      throw OperationError("the job '\(job)' has no \(part).")
    }
    try FileAccess.write(bytes, to: file)
  }
}
