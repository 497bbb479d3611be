import Testing

@testable import assay

@Suite struct ArgumentParserTests {
  func parse(_ line: String) throws(UsageError) -> SampleCommand? {
    let words = line.split(separator: " ").map(String.init)
    let request = try ArgumentParser<SampleCommand>.parse(words, path: ["assay", "sample"])
    return if case .run(let command) = request { command } else { nil }
  }

  func refusal(_ line: String) -> UsageError? {
    do throws(UsageError) {
      _ = try parse(line)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsEveryKindOfParameter() throws {
    let command = try #require(
      try parse(
        "--steps 10 a.json --learning-rate=-1e-3 --order sequential b.json --seed "
          + "18446744073709551615 --data x --data=y --force --threads 64"))
    #expect(command.spec == "a.json")
    #expect(command.second == "b.json")
    #expect(command.steps == 10)
    #expect(command.threads == 64)
    #expect(command.learningRate == -0.001)
    #expect(command.order == .sequential)
    #expect(command.seed == .max)
    #expect(command.data == ["x", "y"])
    #expect(command.force)
  }

  @Test func usesDefaults() throws {
    let command = try #require(try parse("a.json --steps 1"))
    #expect(command.second == nil)
    #expect(command.threads == 0)
    #expect(command.learningRate == 0.5)
    #expect(command.order == .shuffled)
    #expect(command.seed == nil)
    #expect(command.data.isEmpty)
    #expect(!command.force)
  }

  @Test func twoDashesEndTheOptions() throws {
    let command = try #require(try parse("--steps 1 -- --force"))
    #expect(command.spec == "--force")
    #expect(!command.force)
  }

  @Test func asksForHelpBeforeComplaining() throws {
    #expect(try parse("--help") == nil)
    #expect(try parse("a.json -h --steps") == nil)
  }

  @Test(arguments: [
    ("a.json", "--steps is missing.", "See 'assay sample --help'."),
    ("--steps 1", "<spec> is missing.", "See 'assay sample --help'."),
    ("a.json --stesp 1", "unknown option '--stesp'.", "Did you mean --steps?"),
    ("a.json --jsno", "unknown option '--jsno'.", "Did you mean --json?"),
    ("a.json --banana 1", "unknown option '--banana'.", "See 'assay sample --help'."),
    ("a.json -x", "unknown option '-x'.", "See 'assay sample --help'."),
    ("a.json --steps", "--steps needs a value: --steps <count>.", "See 'assay sample --help'."),
    (
      "a.json --steps --force", "--steps needs a value: --steps <count>.",
      "See 'assay sample --help'."
    ),
    ("a.json --steps 1 --steps 1", "--steps is given twice.", "Give it once."),
    ("a.json --steps 1 --force --force", "--force is given twice.", "Give it once."),
    ("a.json --steps 1 --json --json", "--json is given twice.", "Give it once."),
    (
      "a b c --steps 1", "'c' is one argument too many.", "See 'assay sample --help'."
    ),
  ])
  func refusesAWrongLine(line: String, message: String, hint: String) {
    #expect(refusal(line) == UsageError(message, hint: hint))
  }

  @Test(arguments: [
    ("--steps ten", "--steps: expected a number from 1 to 1000, found 'ten'."),
    ("--steps 0", "--steps: expected a number from 1 to 1000, found '0'."),
    ("--steps 1001", "--steps: expected a number from 1 to 1000, found '1001'."),
    ("--steps 1.5", "--steps: expected a number from 1 to 1000, found '1.5'."),
    ("--steps=", "--steps: expected a number from 1 to 1000, found ''."),
    (
      "--steps 99999999999999999999",
      "--steps: expected a number from 1 to 1000, found '99999999999999999999'."
    ),
    ("--steps 1 --learning-rate nan", "--learning-rate: expected a finite number, found 'nan'."),
    (
      "--steps 1 --learning-rate 1e999",
      "--learning-rate: expected a finite number, found '1e999'."
    ),
    (
      "--steps 1 --order random",
      "--order: expected one of: shuffled, sequential, found 'random'."
    ),
    (
      "--steps 1 --seed -1",
      "--seed: expected a whole number from 0 to 18446744073709551615, found '-1'."
    ),
    ("--steps 1 --force=yes", "--force takes no value."),
    ("--steps 1 --json=yes", "--json takes no value."),
  ])
  func refusesAWrongValue(line: String, message: String) {
    #expect(refusal("a.json " + line) == UsageError(message))
  }
}
