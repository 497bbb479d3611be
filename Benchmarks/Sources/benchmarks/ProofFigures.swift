internal import AssayProving
internal import AssayWire
internal import Foundation
internal import Harness

/// Times of a stage: of all cores together, and of the clock.
struct StageTime {
  var processorSeconds = 0.0
  var seconds = 0.0
}

/// Times the stages of one proof as they begin.
struct StageClock {
  private(set) var times: [ProvingStage: StageTime] = [:]
  private var current: (stage: ProvingStage, processor: Int, began: ContinuousClock.Instant)?

  /// All stages together.
  var total: StageTime {
    times.values.reduce(into: StageTime()) { sum, time in
      sum.processorSeconds += time.processorSeconds
      sum.seconds += time.seconds
    }
  }

  mutating func enter(_ stage: ProvingStage) {
    finish()
    current = (stage, Foundation.clock(), .now)
  }

  mutating func finish() {
    guard let (stage, processor, began) = current else { return }
    times[stage, default: StageTime()].processorSeconds +=
      Double(Foundation.clock() - processor) / Double(CLOCKS_PER_SEC)
    times[stage, default: StageTime()].seconds += (ContinuousClock.now - began) / .seconds(1)
    current = nil
  }

  /// Takes the lesser time of each stage.
  mutating func keepLeast(of other: StageClock) {
    for (stage, time) in other.times {
      let known = times[stage] ?? time
      times[stage] = StageTime(
        processorSeconds: min(known.processorSeconds, time.processorSeconds),
        seconds: min(known.seconds, time.seconds))
    }
  }
}

/// One case's figures: the least of a few turns, and memory at its peak.
struct ProofFigures {
  var processorSeconds = Double.infinity
  var seconds = Double.infinity
  var firstProcessorSeconds = 0.0
  /// The least of each stage, not of one proof: they may add up to less than a proof took.
  var stages = StageClock()
  var byteCount = 0
  var peakByteCount = 0
  var gmpSeconds = Double.infinity
  var nativeSeconds = Double.infinity
  var securityBits = 0
  /// What was expected before.
  var estimate: ProvingCost?

  func text(_ entry: ProofCase) -> String {
    func places(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }
    let parts = ProvingStage.allCases.compactMap { stage in
      stages.times[stage].map {
        "\(stage.rawValue) \(places($0.processorSeconds, 3))/\(places($0.seconds, 3))"
      }
    }
    return """
      \(entry.name)
        prove    \(places(processorSeconds, 3)) CPU s, \(places(seconds, 3)) s; \
      the first with the data's commitment \(places(firstProcessorSeconds, 3)) CPU s
        stages   \(parts.joined(separator: ", "))
        memory   \(places(Double(peakByteCount) / 1e6, 0)) MB at the peak, \
      data and engine included; \
      expected \(places(Double(estimate?.memoryByteCount ?? 0) / 1e6, 0)) MB, \
      \(places(estimate?.seconds ?? 0, 3)) CPU s
        proof    \(places(Double(byteCount) / 1e3, 0)) KB, \(securityBits) bits of security
        verify   \(places(gmpSeconds * 1e3, 2)) ms GMP, \(places(nativeSeconds * 1e3, 2)) ms native
        others   \(entry.published)
      """
  }

  func json(_ entry: ProofCase, _ machine: Machine) -> String {
    let parts = ProvingStage.allCases.compactMap { stage in
      stages.times[stage].map { time in
        JSONMember(
          name: stage.rawValue,
          value: .object([
            "processorSeconds": .double(time.processorSeconds), "seconds": .double(time.seconds),
          ]))
      }
    }
    let value = JSONValue.object([
      "suite": .string("proof"), "case": .string(entry.name),
      "machine": .string(machine.processor), "cores": .integer(machine.cores),
      "load": .double(machine.load), "commit": .string(machine.commit),
      "proveProcessorSeconds": .double(processorSeconds), "proveSeconds": .double(seconds),
      "firstProcessorSeconds": .double(firstProcessorSeconds), "stages": .object(parts),
      "peakBytes": .integer(peakByteCount),
      "expectedBytes": .integer(estimate?.memoryByteCount ?? 0),
      "expectedProcessorSeconds": .double(estimate?.seconds ?? 0),
      "proofBytes": .integer(byteCount),
      "securityBits": .integer(securityBits), "verifyGMPSeconds": .double(gmpSeconds),
      "verifyNativeSeconds": .double(nativeSeconds), "published": .string(entry.published),
    ])
    return String(decoding: value.serialized(), as: UTF8.self)
  }
}
