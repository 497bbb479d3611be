import Testing

@testable import assay

@Suite struct SuggestionTests {
  // The first is the textbook example; a swap of neighbours counts as one slip.
  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0),
    ("stesp", "steps", 1), ("ab", "ba", 1),
  ])
  func countsSlips(first: String, second: String, expected: Int) {
    #expect(Suggestion.distance(first, second) == expected)
    #expect(Suggestion.distance(second, first) == expected)
  }

  @Test func suggestsOnlyWhatIsNear() {
    #expect(Suggestion.nearest(to: "tarin", among: ["train", "audit"]) == "train")
    #expect(Suggestion.nearest(to: "banana", among: ["train", "audit"]) == nil)
    #expect(Suggestion.nearest(to: "train", among: []) == nil)
  }
}
