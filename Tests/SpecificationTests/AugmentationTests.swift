import AssayCryptography
import AssayWire
import Testing

@testable import AssaySpecification

@Suite struct AugmentationTests {
  /// Computed with an implementation of Philox4x32-10 in Python that gives Random123's known
  /// answers.
  @Test func windowsAreDrawnAsStated() {
    let augmentation = Augmentation(padding: 4, flips: true)
    func window(_ step: UInt64, _ position: Int) -> Augmentation.Window {
      augmentation.window(seed: 9, step: step, position: position)
    }
    #expect(window(1, 0) == .init(rowShift: 1, columnShift: -3, isMirrored: true))
    #expect(window(1, 1) == .init(rowShift: 0, columnShift: 1, isMirrored: false))
    #expect(window(2, 0) == .init(rowShift: 1, columnShift: 1, isMirrored: true))
    #expect(window(1 << 33, 7) == .init(rowShift: 1, columnShift: -3, isMirrored: true))
    // Without flips, the same windows are not mirrored.
    #expect(
      Augmentation(padding: 4, flips: false).window(seed: 9, step: 1, position: 0)
        == .init(rowShift: 1, columnShift: -3, isMirrored: false))
  }

  @Test func everyShiftIsDrawnAboutAsOften() {
    let augmentation = Augmentation(padding: 2, flips: true)
    var rows = [Int](repeating: 0, count: 5)
    var columns = rows
    var mirrored = 0
    for position in 0..<5000 {
      let window = augmentation.window(seed: 1, step: 1, position: position)
      rows[window.rowShift + 2] += 1
      columns[window.columnShift + 2] += 1
      if window.isMirrored { mirrored += 1 }
    }
    // Four and a half standard deviations of a binomial count.
    for count in rows + columns { #expect(abs(count - 1000) < 130, "\(rows) \(columns)") }
    #expect(abs(mirrored - 2500) < 160)
  }

  private func spec(_ augment: String, shape: String = "[4, 4]") throws -> DataDescription {
    let json = """
      {"root": "\(SHA256.digest(of: []).hex)", "examples": 3, "element": "uint8",
      "shape": \(shape), "target": {"kind": "label", "classes": 2},
      "scale": {"divisor": 1, "mean": 0, "deviation": 1}, "augment": \(augment)}
      """
    var fields = try JSONFields(JSONValue.parse(Array(json.utf8)))
    return try DataDescription(fields: &fields)
  }

  @Test func aSpecSaysHowImagesAreAugmented() throws {
    let data = try spec(#"{"crop": 3, "flip": true}"#)
    #expect(data.augmentation == Augmentation(padding: 3, flips: true))
    var fields = try JSONFields(data.json)
    #expect(try DataDescription(fields: &fields) == data)
    #expect(
      try spec(#"{"crop": 0, "flip": true}"#).augmentation
        == Augmentation(padding: 0, flips: true))
    #expect(try spec(#"{"crop": 2, "flip": false}"#, shape: "[1, 3, 5]").augmentation != nil)
    #expect(!Samples.data().json.serialized().contains(bytes: "augment"))
  }

  @Test(arguments: [
    #"{"crop": 4, "flip": true}"#, #"{"crop": -1, "flip": true}"#, #"{"crop": 0, "flip": false}"#,
    #"{"crop": 2}"#, #"{"flip": true}"#, #"{"crop": 2, "flip": true, "cutout": 1}"#,
    #"{"crop": 1e99, "flip": true}"#, #"{"crop": 2, "flip": 1}"#, "{}", "null", "[]",
  ])
  func anAugmentationThatMakesNoSenseIsRefused(augment: String) {
    #expect(throws: WireError.self) { try spec(augment) }
  }

  @Test(arguments: ["[16]", "[1, 1, 4, 4]", "[2, 4]", "[4, 2]"])
  func onlyImagesLargeEnoughAreAugmented(shape: String) {
    #expect(throws: WireError.self) { try spec(#"{"crop": 2, "flip": true}"#, shape: shape) }
  }
}

extension [UInt8] {
  /// Whether the bytes of `text` are among these.
  fileprivate func contains(bytes text: String) -> Bool {
    String(decoding: self, as: UTF8.self).contains(text)
  }
}
