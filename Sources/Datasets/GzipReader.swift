internal import CAssayZlib

/// Inflates gzip data piece by piece, so that a small file never grows beyond what is asked for.
///
/// RFC 1952: one or more members, each checked against its own CRC-32 and length.
@safe struct GzipReader: ~Copyable {
  /// Deflate cannot expand data by more than this factor (1032 : 1, zlib's technical notes).
  static let expansionLimit = 1032

  private let file: String
  private let input: [UInt8]
  private var position = 0
  private var isFinished = false
  /// Owned here, made in `init` and released in `deinit`; zlib keeps a pointer to it.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Begins to inflate `input`; `file` names it in errors.
  init(_ input: [UInt8], file: String) throws(DatasetError) {
    self.file = file
    self.input = input
    // SAFETY: one element, initialised to zero as zlib asks, released in `deinit`.
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    // SAFETY: allocated on the line above.
    unsafe stream.initialize(to: z_stream())
    // SAFETY: a zeroed stream.
    guard unsafe assay_gzip_inflate_init(stream) == Z_OK else {
      throw .gzip(file: file, reason: "zlib could not start")
    }
  }

  deinit {
    // SAFETY: initialised in `init`; `inflateEnd` accepts a stream in any state.
    unsafe inflateEnd(stream)
    // SAFETY: allocated in `init` and not used afterwards.
    unsafe stream.deallocate()
  }

  /// Whether a file begins as gzip does.
  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The next bytes: `count` of them, or fewer at the end of the data.
  mutating func read(upTo count: Int) throws(DatasetError) -> [UInt8] {
    var output: [UInt8] = []
    // Room for what small data need; larger ones grow as they turn out to be there.
    output.reserveCapacity(min(count, 64 << 20))
    // BOUND: every round either adds bytes, or consumes input, or ends.
    while output.count < count && !isFinished {
      let piece = try inflate(atMost: min(count - output.count, 1 << 20))
      output.append(contentsOf: piece)
    }
    return output
  }

  private mutating func inflate(atMost capacity: Int) throws(DatasetError) -> [UInt8] {
    let taken = min(input.count - position, 1 << 30)
    let start = position
    var status = Z_OK
    var unread = 0
    // SAFETY: the closure fills `filled` bytes of `buffer` and says so.
    let piece = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      // SAFETY: zlib reads `taken` bytes from `start`, which lie within `input`, and writes at
      // most `capacity` bytes; it keeps neither pointer beyond the call that follows.
      unsafe input.withUnsafeBufferPointer { source in
        let next = unsafe source.baseAddress.map { unsafe $0 + start }
        unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: next)
        unsafe stream.pointee.avail_in = UInt32(taken)
        unsafe stream.pointee.next_out = buffer.baseAddress
        unsafe stream.pointee.avail_out = UInt32(capacity)
        status = unsafe CAssayZlib.inflate(stream, Z_NO_FLUSH)
        unread = unsafe Int(stream.pointee.avail_in)
        filled = unsafe capacity - Int(stream.pointee.avail_out)
      }
    }
    position += taken - unread
    switch status {
    case Z_STREAM_END: try beginNextMember()
    case Z_OK: break
    case Z_BUF_ERROR:
      throw .gzip(file: file, reason: "the data ends within a member")
    default:
      throw .gzip(file: file, reason: "damaged data before byte \(position)")
    }
    if status == Z_OK && piece.isEmpty && position == input.count {
      throw .gzip(file: file, reason: "the data ends within a member")
    }
    return piece
  }

  private mutating func beginNextMember() throws(DatasetError) {
    if position == input.count {
      isFinished = true
      return
    }
    // SAFETY: the stream was initialised and has just reached the end of a member.
    guard unsafe inflateReset(stream) == Z_OK else {
      throw .gzip(file: file, reason: "zlib could not go on after byte \(position)")
    }
  }
}
