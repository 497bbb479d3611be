internal import AssayAlgebra
internal import AssayCircuits
internal import AssayProving
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayVerification
internal import AssayWire
internal import Foundation
internal import Harness

/// What it costs to prove one training step, and to check the proof, beside published figures.
enum ProofSuite {
  /// One case's figures: the least of a few turns, and memory at its peak.
  private struct Figures {
    var processorSeconds = Double.infinity
    var seconds = Double.infinity
    var firstProcessorSeconds = 0.0
    var byteCount = 0
    var peakByteCount = 0
    var gmpSeconds = Double.infinity
    var nativeSeconds = Double.infinity
    var securityBits = 0
  }

  /// Measures the cases, of which `--quick` takes the four of LeNet, and prints them one by one.
  static func run(isQuick: Bool, asJSON: Bool) {
    let machine = Machine()
    if !asJSON {
      print("proof: \(machine)")
      print("one step of sgd without momentum, its batch selected from the committed data")
      print("transparent; Kaizen proves recursively in zero knowledge, zkDL in zero knowledge")
    }
    for entry in isQuick ? Array(ProofCase.all.prefix(4)) : ProofCase.all {
      do {
        let figures = try measure(entry)
        print(asJSON ? json(entry, figures, machine) : text(entry, figures))
      } catch {
        preconditionFailure("\(entry.name): \(error)")
      }
    }
  }

  private static func measure(_ entry: ProofCase) throws -> Figures {
    let (spec, dataset) = try entry.run()
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: threads),
      hasher: PolynomialHasher(KernelLeafHasher(threads: threads)), checkingData: false,
      tracing: true)
    let settings = try SpecSettings(spec: spec)
    let setting = try settings.setting(stepCount: 1)
    let inputs = try settings.inputs(1...1)
    let start = try ModelState.initial(spec)
    let prover = try IntervalProver(spec: spec, dataset: dataset, engine: engine)
    var figures = Figures()
    figures.securityBits = setting.security.bits
    resetPeak()
    // The first commits to the data as well, which serves all others.
    for turn in 0...3 {
      let (began, clock) = (ContinuousClock.now, Foundation.clock())
      let result = try prover.prove(1...1, from: start)
      let processor = Double(Foundation.clock() - clock) / Double(CLOCKS_PER_SEC)
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      if turn == 0 {
        figures.firstProcessorSeconds = processor
      } else {
        figures.processorSeconds = min(figures.processorSeconds, processor)
        figures.seconds = min(figures.seconds, seconds)
      }
      figures.byteCount = result.proofs[0].count
      figures.peakByteCount = peakByteCount()
      let (proof, statement) = (result.proofs[0], result.statements[0])
      func time(_ body: () throws -> Void) rethrows -> Double {
        var least = Double.infinity
        for _ in 0..<10 {
          let clock = Foundation.clock()
          try body()
          least = min(least, Double(Foundation.clock() - clock) / Double(CLOCKS_PER_SEC))
        }
        return least
      }
      let gmp = try time {
        try StepVerifier<GMPGoldilocksExtension>.verify(
          proof, of: statement, setting: setting, inputs: inputs)
      }
      let native = try time {
        try StepVerifier<GoldilocksExtension>.verify(
          proof, of: statement, setting: setting, inputs: inputs)
      }
      figures.gmpSeconds = min(figures.gmpSeconds, gmp)
      figures.nativeSeconds = min(figures.nativeSeconds, native)
    }
    return figures
  }

  private static func text(_ entry: ProofCase, _ figures: Figures) -> String {
    func places(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }
    return """
      \(entry.name)
        prove    \(places(figures.processorSeconds, 3)) CPU s, \(places(figures.seconds, 3)) s; \
      the first with the data's commitment \(places(figures.firstProcessorSeconds, 3)) CPU s
        memory   \(places(Double(figures.peakByteCount) / 1e6, 0)) MB at the peak, \
      data and engine included
        proof    \(places(Double(figures.byteCount) / 1e3, 0)) KB, \
      \(figures.securityBits) bits of security
        verify   \(places(figures.gmpSeconds * 1e3, 2)) ms GMP, \
      \(places(figures.nativeSeconds * 1e3, 2)) ms native
        others   \(entry.published)
      """
  }

  private static func json(_ entry: ProofCase, _ figures: Figures, _ machine: Machine) -> String {
    let value = JSONValue.object([
      "suite": .string("proof"), "case": .string(entry.name),
      "machine": .string(machine.processor), "cores": .integer(machine.cores),
      "load": .double(machine.load), "commit": .string(machine.commit),
      "proveProcessorSeconds": .double(figures.processorSeconds),
      "proveSeconds": .double(figures.seconds),
      "firstProcessorSeconds": .double(figures.firstProcessorSeconds),
      "peakBytes": .integer(figures.peakByteCount), "proofBytes": .integer(figures.byteCount),
      "securityBits": .integer(figures.securityBits),
      "verifyGMPSeconds": .double(figures.gmpSeconds),
      "verifyNativeSeconds": .double(figures.nativeSeconds),
      "published": .string(entry.published),
    ])
    return String(decoding: value.serialized(), as: UTF8.self)
  }

  /// Lets Linux measure the peak of memory anew.
  private static func resetPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    file.write(Data("5".utf8))
    file.closeFile()
  }

  private static func peakByteCount() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first
    return (kilobytes ?? 0) << 10
  }
}
