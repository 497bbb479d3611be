import AssayMerkle
import Testing

@Suite struct TileTests {
  /// The examples of C2SP tlog-tiles, and those of golang.org/x/mod/sumdb/tlog's tests, whose tiles
  /// have other heights but the same way of writing an index.
  @Test(arguments: [
    (0, 1_234_067, 256, "x001/x234/067"), (5, 123_456_078, 256, "x123/x456/078"),
    (5, 123_456_078, 2, "x123/x456/078.p/2"), (0, 3_057_500, 256, "x003/x057/500"),
    (0, 1, 256, "001"), (0, 1, 5, "001.p/5"), (0, 0, 255, "000.p/255"), (7, 999, 1, "999.p/1"),
    (0, 1000, 256, "x001/000"), (0, 999_999_999, 256, "x999/x999/999"),
    (0, 1_000_000_000, 256, "x001/x000/x000/000"),
  ])
  func aPathIsAsTheSpecificationWritesIt(level: Int, index: Int, width: Int, place: String) {
    // A level holds fewer tiles the higher it is.
    guard UInt64(index) >> UInt64(56 - 8 * level) == 0 else { return }
    let tile = Tile(level: level, index: UInt64(index), width: width)
    #expect(tile.path == "tile/\(level)/\(place)")
    #expect(tile.entriesPath == "tile/entries/\(place)")
    #expect(tile.isPartial == (width < 256))
  }

  /// The two examples of C2SP tlog-tiles, "Partial Tiles".
  @Test func aTreeHasTheTilesThatTheSpecificationCounts() {
    func last(_ level: Int, _ size: UInt64) -> Tile? {
      let count = size >> UInt64(8 * level)
      return count == 0 ? nil : Tile(level: level, holding: count - 1, inTreeOfSize: size)
    }
    #expect(last(0, 70_000) == Tile(level: 0, index: 273, width: 112))
    #expect(last(1, 70_000) == Tile(level: 1, index: 1, width: 17))
    #expect(last(2, 70_000) == Tile(level: 2, index: 0, width: 1))
    #expect(last(3, 70_000) == nil)
    #expect(last(0, 256) == Tile(level: 0, index: 0))
    #expect(last(1, 256) == Tile(level: 1, index: 0, width: 1))
    #expect(Tile(level: 0, holding: 0, inTreeOfSize: 70_000) == Tile(level: 0, index: 0))
    #expect(Tile(level: 0, holding: 70_000, inTreeOfSize: 70_000) == nil)
    #expect(Tile(level: 8, holding: 0, inTreeOfSize: .max) == nil)
  }
}
