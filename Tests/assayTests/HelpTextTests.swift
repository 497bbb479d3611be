import Testing

@testable import assay

@Suite struct HelpTextTests {
  @Test func showsEverythingThatACommandDeclares() {
    let text = HelpText.text(for: SampleCommand.self, path: ["assay", "sample"])
    #expect(
      text == """
        Trains something imaginary.

        Usage: assay sample <spec> [<second>] --steps <count> [--threads <count>]
          [--learning-rate <rate>] [--order <order>] [--seed <seed>] [--data <file>]…
          [--force] [--json]

        Reads a spec and a data set, and does nothing with them, so that the help of a
        command with a discussion longer than one line can be compared.

        A second paragraph.

        Arguments:
          <spec>    The spec to read.
          <second>  More specs.

        Options:
          --steps <count>         How many steps to train. (required)
          --threads <count>       Threads; 0 is one per core. (default: 0)
          --learning-rate <rate>  How far a step goes, which is a number that needs a
                                  long explanation. (default: 0.5)
          --order <order>         The order of the batches: shuffled or sequential.
                                  (default: shuffled)
          --seed <seed>           Where random numbers start.
          --data <file>           A data file. (may be repeated)
          --force                 Replace what exists.
          --json                  Print one JSON object instead of text.
          -h, --help              Show this help.

        Examples:
          assay sample spec.json --steps 10
              Ten steps of nothing, quickly done.
        """)
  }

  @Test func everyCommandHasAnExampleThatItsOwnParserAccepts() throws {
    func check(_ nodes: [CommandNode], _ path: [String]) throws {
      for node in nodes {
        switch node {
        case .group(let group): try check(group.nodes, path + [group.name])
        case .command(let type): try checkExamples(type, path + [node.name])
        }
      }
    }
    func checkExamples<C: Command>(_ type: C.Type, _ path: [String]) throws {
      #expect(!C.description.examples.isEmpty, "\(path) has no example")
      for example in C.description.examples {
        let words = example.line.split(separator: " ").map(String.init)
        #expect(Array(words.prefix(path.count)) == path, "\(example.line)")
        _ = try ArgumentParser<C>.parse(Array(words.dropFirst(path.count)), path: path)
      }
    }
    try check(CommandTable.root.nodes, ["assay"])
  }
}
