/// Seconds that one call takes: the mean over as many as fit the budget, after one that warms up if
/// calls are short.
public func secondsPerCall(budget: Double, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  let first = clock.measure(body) / .seconds(1)
  if first > 0.1 { return first }
  let calls = max(1, Int(budget / max(first, 1e-7)))
  let all = clock.measure {
    for _ in 0..<calls { body() }
  }
  return all / .seconds(1) / Double(calls)
}
