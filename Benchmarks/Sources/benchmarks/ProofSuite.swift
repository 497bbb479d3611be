internal import AssayAlgebra
internal import AssayFieldVectors
internal import AssayProving
internal import AssaySpecification
internal import AssayTensors
internal import AssayTraining
internal import AssayVerification
internal import Foundation
internal import Harness

/// What it costs to prove one training step, and to check the proof, beside published figures.
enum ProofSuite {
  /// Measures the cases, of which `--quick` takes the four of LeNet, one by one in processes of
  /// their own, so that none finds memory that another has left.
  static func run(isQuick: Bool, asJSON: Bool) {
    let machine = Machine()
    if !asJSON {
      print("proof: \(machine)")
      print("one step of sgd without momentum, its batch selected from the committed data")
      print("transparent unless said; Kaizen proves recursively and hides, and zkDL hides")
    }
    fflush(nil)
    for entry in isQuick ? Array(ProofCase.all.prefix(4)) : ProofCase.all {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      process.arguments = ["proof", "--case", entry.name] + (asJSON ? ["--json"] : [])
      do { try process.run() } catch { preconditionFailure("\(entry.name): \(error)") }
      process.waitUntilExit()
    }
  }

  /// Measures one case in this process.
  static func run(case entry: ProofCase, asJSON: Bool) {
    do {
      let figures = try measure(entry)
      print(asJSON ? figures.json(entry, Machine()) : figures.text(entry))
    } catch {
      preconditionFailure("\(entry.name): \(error)")
    }
  }

  private static func measure(_ entry: ProofCase) throws -> ProofFigures {
    let (spec, dataset) = try entry.run()
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(threads: threads),
      hasher: PolynomialHasher(KernelLeafHasher(threads: threads), secret: entry.secret),
      checkingData: false,
      tracing: true)
    let settings = try SpecSettings(spec: spec)
    let setting = try settings.setting(stepCount: 1)
    let inputs = try settings.inputs(1...1)
    let start = try ModelState.initial(spec)
    let dataCodePath = "\(NSTemporaryDirectory())/assay-benchmark-\(getpid()).code"
    defer { try? FileManager.default.removeItem(atPath: dataCodePath) }
    let prover = try IntervalProver(
      spec: spec, dataset: dataset, engine: engine, secret: entry.secret,
      dataCodePath: dataCodePath)
    var figures = ProofFigures()
    figures.securityBits = setting.security.bits
    figures.estimate = ProvingCost(setting)
    ProcessMemory.resetPeak()
    var results: [IntervalProver.Result] = []
    // The first commits to the data as well, which serves all others.
    for turn in 0...3 {
      var stages = StageClock()
      let result = try prover.prove(1...1, from: start, entering: { stages.enter($0) })
      stages.finish()
      if turn == 0 {
        figures.firstProcessorSeconds = stages.total.processorSeconds
      } else {
        figures.stages.keepLeast(of: stages)
        figures.processorSeconds = min(figures.processorSeconds, stages.total.processorSeconds)
        figures.seconds = min(figures.seconds, stages.total.seconds)
      }
      results.append(result)
    }
    figures.peakByteCount = ProcessMemory.peakByteCount()
    for result in results {
      figures.byteCount = result.proofs[0].count
      let (proof, statement) = (result.proofs[0], result.statements[0])
      figures.gmpSeconds = min(
        figures.gmpSeconds,
        try processorSeconds {
          try StepVerifier<GMPGoldilocksExtension>.verify(
            proof, of: statement, setting: setting, inputs: inputs)
        })
      figures.nativeSeconds = min(
        figures.nativeSeconds,
        try processorSeconds {
          try StepVerifier<GoldilocksExtension>.verify(
            proof, of: statement, setting: setting, inputs: inputs)
        })
    }
    return figures
  }

  /// The least of ten times.
  private static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<10 {
      let clock = Foundation.clock()
      try body()
      least = min(least, Double(Foundation.clock() - clock) / Double(CLOCKS_PER_SEC))
    }
    return least
  }
}

/// What Linux says of this process' memory.
private enum ProcessMemory {
  /// Lets the peak be measured anew, without what is left of making the case.
  static func resetPeak() {
    FieldKernels.trimMemory()
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    file.write(Data("5".utf8))
    file.closeFile()
  }

  static func peakByteCount() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first
    return (kilobytes ?? 0) << 10
  }
}
