public import AssayWire

/// An answer.
public struct HTTPResponse: Hashable, Sendable {
  /// The status, such as 200.
  public var status: Int
  /// The header fields, in order.
  public var fields: [HTTPField]
  /// The body; empty where it is in a file.
  public var body: [UInt8]
  /// Where the body is, if in a file.
  public let file: FilePart?

  /// A part of a file.
  public struct FilePart: Hashable, Sendable {
    /// The file.
    public let path: String
    /// The first byte.
    public let offset: Int
    /// How many bytes.
    public let count: Int
  }

  /// An answer whose body is a part of a file, which is sent without being read as a whole.
  public init(file: FilePart, status: Int, fields: [HTTPField]) {
    self.status = status
    self.fields = [HTTPField("content-type", "application/octet-stream")] + fields
    self.file = file
    body = []
  }

  /// An answer with a body of a media type.
  public init(status: Int, type: String, fields: [HTTPField] = [], body: [UInt8]) {
    self.status = status
    self.fields = [HTTPField("content-type", type)] + fields
    self.body = body
    file = nil
  }

  /// An answer in JSON.
  public static func json(
    _ value: JSONValue, status: Int = 200, fields: [HTTPField] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, type: "application/json", fields: fields, body: value.serialized())
  }

  /// The media type of the body.
  public var type: String? { fields.first { $0.name == "content-type" }?.value }
}
