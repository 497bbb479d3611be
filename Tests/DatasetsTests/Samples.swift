import AssaySpecification
import CAssayZlib
import Foundation
import Testing

@testable import AssayDatasets

/// Bytes of small files, and where real ones are.
enum Samples {
  /// An IDX file: type code, big-endian extents, then `body`.
  static func idx(type: UInt8 = 8, _ dimensions: [UInt32], body: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(dimensions.count)]
      + dimensions.flatMap { extent in (0..<4).map { UInt8(extent >> (24 - 8 * $0) & 255) } }
      + body
  }

  /// An NPY file of version 1 or 2 with this dictionary text.
  static func npy(_ dictionary: String, version: UInt8 = 1, body: [UInt8]) -> [UInt8] {
    let text = Array(dictionary.utf8) + [0x0a]
    let length =
      version == 1
      ? [UInt8(text.count & 255), UInt8(text.count >> 8)]
      : (0..<4).map { UInt8(text.count >> (8 * $0) & 255) }
    return NPYFormat.magic + [version, 0] + length + text + body
  }

  /// The usual dictionary.
  static func header(_ descriptor: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(descriptor)', 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  /// One gzip member (RFC 1952) around zlib's compression of `content`.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(content.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    // SAFETY: `packed` has the room that `compressBound` asks for.
    let status = unsafe compress2(&packed, &length, content, UInt(content.count), 9)
    precondition(status == Z_OK)
    // A zlib stream is two bytes, the deflate data, and four bytes of Adler-32.
    let deflated = packed[2..<(Int(length) - 4)]
    // SAFETY: the array and its own count.
    let check = unsafe UInt32(crc32(0, content, UInt32(content.count)))
    var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] + deflated
    bytes.append(uint32: check)
    bytes.append(uint32: UInt32(content.count))
    return bytes
  }

  /// An in-memory file.
  static func file(_ bytes: [UInt8], name: String = "sample") -> FileContents {
    FileContents(name: name, stored: bytes)
  }

  /// The array that a file's bytes hold.
  static func array(_ bytes: [UInt8]) throws(DatasetError) -> NumericArray {
    try NumericArray(file(bytes))
  }

  /// Three 2 × 2 images with labels.
  static func small(
    contents: [UInt8] = Array(0..<12), labels: [Int32] = [2, 0, 1], classes: Int = 3
  ) throws -> Dataset {
    try Dataset(
      elementType: .uint8, exampleShape: Shape([2, 2]), contents: contents,
      targets: .labels(labels, classes: classes))
  }

  /// The folder of MNIST files: below `ASSAY_DATA_DIR`, or below a folder `shared/data` beside the
  /// repository or above it; nil where there is none.
  static let mnist: URL? = {
    var candidates: [URL] = []
    if let folder = ProcessInfo.processInfo.environment["ASSAY_DATA_DIR"] {
      candidates.append(URL(fileURLWithPath: folder))
    }
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      candidates.append(folder.appendingPathComponent("shared/data"))
    }
    return candidates.map { $0.appendingPathComponent("mnist") }.first {
      FileManager.default.fileExists(
        atPath: $0.appendingPathComponent("t10k-images-idx3-ubyte.gz").path)
    }
  }()

  /// Whether Python can import NumPy here.
  static let hasNumPy = (try? python("import numpy", in: URL(fileURLWithPath: "/"))) ?? false

  /// Runs a Python script in a folder; false when it fails.
  static func python(_ script: String, in folder: URL) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
