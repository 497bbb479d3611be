public import AssayWire
internal import Foundation

/// A file of known answers under `vectors/`.
public enum VectorFile {
  /// The repository's root, found by climbing from this file to the folder with `Package.swift`.
  static let repositoryRoot: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      precondition(folder.path != "/", "no Package.swift above \(#filePath)")
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  /// Returns the bytes of a file under `vectors/`.
  public static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: repositoryRoot.appending(path: "vectors/\(path)")))
  }

  /// Returns the bytes of a file under `circuits/`.
  public static func circuit(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: repositoryRoot.appending(path: "circuits/\(path)")))
  }

  /// Reads a JSON file of the shape that `vectors/README.md` describes and returns its tests.
  ///
  /// Checks `numberOfTests`, and that the file says where its answers come from.
  public static func tests(_ path: String) throws -> [JSONFields] {
    var file = try JSONFields(JSONValue.parse(bytes(path)), path: path)
    _ = try file.string("algorithm")
    var source = try file.fields("source")
    _ = try source.string("name")
    _ = try source.string("address")
    try source.finish()
    let count = try file.integer("numberOfTests")
    let tests = try file.objects("tests")
    guard count == tests.count else {
      throw file.failure("numberOfTests", "expected \(tests.count), found \(count)")
    }
    try file.finish()
    return tests
  }
}
