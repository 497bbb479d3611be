internal import AssayCryptography
internal import AssaySettlement
internal import AssayWire

// Files that travel with a job.
extension Route {
  static let bundles: [Route] = [
    Route("GET", "/v1/jobs/{job}/bundles", .signed([])) { service, call in
      let job = try service.job(call)
      let bundles = try service.shelf().bundles(of: job.id)
      return .json(
        .object(["job": .string(job.id), "bundles": .array(bundles.map(\.view))]))
    },
    Route("GET", "/v1/jobs/{job}/bundles/{digest}", .signed([])) { try $0.bundle($1) },
    Route(
      "PUT", "/v1/jobs/{job}/bundles/{digest}", .signed([]), bodyLimit: BundleShelf.pieceLimit
    ) { try $0.takePiece($1) },
  ]
}

extension BundleShelf.Bundle {
  /// The file for other programs.
  var view: JSONValue {
    .object([
      "digest": .digest(digest), "name": .string(name), "party": .string(party),
      "size": .integer(size), "received": .integer(received), "time": .integer(time / 1000),
    ])
  }
}

extension MarketService {
  func shelf() throws(Problem) -> BundleShelf {
    guard let bundles else {
      throw Problem(.unavailable, "this service keeps no files: it was started without a folder")
    }
    return bundles
  }

  fileprivate func takePiece(_ call: Call) throws -> HTTPResponse {
    let job = try job(call)
    let party = try call.signer().key
    guard job.parties.contains(party) || job.provider == party else {
      throw Problem(.wrongParty, "only who has a part in the job adds files to it")
    }
    let parameters = try call.parameters("name", "size", "offset")
    guard let name = parameters["name"], BundleShelf.isName(name) else {
      throw Problem(
        .malformedRequest,
        "name: expected 1 to 64 of a to z, 0 to 9, “.” and “-”, beginning with a letter")
    }
    guard let size = parameters["size"].flatMap({ Int64($0) }), size > 0,
      let offset = Int64(parameters["offset"] ?? "0"), (0...size).contains(offset)
    else { throw Problem(.malformedRequest, "expected size, and offset from 0 to it") }
    let upload = BundleShelf.Bundle(
      job: job.id, party: Hex.encode(party.bytes), digest: try call.digest(call.segments[1]),
      name: name, size: size, received: 0, time: call.milliseconds)
    let kept = try shelf().take(call.request.body, at: offset, of: upload, now: call.milliseconds)
    return .json(kept.view)
  }

  fileprivate func bundle(_ call: Call) throws -> HTTPResponse {
    let job = try job(call)
    let digest = try call.digest(call.segments[1])
    guard let (path, size) = try shelf().path(of: digest, in: job.id) else {
      throw Problem(.notFound, "the job “\(job.id)” has no whole file with this SHA-256")
    }
    var fields = [
      HTTPField("accept-ranges", "bytes"), HTTPField("etag", "\"\(digest)\""),
    ]
    guard let text = call.request.field("range"), let range = ByteRange(text) else {
      return HTTPResponse(
        file: HTTPResponse.FilePart(path: path, offset: 0, count: size), status: 200,
        fields: fields)
    }
    guard range.first < size else {
      throw Problem(
        .rangeNotSatisfiable, "the file has \(size) bytes",
        fields: [HTTPField("content-range", "bytes */\(size)")])
    }
    let last = min(range.last ?? size - 1, size - 1)
    fields.append(HTTPField("content-range", "bytes \(range.first)-\(last)/\(size)"))
    return HTTPResponse(
      file: HTTPResponse.FilePart(path: path, offset: range.first, count: last - range.first + 1),
      status: 206, fields: fields)
  }
}

extension BundleShelf {
  /// Whether a file may be called so: the name says what it is for, such as `data.csv.gz`.
  static func isName(_ name: String) -> Bool {
    guard (1...64).contains(name.utf8.count), let first = name.utf8.first,
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

/// `bytes=first-last` or `bytes=first-` (RFC 9110 §14); other forms are as if they were not there.
struct ByteRange {
  let first: Int
  /// The last byte, included; to the end if nil.
  let last: Int?

  init?(_ text: String) {
    guard text.hasPrefix("bytes=") else { return nil }
    let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Int(parts[0]), first >= 0 else { return nil }
    self.first = first
    guard !parts[1].isEmpty else {
      last = nil
      return
    }
    guard let last = Int(parts[1]), last >= first else { return nil }
    self.last = last
  }
}
