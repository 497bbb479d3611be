public import AssayWire

/// An answer.
public struct HTTPResponse: Hashable, Sendable {
  /// The status, such as 200.
  public var status: Int
  /// The header fields, in order.
  public var fields: [HTTPField]
  /// The body.
  public var body: [UInt8]

  /// An answer with a body of a media type.
  public init(status: Int, type: String, fields: [HTTPField] = [], body: [UInt8]) {
    self.status = status
    self.fields = [HTTPField("content-type", type)] + fields
    self.body = body
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
