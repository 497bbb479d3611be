// swift-tools-version: 6.2
// The architecture as a table: each room, and the only rooms it may import.
// `scripts/check-imports` compares every `import` in Sources with it.
import PackageDescription

/// A room whose folder is `Sources/<name>` and whose module is `Assay<name>`.
struct Room {
  enum Kind { case swift, kernels, system(link: String), command }
  var name: String
  var kind: Kind
  var imports: [String]
  /// Files of the room that become constants of its code.
  var embeds: [String]

  init(
    _ name: String, _ kind: Kind = .swift, imports: [String] = [], embeds: [String] = []
  ) {
    self.name = name
    self.kind = kind
    self.imports = imports
    self.embeds = embeds
  }

  /// Whether the room is Swift, and so has tests in `Tests/<name>Tests`.
  var isTested: Bool {
    switch kind {
    case .swift, .command: true
    case .kernels, .system: false
    }
  }

  /// Target names are prefixed, so that a package that embeds ours may have its own `Merkle`.
  static func target(_ room: String) -> String {
    if room == "assay" { return room }
    let isC = room.hasPrefix("C") && room.dropFirst().first?.isUppercase == true
    return isC ? "CAssay" + room.dropFirst() : "Assay" + room
  }
}

let rooms: [Room] = [
  Room("CGMP", .system(link: "gmp")),
  Room("COpenSSL", .system(link: "crypto")),
  Room("CSQLite", .system(link: "sqlite3")),
  Room("CPostgreSQL", .system(link: "pq")),
  Room("CZlib", .system(link: "z")),
  Room("CMicrohttpd", .system(link: "microhttpd")),
  Room("CParallel", .kernels),
  Room("CHashKernels", .kernels, imports: ["CParallel"]),
  Room("CFieldKernels", .kernels, imports: ["CParallel", "CHashKernels"]),
  Room("CTensorKernels", .kernels, imports: ["CParallel"]),
  Room("CSumcheckKernels", .kernels, imports: ["CParallel"]),
  Room("CDeviceKernels", .kernels),
  Room("CDrivers", .kernels),
  Room("Wire"),
  Room("Files"),
  Room("Algebra", imports: ["Wire", "CGMP"]),
  Room("Cryptography", imports: ["Wire", "COpenSSL"]),
  Room("Beacons", imports: ["Wire", "Cryptography", "CGMP"]),
  Room("FieldVectors", imports: ["Cryptography", "Algebra", "CFieldKernels"]),
  Room("Transcripts", imports: ["Wire", "Cryptography", "Algebra"]),
  Room("Sumcheck", imports: ["Algebra", "Transcripts"]),
  Room("Merkle", imports: ["Wire", "Cryptography"]),
  Room(
    "Commitments", imports: ["Wire", "Cryptography", "Merkle", "Algebra", "Transcripts"]),
  Room("Specification", imports: ["Wire", "Cryptography", "Merkle"]),
  Room("Circuits", imports: ["Wire", "Cryptography", "Algebra", "Specification"]),
  Room("Evidence", imports: ["Wire", "Cryptography", "Beacons", "Merkle", "Specification"]),
  Room("Disputes", imports: ["Wire", "Cryptography", "Merkle", "Specification", "Evidence"]),
  Room(
    "Verification",
    imports: [
      "Wire", "Cryptography", "Merkle", "Algebra", "Transcripts", "Commitments", "Sumcheck",
      "Specification", "Circuits", "Evidence",
    ]),
  Room(
    "Datasets", imports: ["Wire", "Files", "Cryptography", "Merkle", "Specification", "CZlib"]),
  Room(
    "Tolerance",
    imports: ["Wire", "Files", "Cryptography", "Merkle", "Evidence", "Datasets"]),
  Room("Tensors", imports: ["Specification", "CTensorKernels"]),
  Room(
    "Training",
    imports: [
      "Wire", "Files", "Cryptography", "Merkle", "Specification", "Datasets", "Tensors",
      "CHashKernels",
    ]),
  Room(
    "Auditing",
    imports: [
      "Wire", "Files", "Cryptography", "Merkle", "Specification", "Evidence", "Disputes",
      "Datasets", "Tensors", "Training",
    ]),
  Room(
    "Adversaries",
    imports: [
      "Wire", "Cryptography", "Merkle", "Specification", "Evidence", "Datasets", "Tensors",
      "Training", "Auditing",
    ]),
  Room(
    "Proving",
    imports: [
      "Wire", "Files", "Cryptography", "Algebra", "Transcripts", "Merkle", "Commitments",
      "Sumcheck", "Specification", "Datasets", "Tensors", "Training", "Circuits", "Verification",
      "CSumcheckKernels", "FieldVectors",
    ]),
  Room(
    "Accelerators",
    imports: [
      "Wire", "Cryptography", "Merkle", "Specification", "Tensors", "Training", "CDrivers",
      "CDeviceKernels",
    ]),
  Room("Accounting", imports: ["Wire"]),
  Room(
    "Settlement",
    imports: ["Wire", "Cryptography", "Merkle", "Specification", "Evidence", "Accounting"]),
  Room(
    "Simulation",
    imports: [
      "Wire", "Cryptography", "Merkle", "Specification", "Evidence", "Accounting", "Settlement",
    ]),
  Room(
    "Storage",
    imports: [
      "Wire", "Cryptography", "Merkle", "Evidence", "Accounting", "Settlement", "CSQLite",
    ]),
  Room("PostgreSQL", imports: ["Storage", "CPostgreSQL"]),
  Room("Transparency", imports: ["Wire", "Files", "Cryptography", "Merkle"]),
  Room(
    "Attestations", imports: ["Wire", "Cryptography", "Specification", "Evidence"]),
  Room("Reports"),
  Room(
    "Service",
    imports: [
      "Wire", "Files", "Cryptography", "Merkle", "Specification", "Evidence", "Accounting",
      "Settlement", "Storage", "Reports", "CMicrohttpd",
    ], embeds: ["openapi.json"]),
  Room(
    "assay", .command,
    imports: [
      "Wire", "Files", "Cryptography", "Beacons", "Merkle", "Specification", "Evidence", "Disputes",
      "Datasets", "Tolerance", "Tensors", "Training", "Auditing", "Adversaries", "Algebra",
      "Circuits",
      "Commitments", "Verification", "Proving", "Accelerators", "Accounting", "Settlement",
      "Simulation", "Storage", "PostgreSQL", "Transparency", "Attestations", "Reports", "Service",
    ]),
]

// OpenMP and optimised kernels in debug builds need compiler flags that SwiftPM calls unsafe and
// refuses in a versioned dependency. There `CParallel` runs on libdispatch: the same bits.
let isDependency = Context.packageDirectory.contains("/checkouts/")
let ompLibrary = Context.environment["ASSAY_OPENMP_LIBRARY"] ?? "omp5"
let usesOpenMP = !isDependency && Context.environment["ASSAY_OPENMP"] != "0"

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func dependencies(of room: Room) -> [Target.Dependency] {
  room.imports.map { .target(name: Room.target($0)) }
}

func targets(for room: Room) -> [Target] {
  let name = Room.target(room.name)
  let path = "Sources/\(room.name)"
  let dependencies = dependencies(of: room)
  switch room.kind {
  case .system:
    return [.systemLibrary(name: name, path: path)]
  case .kernels:
    let optimised: [CSetting] =
      isDependency ? [] : [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])]
    let parallel = room.name == "CParallel" && usesOpenMP
    return [
      .target(
        name: name, dependencies: dependencies, path: path,
        cSettings: optimised + (parallel ? [.unsafeFlags(["-fopenmp"])] : []),
        cxxSettings: isDependency ? [] : [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
        linkerSettings: [.linkedLibrary("m")]
          + (room.name == "CParallel" ? [.linkedLibrary(parallel ? ompLibrary : "dispatch")] : []))
    ]
  case .swift, .command:
    if case .command = room.kind {
      return [
        .executableTarget(
          name: name, dependencies: dependencies, path: path, swiftSettings: strict)
      ]
    }
    // Swift's own square root calls the C library's, which an outside executable may not link.
    return [
      .target(
        name: name, dependencies: dependencies, path: path,
        resources: room.embeds.map { .embedInCode($0) }, swiftSettings: strict,
        linkerSettings: [.linkedLibrary("m")])
    ]
  }
}

let testSupport: Target = .target(
  name: "AssayTestSupport", dependencies: ["AssayWire"], path: "Tests/TestSupport",
  swiftSettings: strict)
/// Parties, a log and jobs for the tests of the rooms that settle.
let marketSupport: Target = .target(
  name: "AssaySettlementTestSupport",
  dependencies: [
    "AssayCryptography", "AssayMerkle", "AssaySpecification", "AssayEvidence",
    "AssayAccounting", "AssaySettlement", "AssayTestSupport",
  ], path: "Tests/SettlementTestSupport", swiftSettings: strict)
/// What every store of settlement keeps, whatever the database.
let storeSupport: Target = .target(
  name: "AssayStorageTestSupport",
  dependencies: [
    "AssayCryptography", "AssayMerkle", "AssayEvidence", "AssayAccounting", "AssaySettlement",
    "AssayStorage", "AssaySettlementTestSupport",
  ], path: "Tests/StorageTestSupport", swiftSettings: strict)
/// The back ends that tests compare, the kernels of another processor among them.
let tensorSupport: Target = .target(
  name: "AssayTensorsTestSupport",
  dependencies: ["AssaySpecification", "AssayTensors", "AssayAccelerators"],
  path: "Tests/TensorsTestSupport", swiftSettings: strict)
let tensorUsers = ["Tensors", "Training", "Accelerators"]
let proofUsers = ["Auditing"]
let storeUsers = ["Storage", "PostgreSQL"]
let marketUsers = ["Settlement", "Storage", "Service", "assay"]
let architectureTests: Target = .testTarget(
  name: "ArchitectureTests", path: "Tests/ArchitectureTests", swiftSettings: strict)

func testTarget(for room: Room) -> Target {
  let name = Room.target(room.name)
  var needed: [Target.Dependency] =
    [.target(name: name), "AssayTestSupport"] + dependencies(of: room)
  if tensorUsers.contains(room.name) { needed.append("AssayTensorsTestSupport") }
  if proofUsers.contains(room.name) {
    needed += ["AssayBeacons", "AssayCircuits", "AssayVerification", "AssayProving"]
  }
  if marketUsers.contains(room.name) { needed.append("AssaySettlementTestSupport") }
  if storeUsers.contains(room.name) { needed.append("AssayStorageTestSupport") }
  return .testTarget(
    name: name + "Tests", dependencies: needed, path: "Tests/\(room.name)Tests",
    swiftSettings: strict)
}

/// What outside packages may depend on: a product and the rooms that it brings.
func product(_ name: String, rooms: [String]) -> Product {
  .library(name: name, targets: rooms.map(Room.target))
}

let verifierRooms = [
  "Wire", "Cryptography", "Beacons", "Merkle", "Specification", "Evidence", "Disputes",
]
let proofRooms = [
  "Algebra", "FieldVectors", "Transcripts", "Commitments", "Sumcheck", "Circuits", "Verification",
  "Proving",
]

let package = Package(
  name: "assay",
  products: [
    .executable(name: "assay", targets: ["assay"]),
    product("AssayVerifier", rooms: verifierRooms + ["Attestations", "Files", "Transparency"]),
    product(
      "AssayTraining",
      rooms: verifierRooms
        + ["Files", "Datasets", "Tolerance", "Tensors", "Training", "Auditing", "Accelerators"]),
    product("AssayProofs", rooms: verifierRooms + proofRooms),
    product("AssaySettlement", rooms: verifierRooms + ["Accounting", "Settlement", "Storage"]),
    product("AssayPostgreSQL", rooms: ["PostgreSQL"]),
  ],
  targets: rooms.flatMap(targets(for:)) + [
    testSupport, marketSupport, storeSupport, tensorSupport, architectureTests,
  ]
    + rooms.filter(\.isTested).map(testTarget(for:)),
  cxxLanguageStandard: .cxx20
)
