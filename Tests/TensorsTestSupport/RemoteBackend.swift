public import AssaySpecification
public import AssayTensors
import Foundation
import Synchronization

/// The kernels of another kind of processor, in a program that an emulator runs:
/// `Tests/RemoteKernels/remote_kernels.c`. `ASSAY_REMOTE_KERNELS` is the command that starts it.
public struct RemoteBackend: Backend {
  public let threads: Int

  public init(threads: Int) { self.threads = threads }

  public var name: String { "remote, \(threads) threads" }

  /// The command, in words; nil when this machine's own kernels are to be tested.
  public static let command: [String]? = ProcessInfo.processInfo
    .environment["ASSAY_REMOTE_KERNELS"]?.split(separator: " ").map(String.init)

  public func makeExecutor(for program: StepProgram) -> any StepExecutor {
    RemoteExecutor(program, threads: threads)
  }
}

/// A program whose memory and kernels are in another process.
private final class RemoteExecutor: StepExecutor {
  private let program: StepProgram
  private let process: RemoteProcess

  init(_ program: StepProgram, threads: Int) {
    self.program = program
    process = RemoteProcess.take()
    let plan = MemoryPlan(program)
    let header = [plan.byteCount, program.buffers.count, program.instructions.count, threads]
    var lines = ["program " + header.map(String.init).joined(separator: " ")]
    lines += plan.offsets.map(String.init)
    lines += program.instructions.map { words(of: $0).joined(separator: " ") }
    process.send(Data((lines.joined(separator: "\n") + "\n").utf8))
    for constant in program.constants {
      // SAFETY: floats have no padding that could be read.
      unsafe load(constant.values.span.bytes, into: constant.buffer)
    }
  }

  deinit { RemoteProcess.giveBack(process) }

  func load(_ contents: RawSpan, into buffer: BufferID) {
    // SAFETY: the bytes are copied during the call.
    send(unsafe contents.withUnsafeBytes { unsafe Data($0) }, to: buffer)
  }

  private func send(_ contents: Data, to buffer: BufferID) {
    process.send(Data("load \(buffer.index) \(contents.count)\n".utf8) + contents)
  }

  func withContents<R>(of buffer: BufferID, _ body: (RawSpan) -> R) -> R {
    let count = program.declaration(of: buffer).byteCount
    process.send(Data("get \(buffer.index) \(count)\n".utf8))
    let bytes = process.read(count)
    // SAFETY: bytes have no padding that could be read.
    return unsafe body(bytes.span.bytes)
  }

  func run(_ scalars: StepScalars) throws(BackendError) {
    let numbers = [
      scalars.learningRate, scalars.firstMomentCorrection, scalars.secondMomentCorrectionRoot,
    ].map { String($0.bitPattern) }
    let isLast = scalars.microBatch >= program.microBatchCount - 1
    let rest = [
      scalars.microBatch, scalars.countedRows,
      isLast ? program.instructions.count : program.updateStart,
    ].map(String.init)
    process.send(
      Data("run \(scalars.step) \((numbers + rest).joined(separator: " "))\n".utf8))
    let status = process.readLine()
    precondition(status == "0", "the remote kernels' status is \(status)")
  }
}

/// The names of an instruction's cases, then its fields in order: buffers as their index, −1 for
/// none, floats as their bits, arrays behind their count.
private func words(of value: Any) -> [String] {
  switch value {
  case let buffer as BufferID: return [String(buffer.index)]
  case let float as Float: return [String(float.bitPattern)]
  case let flag as Bool: return [flag ? "1" : "0"]
  case let integer as any BinaryInteger: return ["\(integer)"]
  default: break
  }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .enum:
    guard let (label, payload) = mirror.children.first else { return ["\(value)"] }
    return [label ?? ""] + words(of: payload)
  case .optional: return mirror.children.first.map { words(of: $0.value) } ?? ["-1"]
  case .collection:
    return [String(mirror.children.count)] + mirror.children.flatMap { words(of: $0.value) }
  default: return mirror.children.flatMap { words(of: $0.value) }
  }
}

/// A running copy of the program; idle ones are kept for the next executor.
private final class RemoteProcess: @unchecked Sendable {
  private static let idle = Mutex<[RemoteProcess]>([])

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  private init() {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = RemoteBackend.command
    process.standardInput = input
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      preconditionFailure("the remote kernels cannot be started: \(error)")
    }
  }

  static func take() -> RemoteProcess {
    idle.withLock { $0.popLast() } ?? RemoteProcess()
  }

  static func giveBack(_ process: RemoteProcess) {
    idle.withLock { $0.append(process) }
  }

  func send(_ bytes: Data) {
    do {
      try input.fileHandleForWriting.write(contentsOf: bytes)
    } catch {
      preconditionFailure("the remote kernels ended: \(error)")
    }
  }

  func read(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try? output.fileHandleForReading.read(upToCount: count - bytes.count)
      guard let more, !more.isEmpty else { preconditionFailure("the remote kernels ended") }
      bytes += more
    }
    return bytes
  }

  func readLine() -> String {
    var line: [UInt8] = []
    while true {
      let byte = read(1)[0]
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}
