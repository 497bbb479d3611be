/// A bucket of tokens for every key or address: so many requests at once, so many a second after.
struct RateLimiter<Client: Hashable & Sendable>: Sendable {
  /// How many clients are remembered at most.
  static var clientLimit: Int { 16_384 }

  private struct Bucket {
    var tokens: Double
    var time: UInt64
  }

  let perSecond: Double
  let burst: Double
  private var buckets: [Client: Bucket] = [:]

  init(perSecond: Double, burst: Double) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// Takes a token; gives the seconds to wait where there is none.
  ///
  /// - Parameter now: milliseconds.
  mutating func wait(for client: Client, now: UInt64) -> Int? {
    var bucket = buckets[client] ?? Bucket(tokens: burst, time: now)
    if now > bucket.time {
      bucket.tokens = min(burst, bucket.tokens + Double(now - bucket.time) / 1000 * perSecond)
      bucket.time = now
    }
    let mayPass = bucket.tokens >= 1
    if mayPass { bucket.tokens -= 1 }
    if buckets[client] == nil, buckets.count >= Self.clientLimit { forgetTheIdle(now: now) }
    buckets[client] = bucket
    return mayPass ? nil : max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
  }

  /// Forgets whose buckets are full again, and everybody where that is nobody.
  private mutating func forgetTheIdle(now: UInt64) {
    buckets = buckets.filter { _, bucket in
      bucket.tokens + Double(now - min(now, bucket.time)) / 1000 * perSecond < burst
    }
    if buckets.count >= Self.clientLimit { buckets = [:] }
  }
}
