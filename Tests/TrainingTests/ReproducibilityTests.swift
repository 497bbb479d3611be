import AssayCryptography
import AssayDatasets
import AssayMerkle
import AssaySpecification
import AssayTensors
import AssayTestSupport
import AssayWire
import Testing

@testable import AssayTraining

/// Whole runs have one result: that of `vectors/training/runs.json`.
@Suite struct ReproducibilityTests {
  /// The runs that the vectors are of.
  private func spec(_ name: String) throws -> (Spec, Dataset) {
    let labels = try Samples.dataset(.label(classes: 4), features: 37)
    let values = try Samples.dataset(.values(count: 3), features: 37)
    switch name {
    case "relu-adamw":
      return (try Samples.spec(labels, hidden: [33, 17], activation: .relu), labels)
    case "tanh-sgd":
      return (
        try Samples.spec(
          labels, hidden: [40], activation: .tanh,
          optimizer: .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.001)), labels
      )
    case "gelu-adam-values":
      return (
        try Samples.spec(
          values, hidden: [19], activation: .gelu,
          optimizer: .adam(
            beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, decoupled: false)), values
      )
    default:
      throw VectorError(name: name)
    }
  }

  private struct VectorError: Error { var name: String }

  private func finalRoot(_ name: String, path: CPUBackend.Path, threads: Int) throws -> String {
    let (spec, dataset) = try spec(name)
    let engine = try StepEngine(
      spec: spec, dataset: dataset, backend: try CPUBackend(path: path, threads: threads),
      hasher: PortableLeafHasher())
    try engine.load(.initial(spec))
    for interval in 0..<spec.intervalCount { _ = try engine.runInterval(interval) }
    return engine.commitment(step: spec.steps).root.hex
  }

  @Test(arguments: CPUBackend.availablePaths, [1, 2, 3, 8])
  func everyPathAndThreadCountGivesTheKnownBits(path: CPUBackend.Path, threads: Int) throws {
    for var test in try VectorFile.tests("training/runs.json") {
      let name = try test.string("run")
      let expected = try test.string("stateRoot")
      let found = try finalRoot(name, path: path, threads: threads)
      #expect(found == expected, "\(name): found \(found)")
      try test.finish()
    }
  }
}
