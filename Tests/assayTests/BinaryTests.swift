import Testing

@Suite struct BinaryTests {
  @Test func endsWithZeroWhenAllIsWell() throws {
    let version = try BuiltCommand(["--version"])
    #expect(version.code == 0)
    #expect(version.output == "assay 0.1.0\n")
    #expect(version.remarks == "")
    #expect(try BuiltCommand(["--help"]).code == 0)
  }

  @Test func endsWithTwoForAWrongLine() throws {
    let wrong = try BuiltCommand(["kegyen"])
    #expect(wrong.code == 2)
    #expect(wrong.output == "")
    #expect(wrong.remarks.hasPrefix("assay: 'assay' has no command 'kegyen'.\n"))
  }
}
