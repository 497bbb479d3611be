import AssayTestSupport
import AssayWire
import Testing

@Suite struct WireReaderTests {
  @Test func writesTheLeastSignificantByteFirst() {
    var writer = WireWriter()
    writer.write(UInt8(0x01))
    writer.write(UInt16(0x0203))
    writer.write(UInt32(0x0405_0607))
    writer.write(UInt64(0x0809_0a0b_0c0d_0e0f))
    writer.write(raw: [0xff])
    writer.write(lengthPrefixed: [0xee, 0xdd])
    writer.write("é")
    #expect(
      Hex.encode(writer.bytes) == "01" + "0302" + "07060504" + "0f0e0d0c0b0a0908" + "ff"
        + "02000000eedd" + "02000000c3a9")
  }

  @Test func readsBackWhatWasWritten() throws {
    var writer = WireWriter()
    writer.write(UInt8.max)
    writer.write(UInt16.max)
    writer.write(UInt32.max - 1)
    writer.write(UInt64.max - 2)
    writer.write(lengthPrefixed: [1, 2, 3])
    writer.write("naïve ☃")
    var reader = WireReader(writer.bytes)
    #expect(try reader.readUInt8() == .max)
    #expect(try reader.readUInt16() == .max)
    #expect(try reader.readUInt32() == .max - 1)
    #expect(try reader.readUInt64() == .max - 2)
    #expect(try reader.readLengthPrefixed(limit: 3) == [1, 2, 3])
    #expect(try reader.readString(limit: 100) == "naïve ☃")
    try reader.finish()
  }

  @Test func refusesToReadPastTheEnd() {
    var reader = WireReader([1, 2, 3])
    #expect(throws: WireError.truncated(needed: 4, available: 3)) { try reader.readUInt32() }
    #expect(throws: WireError.truncated(needed: 8, available: 3)) { try reader.readUInt64() }
    #expect(throws: WireError.truncated(needed: 4, available: 3)) {
      try reader.readBytes(count: 4)
    }
    #expect(throws: WireError.truncated(needed: -1, available: 3)) {
      try reader.readBytes(count: -1)
    }
    #expect(throws: WireError.truncated(needed: Int.max, available: 3)) {
      try reader.readBytes(count: Int.max)
    }
    #expect(reader.remaining == 3)
  }

  @Test func refusesALengthAboveTheLimitBeforeAllocating() {
    var reader = WireReader([0xff, 0xff, 0xff, 0xff, 0])
    #expect(throws: WireError.tooLong(limit: 10, found: 0xffff_ffff)) {
      try reader.readLengthPrefixed(limit: 10)
    }
    reader = WireReader([0xff, 0xff, 0xff, 0xff, 0])
    #expect(throws: WireError.truncated(needed: 0xffff_ffff, available: 1)) {
      try reader.readLengthPrefixed(limit: Int.max)
    }
  }

  @Test func refusesACountWhoseElementsCannotFollow() {
    var reader = WireReader([2, 0, 0, 0, 9, 9, 9])
    #expect(throws: WireError.truncated(needed: 4, available: 3)) {
      try reader.readCount(limit: 5, elementByteCount: 2)
    }
    // 4 × 2⁶² is 2⁶⁴, which would wrap around to nothing.
    reader = WireReader([4, 0, 0, 0])
    #expect(throws: WireError.truncated(needed: Int.max, available: 0)) {
      try reader.readCount(limit: 5, elementByteCount: 1 << 62)
    }
  }

  @Test func refusesTextThatIsNotUTF8() {
    // An overlong slash, a lone surrogate, a lone continuation byte, a cut sequence.
    for bytes: [UInt8] in [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x80], [0xe2, 0x82]] {
      var writer = WireWriter()
      writer.write(lengthPrefixed: bytes)
      var reader = WireReader(writer.bytes)
      #expect(throws: WireError.self, "\(bytes)") { try reader.readString(limit: 10) }
    }
  }

  @Test func refusesTrailingBytes() throws {
    var reader = WireReader([1, 2, 3])
    _ = try reader.readUInt8()
    #expect(throws: WireError.trailingBytes(count: 2)) { try reader.finish() }
  }
}
