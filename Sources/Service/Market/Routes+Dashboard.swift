internal import AssayAccounting
internal import AssayCryptography
internal import AssayEvidence
internal import AssayReports
internal import AssaySettlement
internal import AssayStorage
internal import AssayWire

// The pages for people, who cannot sign: a token in a cookie opens them.
extension Route {
  static let dashboard: [Route] = [
    Route("GET", "/", .anyone) { service, call in
      try service.page(call) { try $0.overview() }
    },
    Route("GET", "/jobs", .anyone) { service, call in
      try service.page(call, parameters: "cursor") { try $0.jobsPage(call) }
    },
    Route("GET", "/jobs/{job}", .anyone) { service, call in
      try service.page(call) { try $0.jobPage(call.segments[0]) }
    },
    Route("GET", "/books", .anyone) { service, call in
      try service.page(call, parameters: "cursor") { try $0.booksPage(call) }
    },
    Route("GET", "/verifiers", .anyone) { service, call in
      try service.page(call) { $0.verifiersPage() }
    },
    Route("GET", "/log", .anyone) { service, call in
      try service.page(call, parameters: "cursor") { try $0.logPage(call) }
    },
  ]
}

extension MarketService {
  /// What a browser may do with a page: show it, with this style sheet, and nothing else.
  private static let policy: [HTTPField] = {
    let hash = Base64.encode(SHA256.digest(of: BoardPage.styleSheet).bytes)
    return [
      HTTPField(
        "content-security-policy",
        "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'"),
      HTTPField("x-content-type-options", "nosniff"), HTTPField("referrer-policy", "no-referrer"),
      HTTPField("cache-control", "no-store"),
    ]
  }()

  /// A page for whoever has the token; with the token in the query, the cookie that keeps it.
  fileprivate func page(
    _ call: Call, parameters known: String..., make: (MarketService) throws -> BoardPage
  ) throws -> HTTPResponse {
    guard let token = configuration.accessToken else {
      throw Problem(.notFound, "this service has no dashboard")
    }
    if let given = call.request.parameters?["access"], Self.isSame(given, token) {
      return HTTPResponse(
        status: 303, type: "text/plain; charset=utf-8",
        fields: [
          HTTPField("location", call.request.path),
          HTTPField("set-cookie", "access=\(token); HttpOnly; SameSite=Strict; Path=/"),
        ] + Self.policy, body: [])
    }
    let cookies = (call.request.field("cookie") ?? "").split(separator: ";").map {
      String($0).trimmed
    }
    guard cookies.contains(where: { Self.isSame($0, "access=\(token)") }) else {
      throw Problem(
        .accessTokenMissing, "open the address that `assay serve` printed: it holds the token")
    }
    if let strange = call.request.parameters?.keys.first(where: { !known.contains($0) }) {
      throw Problem(.malformedRequest, "unknown parameter “\(strange)”")
    }
    return HTTPResponse(
      status: 200, type: "text/html; charset=utf-8", fields: Self.policy,
      body: try make(self).html())
  }

  /// Whether two secrets are the same, in a time that says nothing of where they differ.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    SHA256.digest(of: Array(left.utf8)) == SHA256.digest(of: Array(right.utf8))
  }

  private func board(_ title: String, _ sections: [BoardPage.Section]) -> BoardPage {
    BoardPage(
      site: configuration.logOrigin, title: title,
      links: [
        .init("Overview", path: "/"), .init("Jobs", path: "/jobs"),
        .init("Books", path: "/books"), .init("Verifiers", path: "/verifiers"),
        .init("Log", path: "/log"),
      ], sections: sections,
      footer: "After \(store.machine.sequence) commands, at \(store.machine.lastTime).")
  }

  fileprivate func overview() throws -> BoardPage {
    let ledger = store.machine.ledger
    let held = try store.assets().map { asset in
      let entered = Amount(ledger[Books.entrance(asset).id]?.debitsPosted ?? 0)
      let left = Amount(ledger[Books.exit(asset).id]?.creditsPosted ?? 0)
      return [
        BoardPage.Cell(asset.id), .init(asset.format(entered), isNumber: true),
        .init(asset.format(left), isNumber: true),
        .init(asset.format(entered.subtracting(left) ?? .zero), isNumber: true),
      ]
    }
    let phases = PhaseName.allCases.map { phase in
      (value: "\(index.count(in: phase))", label: phase.rawValue)
    }
    let newest = index.positions(in: nil, of: nil, below: .max).prefix(10)
    return board(
      "Settlement",
      [
        .init("Jobs by state", .figures(phases)),
        .init("Newest jobs", jobTable(newest)),
        .init(
          "Money", note: "What has entered, what has left, and what the parties have now.",
          .table(columns: ["Asset", "Entered", "Left", "Here"], rows: held)),
      ])
  }

  private func jobTable(_ positions: some Sequence<Int>) -> BoardPage.Content {
    let rows = positions.compactMap { position -> [BoardPage.Cell]? in
      guard let job = store.machine.jobs[index.entries[position].name] else { return nil }
      let contents = job.terms.contents
      var state = job.phase.name.rawValue
      if case .settled(let ending, _) = job.phase {
        state = "\(ending.settlement.rawValue): \(ending.name)"
      }
      return [
        .init(job.id, path: "/jobs/\(job.id)"), .init(state),
        .init("\(contents.asset.format(contents.price)) \(contents.asset.id)", isNumber: true),
        .init(job.phase.deadline.map(String.init) ?? "", isNumber: true),
      ]
    }
    return .table(columns: ["Job", "State", "Price", "Deadline"], rows: rows)
  }

  fileprivate func jobsPage(_ call: Call) throws -> BoardPage {
    let below = try call.cursor(call.request.parameters ?? [:]) ?? .max
    let positions = Array(index.positions(in: nil, of: nil, below: below).prefix(51))
    var sections = [BoardPage.Section("Newest first", jobTable(positions.prefix(50)))]
    if positions.count > 50 { sections.append(more("/jobs?cursor=\(positions[49])")) }
    return board("Jobs", sections)
  }

  private func more(_ path: String) -> BoardPage.Section {
    .init("More", .facts([(name: "Older ones", value: .init("next page", path: path))]))
  }

  fileprivate func jobPage(_ name: String) throws -> BoardPage {
    guard let job = store.machine.jobs[name] else {
      throw Problem(.notFound, "there is no job “\(name)”")
    }
    let asset = job.terms.contents.asset
    let parties = job.terms.contents.parties
    let history = try history(of: name)
    let ledger = store.machine.ledger
    let transfers = history.flatMap(\.applied.transfers).compactMap { ledger.transfer($0) }
    var evidence: [(name: String, value: BoardPage.Cell)] = [
      ("Terms", .init("\(job.terms.digest)")), ("Spec", .init("\(job.terms.contents.work.spec)")),
    ]
    if let claim = job.claim { evidence.append(("Claim", .init("\(claim.identity)"))) }
    if let place = job.claimLogIndex {
      evidence.append(("Claim's place in the log", .init("\(place)")))
    }
    if let draw = job.draw {
      evidence.append(("Seed", .init("\(draw.seed)")))
      evidence.append(
        ("Drawn", .init("\(draw.indices.count) of \(draw.intervalCount) intervals")))
    }
    if let verdict = job.verdict {
      evidence.append(("Verdict", .init(verdict.text)))
      evidence.append(("Verifier", .init("\(verdict.verifier)")))
      evidence.append(("Verdict's place in the log", .init("\(verdict.logIndex)")))
    }
    let who: [(name: String, value: BoardPage.Cell)] =
      [("Buyer", .init("\(parties.buyer)")), ("Operator", .init("\(parties.log.key)"))]
      + (job.provider.map { [("Provider", .init("\($0)"))] } ?? [])
      + parties.verifiers.map { ("Verifier", .init("\($0)")) }
    return board(
      name,
      [
        .init(
          "Life",
          .course(
            history.map { event in
              .init(
                name: event.command.name, state: event.applied.phase?.rawValue ?? "",
                time: event.applied.time)
            })),
        .init("Evidence", .facts(evidence)), .init("Parties", .facts(who)),
        .init(
          "Money",
          .table(
            columns: ["Transfer", "From", "To", asset.id],
            rows: transfers.map { cells(of: $0, asset) })),
      ])
  }

  private func cells(of transfer: Transfer, _ asset: AssayAccounting.Asset) -> [BoardPage.Cell] {
    let amountCell = { (amount: Amount) in
      BoardPage.Cell(asset.format(amount), isNumber: true)
    }
    let none = BoardPage.Cell("", isNumber: true)
    return switch transfer.action {
    case .move(let debit, let credit, let amount):
      [.init(transfer.id.name), .init(debit.name), .init(credit.name), amountCell(amount)]
    case .hold(let debit, let credit, let amount, _):
      [.init(transfer.id.name), .init(debit.name), .init("held for \(credit)"), amountCell(amount)]
    case .post(let hold, let amount):
      [.init(transfer.id.name), .init("of \(hold)"), .init(""), amountCell(amount)]
    case .void(let hold), .expire(let hold):
      [.init(transfer.id.name), .init("\(hold) released"), .init(""), none]
    }
  }

  fileprivate func booksPage(_ call: Call) throws -> BoardPage {
    let names = try store.accountNames(
      startingWith: "", after: call.request.parameters?["cursor"] ?? "", limit: 51)
    let ledger = store.machine.ledger
    let rows = names.prefix(50).compactMap { name -> [BoardPage.Cell]? in
      guard let account = (try? AccountID(name)).flatMap({ ledger[$0] }) else { return nil }
      return [
        .init(name), .init(account.asset.id),
        .init(account.asset.format(account.balance), isNumber: true),
        .init(account.asset.format(account.available), isNumber: true),
      ]
    }
    var sections = [
      BoardPage.Section(
        "Accounts", .table(columns: ["Account", "Asset", "Balance", "Available"], rows: rows))
    ]
    if names.count > 50 { sections.append(more("/books?cursor=\(names[49])")) }
    return board("Books", sections)
  }

  fileprivate func verifiersPage() -> BoardPage {
    var answers: [VerifyingKey: (accepted: Int, rejected: Int, other: Int)] = [:]
    // The newest jobs say who is at work.
    for position in index.positions(in: nil, of: nil, below: .max).prefix(1_000) {
      guard let job = store.machine.jobs[index.entries[position].name] else { continue }
      for key in job.terms.contents.parties.verifiers where answers[key] == nil {
        answers[key] = (0, 0, 0)
      }
      guard let verdict = job.verdict else { continue }
      switch verdict.outcome {
      case .accepted: answers[verdict.verifier, default: (0, 0, 0)].accepted += 1
      case .rejected: answers[verdict.verifier, default: (0, 0, 0)].rejected += 1
      case .inconclusive: answers[verdict.verifier, default: (0, 0, 0)].other += 1
      }
    }
    let rows = answers.sorted { "\($0.key)" < "\($1.key)" }.map { key, answer in
      [
        BoardPage.Cell("\(key)"), .init("\(answer.accepted)", isNumber: true),
        .init("\(answer.rejected)", isNumber: true), .init("\(answer.other)", isNumber: true),
      ]
    }
    return board(
      "Verifiers",
      [
        .init(
          "Standing verdicts", note: "Of the newest 1000 jobs.",
          .table(columns: ["Verifier", "Accepted", "Rejected", "Inconclusive"], rows: rows))
      ])
  }

  fileprivate func logPage(_ call: Call) throws -> BoardPage {
    let count = try store.logCount()
    let end = min(try call.cursor(call.request.parameters ?? [:]).map { UInt64($0) } ?? .max, count)
    let first = end > 50 ? end - 50 : 0
    let rows = try store.logEntries(first..<end).reversed().map { entry in
      [
        BoardPage.Cell("\(entry.index)", isNumber: true), .init(entry.kind.rawValue),
        .init("\(entry.identity)"),
      ]
    }
    var sections = [
      BoardPage.Section(
        "Entries, newest first", .table(columns: ["Place", "Kind", "Statement"], rows: rows))
    ]
    if first > 0 { sections.append(more("/log?cursor=\(first)")) }
    return board("Log", sections)
  }
}
