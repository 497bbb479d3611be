internal import AssayAccelerators
internal import Foundation

/// Checks and measures one device; `--out` also writes what came of it, as text and JSON.
@main struct Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let selector = arguments.first.flatMap(DeviceSelector.init),
      arguments.count == 1 || arguments.count == 3 && arguments[1] == "--out"
    else { fail("usage: devices cuda:0|opencl:0 [--out path without ending]") }
    do {
      let figures = try DeviceRun.figures(of: selector)
      print(figures.text, terminator: "")
      if arguments.count == 3 {
        try figures.text.write(toFile: arguments[2] + ".txt", atomically: true, encoding: .utf8)
        try figures.json.write(toFile: arguments[2] + ".json", atomically: true, encoding: .utf8)
      }
      if !figures.isRight { exit(1) }
    } catch {
      fail("\(selector): \(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(2)
  }
}
