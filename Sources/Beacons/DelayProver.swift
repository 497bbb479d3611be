/// π = x^⌊2^T/ℓ⌋ from the checkpoints of the delay (Wesolowski, ePrint 2018/623, section 4.1).
///
/// With ⌊2^T/ℓ⌋ = Σ bᵢ·2^(κ·i), the digits i = j, j + γ, j + 2γ, … belong to the checkpoints
/// C₀, C₁, … and the power 2^(κ·j): checkpoints with the same digit are multiplied into one bucket,
/// and buckets are raised to their digits together, for each j from the last to the first.
struct DelayProver {
  let plan: DelayPlan
  let powers: PowersOfTwo

  init(plan: DelayPlan, prime: [UInt64]) {
    self.plan = plan
    powers = PowersOfTwo(modulo: prime)
  }

  private var arithmetic: Montgomery { HiddenOrderGroup.arithmetic }

  /// The root, of checkpoints in Montgomery's form; so is the result.
  func root(of checkpoints: [UInt64], progress: (Double) -> Void) -> [UInt64] {
    let count = arithmetic.count
    var result = arithmetic.one
    var buckets = [UInt64](repeating: 0, count: count << plan.digitBits)
    for j in stride(from: plan.digitsPerCheckpoint - 1, through: 0, by: -1) {
      result = arithmetic.squared(result, times: UInt64(plan.digitBits))
      for start in stride(from: 0, to: buckets.count, by: count) {
        buckets.replaceSubrange(start..<start + count, with: arithmetic.one)
      }
      fill(&buckets, from: checkpoints, digit: j)
      result = arithmetic.product(result, joined(buckets))
      progress(Double(plan.digitsPerCheckpoint - j) / Double(plan.digitsPerCheckpoint))
    }
    return result
  }

  /// Multiplies every checkpoint into the bucket of its j-th digit.
  private func fill(_ buckets: inout [UInt64], from checkpoints: [UInt64], digit j: Int) {
    let count = arithmetic.count
    let bits = UInt64(plan.digitBits)
    // Digit i is ⌊2^κ · (2^(T − κ·(i + 1)) mod ℓ) / ℓ⌋. From the last checkpoint to the first the
    // exponents grow by the stride.
    let first = bits * UInt64(j + 1)
    guard plan.squarings >= first else { return }
    let last = min((plan.squarings - first) / plan.stride, UInt64(plan.checkpointCount - 1))
    var power = powers.power(plan.squarings - first - last * plan.stride)
    let step = powers.power(plan.stride)
    unsafe arithmetic.withArithmetic { arithmetic in
      // SAFETY: digits have κ bits, so that a bucket's limbs lie within; so do a checkpoint's.
      unsafe buckets.withUnsafeMutableBufferPointer { buckets in
        unsafe checkpoints.withUnsafeBufferPointer { checkpoints in
          guard let bucket = buckets.baseAddress, let checkpoint = checkpoints.baseAddress else {
            return
          }
          for index in stride(from: Int(last), through: 0, by: -1) {
            let digit = Int(powers.shifted(power, by: plan.digitBits).quotient)
            if digit != 0 {
              let place = unsafe bucket + digit * count
              unsafe arithmetic.multiply(place, checkpoint + index * count, into: place)
            }
            if index > 0 { power = powers.product(power, step) }
          }
        }
      }
    }
  }

  /// Π bucket_b^b: the products of the last buckets, multiplied together.
  private func joined(_ buckets: [UInt64]) -> [UInt64] {
    let count = arithmetic.count
    var running = arithmetic.one
    var total = running
    unsafe arithmetic.withArithmetic { arithmetic in
      // SAFETY: `running` and `total` have a bucket's limbs.
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
