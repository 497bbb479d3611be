internal import AssayCryptography
internal import AssayFiles
public import AssaySpecification

/// The append-only file of a run's trace records.
///
/// Format: "assay.tracelog.1" (16 bytes), the spec's digest (32), then per record its bytes
/// (`TraceRecord.byteCount`) and the first 8 bytes of their SHA-256. A process that is killed can
/// leave a torn last record; it is recognised by its length or checksum and set aside.
public struct TraceLog: ~Copyable {
  private static let magic = Array("assay.tracelog.1".utf8)
  private static let headerByteCount = 48
  private static let checksumByteCount = 8
  private static let frameByteCount = TraceRecord.byteCount + checksumByteCount

  private let file: OpenFile
  /// The records in the log.
  public private(set) var records: [TraceRecord]

  /// Opens the log at `path` for writing, making it when absent, and takes it for this process.
  ///
  /// Bytes after the last whole record are moved to `path`.torn-N.
  ///
  /// - Throws: `TrainingError.busy` when another process writes the log; `runDirectory` when the
  ///   file is another run's or its records do not follow one another.
  public init(
    appendingTo path: String, spec: Spec, segment: Segment
  ) throws(TrainingError) {
    let file = try TrainingError.onFiles { () throws(FileError) in
      try OpenFile(path, for: .appending)
    }
    guard file.lock() else { throw .busy(path: path) }
    let found: [TraceRecord]
    do throws(FileError) {
      if file.byteCount < Self.headerByteCount {
        try Self.setAside(file, from: 0)
        try file.append(Self.magic + spec.digest.bytes)
        try file.flush()
      }
      found = try Self.readRecords(file, spec, segment)
      let end = Self.headerByteCount + found.count * Self.frameByteCount
      if file.byteCount > end { try Self.setAside(file, from: end) }
    } catch {
      throw .file(error)
    }
    self.file = file
    records = found
  }

  /// The records of the log at `path`, up to the first that is torn; the file is only read.
  public static func records(
    at path: String, spec: Spec, segment: Segment
  ) throws(TrainingError) -> [TraceRecord] {
    try TrainingError.onFiles { () throws(FileError) in
      let file = try OpenFile(path, for: .reading)
      guard file.byteCount >= headerByteCount else { return [] }
      return try readRecords(file, spec, segment)
    }
  }

  /// Appends a record; it is durable after the next `flush`.
  public mutating func append(_ record: TraceRecord) throws(TrainingError) {
    let bytes = record.bytes
    do throws(FileError) {
      try file.append(bytes + Self.checksum(bytes))
    } catch {
      throw .file(error)
    }
    records.append(record)
  }

  /// Returns when every appended record is on the disk.
  public func flush() throws(TrainingError) {
    do throws(FileError) {
      try file.flush()
    } catch {
      throw .file(error)
    }
  }

  private static func readRecords(
    _ file: borrowing OpenFile, _ spec: Spec, _ segment: Segment
  ) throws(FileError) -> [TraceRecord] {
    let header = try file.read(at: 0, count: headerByteCount)
    guard header == magic + spec.digest.bytes else {
      throw FileError(
        "'\(file.path)' is not the trace of this spec (\(spec.digest.hex.prefix(16))…); use the "
          + "run folder that the spec was trained in.")
    }
    let frames = (file.byteCount - headerByteCount) / frameByteCount
    let count = min(frames, Int(segment.traceSize))
    var records: [TraceRecord] = []
    records.reserveCapacity(count)
    let block = 4096
    while records.count < count {
      let size = min(block, count - records.count)
      let bytes = try file.read(
        at: headerByteCount + records.count * frameByteCount, count: size * frameByteCount)
      for place in 0..<size {
        let frame = Array(bytes[place * frameByteCount..<(place + 1) * frameByteCount])
        guard let record = record(frame, at: records.count, segment) else { return records }
        records.append(record)
      }
    }
    return records
  }

  /// The record in a frame, unless it is torn or out of place.
  private static func record(
    _ frame: [UInt8], at index: Int, _ segment: Segment
  ) -> TraceRecord? {
    let bytes = Array(frame.prefix(TraceRecord.byteCount))
    guard checksum(bytes).elementsEqual(frame.suffix(checksumByteCount)),
      let record = try? TraceRecord(decoding: bytes), record.index == UInt64(index),
      record.step == segment.step(ofRecord: index)
    else { return nil }
    return record
  }

  private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    Array(SHA256.digest(of: bytes).bytes.prefix(checksumByteCount))
  }

  private static func setAside(
    _ file: borrowing OpenFile, from offset: Int
  ) throws(FileError) {
    let rest = try file.read(at: offset, count: file.byteCount - offset)
    if !rest.isEmpty {
      try FileAccess.write(rest, to: FileAccess.freeName(file.path + ".torn"))
      try file.truncate(to: offset)
    }
  }
}
