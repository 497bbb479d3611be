// swift-tools-version: 6.2
// Suites that print figures, each with its baseline. They stand in a package of their own, so that
// nobody who depends on Assay builds them. README.md says how they are run.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "assay-benchmarks",
  dependencies: [.package(name: "assay", path: "../")],
  targets: [
    .target(
      name: "Harness", dependencies: [.product(name: "AssayVerifier", package: "assay")],
      swiftSettings: strict),
    .target(
      name: "CBaselines",
      cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("gmp")]),
    .executableTarget(
      name: "devices",
      dependencies: ["Harness", .product(name: "AssayTraining", package: "assay")],
      swiftSettings: strict),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "Harness", "CBaselines", .product(name: "AssayVerifier", package: "assay"),
        .product(name: "AssayTraining", package: "assay"),
        .product(name: "AssayProofs", package: "assay"),
        .product(name: "AssaySettlement", package: "assay"),
      ],
      swiftSettings: strict),
  ]
)
