/// The description of the service for other programs: OpenAPI 3.1, `openapi.json` in this room.
public enum APIDocument {
  /// The document.
  public static let bytes: [UInt8] = PackageResources.openapi_json
}
