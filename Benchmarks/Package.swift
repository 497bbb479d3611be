// swift-tools-version: 6.2
// Suites that print figures, each with its baseline. They stand in a package of their own, so that
// nobody who depends on Assay builds them:
//
//     swift run -c release --package-path Benchmarks commitment
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A suite is an executable in `Sources/<name>` that needs some of Assay's products.
func suite(_ name: String, products: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["Harness"] + products.map { .product(name: $0, package: "assay") },
    swiftSettings: strict)
}

let package = Package(
  name: "assay-benchmarks",
  dependencies: [.package(name: "assay", path: "../")],
  targets: [
    .target(
      name: "Harness", dependencies: [.product(name: "AssayVerifier", package: "assay")],
      swiftSettings: strict),
    suite("commitment", products: ["AssayVerifier", "AssayTraining"]),
  ]
)
