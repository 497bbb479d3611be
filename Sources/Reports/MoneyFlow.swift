/// The job's money as ribbons: from parties into the job's accounts, and out of them again.
///
/// Ribbons are as wide as their amounts, all on one scale; a small amount keeps a visible width.
struct MoneyFlow {
  let id: String
  let money: MoneySummary

  func markup() -> Markup {
    guard money.deposits.contains(where: { $0.amount > 0 }) else {
      return .tag("p", ["class": "none"], "No money has been paid in.")
    }
    return Drawing.fitting { width, suffix in
      drawing(FlowLayout(money, width: width), id: "\(id)-\(suffix)")
    }
  }

  private func drawing(_ layout: FlowLayout, id: String) -> Markup {
    var content = layout.ribbons.map { ribbon in
      Drawing.path(ribbon.path, "ribbon \(Self.style(ribbon.purpose))")
    }
    for node in layout.nodes {
      content.append(
        Drawing.rectangle(
          node.x, node.top, FlowLayout.nodeWidth, node.height, "node", radius: 2))
      let (x, anchor): (Double, Drawing.Anchor) =
        switch node.column {
        case .payer: (node.x - 10, .end)
        case .account: (node.x + FlowLayout.nodeWidth / 2, .middle)
        case .payee: (node.x + FlowLayout.nodeWidth + 10, .start)
        }
      let room = layout.labelRoom(node.column)
      var lines = [(node.name, "name"), (money.asset.text(node.amount), "tick")]
      lines += node.notes.map { ($0, "note \(Self.style($0))") }
      for (index, line) in lines.enumerated() {
        content.append(
          Drawing.text(
            Drawing.shortened(line.0, size: index == 0 ? 14 : 12, width: room), x,
            node.labelTop + 15 * Double(index), line.1 + " halo", anchor: anchor))
      }
    }
    return Drawing.image(
      id: id, title: "Where the money went", summary: summary, width: layout.width,
      height: layout.height, content)
  }

  /// Slashed money stands out; all else is plain.
  private static func style(_ purpose: String) -> String {
    purpose.lowercased().contains("slash") ? "loss" : "plain"
  }

  private var summary: String {
    (money.deposits + money.payouts).filter { $0.amount > 0 }.map {
      "\($0.source) to \($0.destination): \(money.asset.text($0.amount)) \(money.asset.symbol), "
        + $0.purpose
    }.joined(separator: "; ") + "."
  }
}

/// Where the boxes and ribbons of a money flow lie.
struct FlowLayout {
  enum Column: Int, Hashable { case payer, account, payee }

  struct Node: Hashable {
    var column: Column
    var name: String
    var amount: Int128
    /// What a payee's money is for, each purpose once.
    var notes: [String]
    var x = 0.0
    var top = 0.0
    var height = 0.0
    /// Baseline of the label's first line.
    var labelTop = 0.0
  }

  struct Ribbon: Hashable {
    var path: String
    var purpose: String
  }

  static let nodeWidth = 12.0
  private static let accountGap = 56.0

  let width: Double
  private(set) var height = 0.0
  private(set) var nodes: [Node] = []
  private(set) var ribbons: [Ribbon] = []

  init(_ money: MoneySummary, width: Double) {
    self.width = width
    let deposits = money.deposits.filter { $0.amount > 0 }
    let payouts = money.payouts.filter { $0.amount > 0 }
    let total = deposits.reduce(0.0) { $0 + Double($1.amount) }
    // All deposits together are as high as this, whatever they are worth.
    let scale = (width > 500 ? 150 : 130) / max(total, 1)

    addNodes(.payer, deposits.map { ($0.source, $0.amount, $0.purpose) }, scale)
    var held: [(String, Int128, String)] = deposits.map { ($0.destination, $0.amount, "") }
    for payment in payouts where !held.contains(where: { $0.0 == payment.source }) {
      held.append((payment.source, payment.amount, ""))
    }
    addNodes(.account, held, scale)
    addNodes(.payee, payouts.map { ($0.destination, $0.amount, $0.purpose) }, scale)
    placeNodes()
    addRibbons(deposits, from: .payer, to: .account, scale)
    addRibbons(payouts, from: .account, to: .payee, scale)
  }

  private mutating func addNodes(
    _ column: Column, _ parts: [(name: String, amount: Int128, purpose: String)], _ scale: Double
  ) {
    for part in parts {
      if let index = index(column, part.name) {
        let (sum, overflow) = nodes[index].amount.addingReportingOverflow(part.amount)
        nodes[index].amount = overflow ? .max : sum
        nodes[index].height = max(3, Double(nodes[index].amount) * scale)
        if column == .payee, !nodes[index].notes.contains(part.purpose) {
          nodes[index].notes.append(part.purpose)
        }
      } else {
        nodes.append(
          Node(
            column: column, name: part.name, amount: part.amount,
            notes: column == .payee && !part.purpose.isEmpty ? [part.purpose] : [],
            height: max(3, Double(part.amount) * scale)))
      }
    }
  }

  private func index(_ column: Column, _ name: String) -> Int? {
    nodes.firstIndex { $0.column == column && $0.name == name }
  }

  /// Stacks each column, with room for the labels, centred on the highest one.
  private mutating func placeNodes() {
    var heights: [Double] = [0, 0, 0]
    for node in nodes { heights[node.column.rawValue] += Self.slot(node) }
    height = (heights.max() ?? 0) + 4
    var cursors = heights.map { (height - $0) / 2 }
    for index in nodes.indices {
      let node = nodes[index]
      let cursor = cursors[node.column.rawValue]
      cursors[node.column.rawValue] += Self.slot(node)
      switch node.column {
      case .account:
        nodes[index].x = (width - Self.nodeWidth) / 2
        nodes[index].top = cursor + 44
        nodes[index].labelTop = cursor + 22
      case .payer, .payee:
        nodes[index].x =
          node.column == .payer
          ? payerMargin : width - payeeMargin - Self.nodeWidth
        nodes[index].top = cursor + (Self.slot(node) - node.height) / 2
        // Lines are 15 apart; their middle is the box's middle.
        nodes[index].labelTop =
          cursor + Self.slot(node) / 2 + 4.5 - 7.5 * Double(1 + node.notes.count)
      }
    }
  }

  /// The height that a box takes in its column, with its label and the gap to the next.
  private static func slot(_ node: Node) -> Double {
    node.column == .account
      ? node.height + accountGap : max(node.height, 15 * Double(2 + node.notes.count)) + 18
  }

  private var payerMargin: Double { width > 500 ? 190 : 80 }
  private var payeeMargin: Double { width > 500 ? 190 : 104 }

  /// How wide a label may be.
  func labelRoom(_ column: Column) -> Double {
    switch column {
    case .payer: payerMargin - 10
    case .account: width / 3
    case .payee: payeeMargin - 10
    }
  }

  private mutating func addRibbons(
    _ payments: [MoneySummary.Payment], from: Column, to: Column, _ scale: Double
  ) {
    var used: [Int: Double] = [:]
    for payment in payments {
      guard let start = index(from, payment.source), let end = index(to, payment.destination)
      else { continue }
      let breadth = max(1.5, Double(payment.amount) * scale)
      let y0 = nodes[start].top + used[start, default: 0]
      // An account's inflow and outflow start at its top each.
      let key = to == .account ? -1 - end : end
      let y1 = nodes[end].top + used[key, default: 0]
      used[start, default: 0] += breadth
      used[key, default: 0] += breadth
      ribbons.append(
        Ribbon(
          path: Self.ribbon(
            x0: nodes[start].x + Self.nodeWidth, y0: y0, x1: nodes[end].x, y1: y1,
            breadth: breadth),
          purpose: payment.purpose))
    }
  }

  /// A band from (x0, y0) to (x1, y1), level at both ends.
  private static func ribbon(
    x0: Double, y0: Double, x1: Double, y1: Double, breadth: Double
  ) -> String {
    let middle = Numbers.coordinate((x0 + x1) / 2)
    let (a, b) = (Numbers.coordinate(x0), Numbers.coordinate(x1))
    func y(_ value: Double) -> String { Numbers.coordinate(value) }
    return "M\(a) \(y(y0))C\(middle) \(y(y0)) \(middle) \(y(y1)) \(b) \(y(y1))"
      + "V\(y(y1 + breadth))"
      + "C\(middle) \(y(y1 + breadth)) \(middle) \(y(y0 + breadth)) \(a) \(y(y0 + breadth))Z"
  }
}
