internal import CAssayDeviceKernels

/// The text of all kernels.
enum KernelSource {
  /// Every file in the place where another one includes it.
  static let text: String = {
    var texts: [String: String] = [:]
    var first = ""
    for index in 0..<assay_kernel_file_count() {
      // SAFETY: here and below: the text and the name are constants of the program.
      let file = unsafe assay_kernel_file(index)
      let name = unsafe String(cString: file.name)
      // SAFETY: as above.
      texts[name] = unsafe String(
        decoding: UnsafeBufferPointer(start: file.text, count: Int(file.byte_count)),
        as: UTF8.self)
      if index == 0 { first = name }
    }
    return expanded(first, texts)
  }()

  private static func expanded(_ name: String, _ texts: [String: String]) -> String {
    guard let text = texts[name] else { preconditionFailure("no kernel file '\(name)'") }
    let mark = "#include \""
    var result = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(mark) {
        result += expanded(String(line.dropFirst(mark.count).prefix { $0 != "\"" }), texts)
      } else {
        result += line + "\n"
      }
    }
    return result
  }
}
