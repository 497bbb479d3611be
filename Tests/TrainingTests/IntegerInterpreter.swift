import AssayDatasets
import AssayWire

@testable import AssaySpecification

/// A network of integer layers, described apart from any graph.
struct IntegerSketch {
  struct Layer {
    var name: String
    /// Nil for a linear layer.
    var kernel: (height: Int, width: Int, stride: Int, padding: Int)?
    var outputs: Int
    var pools = false
    var exponent: Int
    var fractionBits: Int
    var start: Int
  }

  /// Channels, height and width of an example.
  var image: (Int, Int, Int)
  var layers: [Layer]
  var activationExponent = -4
  var gradientExponent = -8
  var hasMomentum = true
  var rates = [IntegerRate(from: 1, rate: 5)]

  var dataset: Dataset {
    get throws {
      let flat = try Samples.dataset(.label(classes: 4), features: image.0 * image.1 * image.2)
      return try Dataset(
        elementType: .uint8, exampleShape: try Shape([image.0, image.1, image.2]),
        contents: flat.contents, targets: flat.targets)
    }
  }

  /// The spec of the sketch for `dataset`.
  func spec(batch: Int = 5, steps: UInt64 = 6, interval: UInt64 = 2) throws -> Spec {
    var writer = ModelWriter()
    var last = "features"
    var shape = image
    var isFlat = false
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let node = isLast ? "prediction" : layer.name + ".product"
      if let kernel = layer.kernel {
        let weight = writer.parameter(
          layer.name, [layer.outputs, shape.0, kernel.height, kernel.width],
          .integers(bound: layer.start))
        last = writer.node(
          node, "conv2d", [last, weight],
          [
            "stride": .integer(kernel.stride), "padding": .integer(kernel.padding),
            "groups": .integer(1),
          ])
        shape = outputShape(shape, layer)
        if layer.pools {
          last = writer.node(
            layer.name + ".pool", "average-pool2d", [last],
            ["kernel": .integer(2), "stride": .integer(2), "padding": .integer(0)])
          shape = (shape.0, shape.1 / 2, shape.2 / 2)
        }
      } else {
        if !isFlat { last = writer.node("flat", "flatten", [last]) }
        isFlat = true
        let weight = writer.parameter(
          layer.name, [layer.outputs, shape.0 * shape.1 * shape.2], .integers(bound: layer.start))
        last = writer.node(node, "linear", [last, weight])
        shape = (layer.outputs, 1, 1)
      }
      if !isLast { last = writer.node(layer.name + ".relu", "relu", [last]) }
    }
    let data = try dataset.description(scale: DataDescription.Scale())
    return try Spec(
      decoding: Spec.json(
        seed: 8, steps: steps, interval: interval, batchSize: batch,
        model: writer.model(prediction: last, for: data), data: data,
        optimizer: .integer(hasMomentum ? .momentum(decayShift: 3) : .sgd),
        schedule: Schedule(rates: rates),
        integer: IntegerSettings(
          activationExponent: activationExponent, gradientExponent: gradientExponent,
          weights: layers.map {
            IntegerSettings.Weight(
              name: $0.name, exponent: $0.exponent, fractionBits: $0.fractionBits,
              elementType: .int64)
          })))
  }

  func outputShape(_ shape: (Int, Int, Int), _ layer: Layer) -> (Int, Int, Int) {
    guard let kernel = layer.kernel else { return (layer.outputs, 1, 1) }
    return (
      layer.outputs, (shape.1 + 2 * kernel.padding - kernel.height) / kernel.stride + 1,
      (shape.2 + 2 * kernel.padding - kernel.width) / kernel.stride + 1
    )
  }
}

/// Integer training as its definition says it, number by number, in 64 bits.
struct IntegerInterpreter {
  /// A rounded value out of range, and what it would have become a value of.
  struct Overflow: Error { var tensor: String }

  /// Numbers of one example after another, each [channels × height × width].
  typealias Numbers = [Int]

  var sketch: IntegerSketch
  var weights: [String: Numbers] = [:]
  var velocities: [String: Numbers] = [:]

  /// What the last step went through, under a name that ends with the layer's.
  private(set) var seen: [String: Numbers] = [:]

  func rs(_ x: Int, _ s: Int, _ tensor: String) throws -> Int {
    let q = s == 0 ? x : Int((Double(x) / Double(1 << s) + 0.5).rounded(.down))
    guard q >= -32768 && q <= 32767 else { throw Overflow(tensor: tensor) }
    return q
  }

  /// Calls `body` for each product of a layer: output, input and weight places in one example.
  func products(
    _ layer: IntegerSketch.Layer, _ shape: (Int, Int, Int), _ body: (Int, Int, Int) -> Void
  ) {
    let (channels, height, width) = shape
    guard let kernel = layer.kernel else {
      let inputs = channels * height * width
      for o in 0..<layer.outputs { for i in 0..<inputs { body(o, i, o * inputs + i) } }
      return
    }
    let (_, rows, columns) = sketch.outputShape(shape, layer)
    for o in 0..<layer.outputs {
      for r in 0..<rows {
        for c in 0..<columns {
          for a in 0..<channels {
            for i in 0..<kernel.height {
              for j in 0..<kernel.width {
                let y = r * kernel.stride - kernel.padding + i
                let x = c * kernel.stride - kernel.padding + j
                guard y >= 0 && y < height && x >= 0 && x < width else { continue }
                body(
                  (o * rows + r) * columns + c, (a * height + y) * width + x,
                  ((o * channels + a) * kernel.height + i) * kernel.width + j)
              }
            }
          }
        }
      }
    }
  }

  /// Runs a step on pixels and labels; gives the sum of 128 − p over the labels.
  mutating func step(_ pixels: [[Int]], _ labels: [Int], rate: Int) throws -> Int {
    let batch = pixels.count
    seen = [:]
    var rounded: [Numbers] = []
    for layer in sketch.layers {
      rounded.append(
        try (weights[layer.name] ?? []).map {
          min(max(try rs($0, layer.fractionBits, "rounded/\(layer.name)"), -127), 127)
        })
      seen["rounded/\(layer.name)"] = rounded.last
    }
    // Forward.
    var x = pixels.map { $0.map { $0 / 2 } }
    var shape = sketch.image
    var inputs: [(x: [Numbers], shape: (Int, Int, Int))] = []
    var exponent = -7
    for (index, layer) in sketch.layers.enumerated() {
      inputs.append((x, shape))
      var z = x.map { _ in Numbers() }
      let out = sketch.outputShape(shape, layer)
      for n in 0..<batch {
        var sums = Numbers(repeating: 0, count: out.0 * out.1 * out.2)
        products(layer, shape) { o, i, w in sums[o] += x[n][i] * rounded[index][w] }
        z[n] = sums
      }
      exponent += layer.exponent
      shape = out
      if layer.pools {
        z = z.map { pooled($0, out) }
        exponent -= 2
        shape = (shape.0, shape.1 / 2, shape.2 / 2)
      }
      guard index < sketch.layers.count - 1 else {
        x = z
        break
      }
      let shift = sketch.activationExponent - exponent
      let q = try z.map { try $0.map { try rs($0, shift, "activation/\(layer.name)") } }
      seen["quotient/\(layer.name)"] = q.flatMap { $0 }
      x = q.map { $0.map { min(max($0, 0), 127) } }
      seen["activation/\(layer.name)"] = x.flatMap { $0 }
      exponent = sketch.activationExponent
    }
    seen["logits"] = x.flatMap { $0 }
    let (gradient, missing) = try loss(x, labels, exponent)
    update(try backward(gradient, inputs, rounded), rate)
    return missing
  }

  /// The gradient of each weight.
  private mutating func backward(
    _ last: [Numbers], _ inputs: [(x: [Numbers], shape: (Int, Int, Int))], _ rounded: [Numbers]
  ) throws -> [String: Numbers] {
    var (gradient, exponent) = (last, -7)
    var gradients: [String: Numbers] = [:]
    for (index, layer) in sketch.layers.enumerated().reversed() {
      let (input, shape) = inputs[index]
      var d = Numbers(repeating: 0, count: rounded[index].count)
      var back = input.map { Numbers(repeating: 0, count: $0.count) }
      for n in input.indices {
        products(layer, shape) { o, i, w in
          d[w] += gradient[n][o] * input[n][i]
          back[n][i] += gradient[n][o] * rounded[index][w]
        }
      }
      gradients[layer.name] = d
      guard index > 0 else { break }
      let shift = sketch.gradientExponent - (exponent + layer.exponent)
      let below = sketch.layers[index - 1]
      let q = try back.map { try $0.map { try rs($0, shift, "gradient/\(below.name)") } }
      seen["gradientQuotient/\(below.name)"] = q.flatMap { $0 }
      gradient = zip(q, input).map { q, a in
        zip(q, a).map { $1 > 0 ? min(max($0, -128), 127) : 0 }
      }
      seen["gradient/\(below.name)"] = gradient.flatMap { $0 }
      exponent = sketch.gradientExponent
      if below.pools {
        gradient = gradient.map { spread($0, shape) }
        exponent -= 2
      }
    }
    return gradients
  }

  private func pooled(_ z: Numbers, _ shape: (Int, Int, Int)) -> Numbers {
    var out: Numbers = []
    for a in 0..<shape.0 {
      for r in 0..<shape.1 / 2 {
        for c in 0..<shape.2 / 2 {
          let first = (a * shape.1 + 2 * r) * shape.2 + 2 * c
          out.append(z[first] + z[first + 1] + z[first + shape.2] + z[first + shape.2 + 1])
        }
      }
    }
    return out
  }

  /// `shape` is that of what is spread.
  private func spread(_ g: Numbers, _ shape: (Int, Int, Int)) -> Numbers {
    var out: Numbers = []
    for a in 0..<shape.0 {
      for r in 0..<2 * shape.1 {
        for c in 0..<2 * shape.2 { out.append(g[(a * shape.1 + r / 2) * shape.2 + c / 2]) }
      }
    }
    return out
  }

  private mutating func loss(
    _ z: [Numbers], _ labels: [Int], _ exponent: Int
  ) throws -> ([Numbers], Int) {
    var (gradient, missing) = ([Numbers](), 0)
    for (row, label) in zip(z, labels) {
      let name = "gradient/\(sketch.layers[sketch.layers.count - 1].name)"
      let d = try row.map { z in
        min(max(try rs(z - row[label], -5 - exponent, name), -128), 127)
      }
      let e = d.map { IntegerLoss.exponentials[$0 + 128] }
      let sum = e.reduce(0, +)
      let p = e.map { (256 * $0 + sum) / (2 * sum) }
      gradient.append(p.enumerated().map { $1 - ($0 == label ? 128 : 0) })
      missing += 128 - p[label]
      seen["exponentials", default: []] += e
      seen["probabilities", default: []] += p
    }
    return (gradient, missing)
  }

  private mutating func update(_ gradients: [String: Numbers], _ rate: Int) {
    for (name, d) in gradients {
      for i in d.indices {
        var change = rate * d[i]
        if sketch.hasMomentum, let v = velocities[name]?[i] {
          change += v - Int((Double(v) / 8 + 0.5).rounded(.down))
          velocities[name]?[i] = change
        }
        weights[name]?[i] -= change
      }
    }
  }
}
