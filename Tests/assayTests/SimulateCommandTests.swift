import AssayWire
import Foundation
import Testing

@Suite struct SimulateCommandTests {
  @Test func theFiguresAreOneObjectAndOnePage() throws {
    try withTemporaryFolder { folder in
      let done = try BuiltCommand(
        [
          "simulate", "--strategy", "vanisher", "--strategy", "spammer", "--jobs", "1", "--out",
          "page.html", "--json",
        ], in: folder)
      #expect(done.code == 0, "\(done.remarks)")
      var fields = try JSONFields(try JSONValue.parse(Array(done.output.utf8)))
      #expect(try fields.string("seed") == "1")
      var names: [String] = []
      for object in try fields.objects("strategies") {
        var strategy = object
        names.append(try strategy.string("role") + " " + strategy.string("name"))
        let margin = strategy.optionalValue("margin")
        #expect(margin == JSONValue.null)
      }
      #expect(
        names == [
          "provider honest", "provider vanisher", "challenger bystander", "challenger spammer",
        ])
      let page = try String(contentsOfFile: folder + "/page.html", encoding: .utf8)
      #expect(page.contains("<svg") && page.contains("vanisher") && page.contains("−6.00"))
    }
  }

  @Test(arguments: [
    (["--strategy", "vanisherr"], "Did you mean 'vanisher'?"),
    (["--strategy", "key withholder"], "cannot be played under these terms"),
    (["--outside-gain", "50"], "cheating would pay"), (["--jobs", "0"], "--jobs"),
    (["--draw", "1001"], "there are only 1000 intervals"), (["--watched", "2"], "--watched"),
    (["--work-cost", "99999999999999999999"], "use a larger unit"),
  ])
  func badInputIsNamed(words: [String], remark: String) throws {
    let done = try BuiltCommand(["simulate"] + words)
    #expect(done.code == 2 || done.code == 3, "\(words)")
    #expect(done.remarks.contains(remark), "\(words): \(done.remarks)")
  }
}
