/// Everything that a report of one job shows.
///
/// Parts that are nil are left out: a run that was never audited has a report, too.
public struct RunReport: Hashable, Sendable {
  /// Loss and accuracy over the steps.
  public struct Learning: Hashable, Sendable {
    /// Any unit; usually one curve, the training loss.
    public var losses: [Curve]
    /// Shares of one, such as training and test accuracy.
    public var accuracies: [Curve]

    /// Curves of losses and of accuracies.
    public init(losses: [Curve], accuracies: [Curve]) {
      self.losses = losses
      self.accuracies = accuracies
    }
  }

  /// Such as "Job mnist-7".
  public var title: String
  /// How the job ended.
  public var outcome: Outcome
  /// The outcome in a sentence.
  public var headline: String
  /// Spec, provider, data, device …
  public var facts: [Fact]
  /// How the loss fell and the accuracy rose.
  public var learning: Learning?
  /// The intervals and what was found in those drawn.
  public var trace: TraceSummary?
  /// The verdict and what it is worth.
  public var verdict: VerdictSummary?
  /// Where the money came from and went.
  public var money: MoneySummary?
  /// Where the time went.
  public var time: TimeSummary?
  /// A line at the end: when and by which version it was made.
  public var footer: String

  /// Puts a report together.
  public init(
    title: String, outcome: Outcome, headline: String, facts: [Fact] = [],
    learning: Learning? = nil, trace: TraceSummary? = nil, verdict: VerdictSummary? = nil,
    money: MoneySummary? = nil, time: TimeSummary? = nil, footer: String = ""
  ) {
    self.title = title
    self.outcome = outcome
    self.headline = headline
    self.facts = facts
    self.learning = learning
    self.trace = trace
    self.verdict = verdict
    self.money = money
    self.time = time
    self.footer = footer
  }

  /// One self-contained HTML document, in UTF-8; it needs no script and loads nothing.
  public func html() -> [UInt8] {
    Page(
      title: title,
      content: [
        Page.header(title: title, badge: outcome.badge, headline: headline, facts: facts)
      ] + sections(), footer: footer
    ).bytes
  }

  /// The report's sections, in order of what a reader asks.
  func sections() -> [Markup] {
    var sections: [Markup] = []
    if let verdict {
      sections.append(
        Page.section("Verdict", VerdictSection(verdict: verdict).markup()))
    }
    if let trace {
      let steps = Numbers.grouped(trace.stepsPerInterval)
      let cells =
        trace.intervalCount <= TraceStrip.cellLimit
        ? "One cell is one interval of \(steps) steps, numbered from the left."
        : "The band is the run, in intervals of \(steps) steps."
      sections.append(
        Page.section(
          "Trace",
          note: cells + " Which ones are looked at is drawn after the provider has committed "
            + "to all of them.",
          TraceStrip(id: "trace", trace: trace).markup()))
    }
    if let learning { sections.append(Page.section("Learning", charts(learning))) }
    if let money {
      sections.append(
        Page.section(
          "Money", MoneyFlow(id: "money", money: money).markup(),
          BalanceTable(money: money).markup()))
    }
    if let time {
      sections.append(Page.section("Time", TimeSection(id: "time", time: time).markup()))
    }
    return sections
  }

  private func charts(_ learning: Learning) -> Markup {
    let charts = [
      LineChart(id: "loss", title: "Loss", curves: learning.losses, quantity: .number),
      LineChart(
        id: "accuracy", title: "Accuracy", curves: learning.accuracies, quantity: .share),
    ]
    return .tag(
      "div", ["class": "columns"],
      charts.map { chart in
        let omitted = chart.omittedCount
        let values = omitted == 1 ? "value is" : "values are"
        return .tag(
          "figure", [:],
          [.tag("h3", [:], chart.title), chart.markup()]
            + (omitted == 0
              ? []
              : [
                .tag(
                  "p", ["class": "aside"],
                  "\(Numbers.grouped(omitted)) \(values) not finite and not drawn.")
              ]))
      })
  }
}
