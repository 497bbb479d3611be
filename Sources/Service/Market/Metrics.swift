/// What the service counts, in Prometheus' text format.
struct Metrics {
  private struct Label: Hashable, Comparable {
    let route: String
    let status: Int

    static func < (left: Label, right: Label) -> Bool {
      (left.route, left.status) < (right.route, right.status)
    }
  }

  private var requests: [Label: Int] = [:]
  /// Writes to the disk that were shared by the requests of one moment.
  var batches = 0

  mutating func count(_ route: String, _ status: Int) {
    requests[Label(route: route, status: status), default: 0] += 1
  }

  /// The lines of what was counted.
  ///
  /// - Parameter gauges: names with what they are and their value now.
  func text(_ gauges: [(name: String, help: String, samples: [(String, Int)])]) -> String {
    var text = """
      # HELP assay_requests_total Requests answered.
      # TYPE assay_requests_total counter

      """
    for (label, count) in requests.sorted(by: { $0.key < $1.key }) {
      text +=
        "assay_requests_total{route=\"\(label.route)\",status=\"\(label.status)\"} \(count)\n"
    }
    text += """
      # HELP assay_batches_total Groups of requests that shared one write to the disk.
      # TYPE assay_batches_total counter
      assay_batches_total \(batches)

      """
    for gauge in gauges {
      text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n"
      for (labels, value) in gauge.samples { text += "\(gauge.name)\(labels) \(value)\n" }
    }
    return text
  }
}
