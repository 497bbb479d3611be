internal import Foundation

/// Numbers as people read them.
enum Quantity {
  /// `17 B`, `1.2 MB`, `3.4 GB`: powers of ten, as disks are sold.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return unit == "B" ? "\(count) B" : String(format: "%.1f \(unit)", value) }
      value /= 1000
    }
    return String(format: "%.1f TB", value)
  }

  /// A share as `12.3 %`, with three digits after the point below 0.1 %.
  static func percent(_ share: Double) -> String {
    String(format: share != 0 && share < 0.001 ? "%.4f %%" : "%.1f %%", share * 100)
  }

  /// Seconds with as many digits as matter.
  static func seconds(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f s" : "%.1f s", value)
  }

  /// Short times, in milliseconds.
  static func milliseconds(_ seconds: Double) -> String {
    String(format: "%.1f ms", seconds * 1000)
  }
}
