internal import CAssayGMP
internal import Dispatch
internal import Synchronization

/// π = x^⌊2^T/ℓ⌋ from the checkpoints of the delay (Wesolowski, ePrint 2018/623, section 4.1).
///
/// With ⌊2^T/ℓ⌋ = Σ bᵢ·2^(κ·i), the digits i = j, j + γ, j + 2γ, … belong to the checkpoints
/// C₀, C₁, … and the power 2^(κ·j): checkpoints with the same digit are multiplied into one bucket,
/// and buckets are raised to their digits together, for each j from the last to the first. Every
/// core takes a part of the checkpoints; the parts' roots are multiplied.
struct DelayProver {
  let plan: DelayPlan
  let powers: PowersOfTwo

  /// Fewer checkpoints are not worth another core.
  private static let leastPart = 1 << 12

  init(plan: DelayPlan, prime: [UInt64]) {
    self.plan = plan
    powers = PowersOfTwo(modulo: prime)
  }

  private var arithmetic: Montgomery { HiddenOrderGroup.arithmetic }

  /// The root, of checkpoints in Montgomery's form; so is the result.
  ///
  /// - Parameters:
  ///   - cores: how many parts are worked on side by side; the result is the same.
  ///   - progress: told the share that is done of the first part.
  func root(of checkpoints: [UInt64], cores: Int, progress: (Double) -> Void) -> [UInt64] {
    let count = plan.checkpointCount
    let parts = max(1, min(cores, count / Self.leastPart))
    let bounds = (0...parts).map { count * $0 / parts }
    let others = Mutex<[[UInt64]]>([])
    let group = DispatchGroup()
    for part in 1..<max(1, parts) {
      DispatchQueue.global().async(group: group) {
        let root = root(of: checkpoints, in: bounds[part]..<bounds[part + 1]) { _ in }
        others.withLock { $0.append(root) }
      }
    }
    let first = root(of: checkpoints, in: bounds[0]..<bounds[1], progress: progress)
    group.wait()
    return others.withLock { $0.reduce(first, arithmetic.product) }
  }

  private func root(
    of checkpoints: [UInt64], in part: Range<Int>, progress: (Double) -> Void
  ) -> [UInt64] {
    let count = arithmetic.count
    let empty = (0..<1 << plan.digitBits).flatMap { _ in arithmetic.one }
    var result = arithmetic.one
    for j in stride(from: plan.digitsPerCheckpoint - 1, through: 0, by: -1) {
      result = arithmetic.squared(result, times: UInt64(plan.digitBits))
      var buckets = empty
      fill(&buckets, from: checkpoints, in: part, digit: j)
      result = arithmetic.product(result, joined(buckets, count: count))
      progress(Double(plan.digitsPerCheckpoint - j) / Double(plan.digitsPerCheckpoint))
    }
    return result
  }

  /// Multiplies every checkpoint of a part into the bucket of its j-th digit.
  private func fill(
    _ buckets: inout [UInt64], from checkpoints: [UInt64], in part: Range<Int>, digit j: Int
  ) {
    let count = arithmetic.count
    // Digit i is ⌊2^κ · (2^(T − κ·(i + 1)) mod ℓ) / ℓ⌋; the first whose exponent is negative is 0,
    // for 2^κ < ℓ.
    let first = UInt64(plan.digitBits * (j + 1))
    guard plan.squarings >= first else { return }
    let end = min(part.upperBound, Int((plan.squarings - first) / plan.stride) + 1)
    guard part.lowerBound < end else { return }
    let exponent = plan.squarings - first - UInt64(end - 1) * plan.stride
    // SAFETY: digits have κ bits, so that a bucket's limbs lie within; so do a checkpoint's.
    unsafe arithmetic.withArithmetic { arithmetic in
      unsafe buckets.withUnsafeMutableBufferPointer { buckets in
        unsafe checkpoints.withUnsafeBufferPointer { checkpoints in
          guard let bucket = buckets.baseAddress, let checkpoint = checkpoints.baseAddress else {
            return
          }
          // From the last checkpoint to the first the exponents grow by the stride.
          var index = end - 1
          powers.digits(
            from: exponent, by: plan.stride, count: end - part.lowerBound, bits: plan.digitBits
          ) { digit in
            if digit != 0 {
              let place = unsafe bucket + Int(digit) * count
              unsafe arithmetic.multiply(place, checkpoint + index * count, into: place)
            }
            index -= 1
          }
        }
      }
    }
  }

  /// Π bucket_b^b: the products of the last buckets, multiplied together.
  private func joined(_ buckets: [UInt64], count: Int) -> [UInt64] {
    var running = arithmetic.one
    var total = running
    // SAFETY: `running` and `total` have a bucket's limbs.
    unsafe arithmetic.withArithmetic { arithmetic in
      unsafe buckets.withUnsafeBufferPointer { buckets in
        unsafe running.withUnsafeMutableBufferPointer { running in
          unsafe total.withUnsafeMutableBufferPointer { total in
            guard let bucket = buckets.baseAddress, let running = running.baseAddress,
              let total = total.baseAddress
            else { return }
            for digit in stride(from: (1 << plan.digitBits) - 1, to: 0, by: -1) {
              unsafe arithmetic.multiply(running, bucket + digit * count, into: running)
              unsafe arithmetic.multiply(total, running, into: total)
            }
          }
        }
      }
    }
    return total
  }
}
