// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A library target of ours, with the settings that all of them share.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one target, in the folder named after it.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "ssm-broker",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "ssm-broker", targets: ["ssm-broker"]),
        .executable(name: "broker-lambda", targets: ["broker-lambda"]),
        .executable(name: "enforcer-lambda", targets: ["enforcer-lambda"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // The C libraries. Each module map names one library, so that nothing above imports a C header by accident.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // Only the client reads CloudTrail's gzip files; zlib stays out of what runs in Lambda.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Values and rules: no I/O, no clock.
        library("Digests", ["CCrypto"]),
        library("SessionCore", ["Digests"]),

        // Adapters.
        library("HTTPTransport"),
        library("CurlTransport", ["CCurl", "HTTPTransport"]),
        library("AWSClient", ["Digests", "HTTPTransport", "SessionCore", logging]),
        library("LambdaRuntime", ["HTTPTransport", logging]),
        library("SQLiteStore", ["CSQLite", "SessionCore"]),
        // Keeps tables, keys and expressions out of the use cases, and DynamoDB out of whoever wants only the other AWS calls.
        library("DynamoDBStore", ["AWSClient", "Digests", "HTTPTransport", "SessionCore", logging]),

        // Use cases.
        library("BrokerService", ["AWSClient", "HTTPTransport", "SessionCore", logging]),

        // Keeps writing documents in other accounts out of the broker, and sessions out of whoever writes them.
        library("DocumentEnforcer", ["AWSClient", "Digests", "SessionCore", logging]),

        // Composition roots, and what the functions' processes do alike, which stays out of LambdaRuntime and of every use case.
        library(
            "LambdaRoot",
            [
                "AWSClient", "CurlTransport", "DynamoDBStore", "HTTPTransport", "LambdaRuntime", "SQLiteStore",
                "SessionCore", logging,
            ]
        ),
        .executableTarget(
            name: "broker-lambda",
            dependencies: [
                "AWSClient", "BrokerService", "HTTPTransport", "LambdaRoot", "LambdaRuntime", "SessionCore", logging,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "enforcer-lambda",
            dependencies: [
                "AWSClient", "DocumentEnforcer", "LambdaRoot", "LambdaRuntime", "SessionCore", logging,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ssm-broker",
            dependencies: [
                "AWSClient", "CYAML", "CZlib", "CurlTransport", "HTTPTransport", "SQLiteStore", "SessionCore",
                argumentParser, logging,
            ],
            path: "client",
            swiftSettings: strict
        ),

        // Doubles and contract suites that several test targets use.
        .target(
            name: "TestSupport",
            dependencies: ["HTTPTransport", "SessionCore"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // Appends to the store itself for `Tests/bench`: keeps the front door and its answers out of that figure.
        .executableTarget(
            name: "figures",
            dependencies: ["SQLiteStore", "SessionCore", "TestSupport"],
            path: "Tests/Figures",
            swiftSettings: strict
        ),
        tests("SessionCore", ["Digests", "SessionCore", "TestSupport"]),
        tests("CurlTransport", ["CurlTransport", "HTTPTransport", "TestSupport"]),
        tests("AWSClient", ["AWSClient", "Digests", "HTTPTransport", "SessionCore", "TestSupport", logging]),
        tests("LambdaRuntime", ["HTTPTransport", "LambdaRuntime", "TestSupport", logging]),
        tests("SQLiteStore", ["CSQLite", "SQLiteStore", "SessionCore", "TestSupport"]),
        tests(
            "DynamoDBStore",
            ["AWSClient", "CurlTransport", "DynamoDBStore", "HTTPTransport", "SessionCore", "TestSupport", logging]
        ),
        tests("BrokerService", ["AWSClient", "BrokerService", "HTTPTransport", "SessionCore", "TestSupport", logging]),
        tests(
            "DocumentEnforcer",
            [
                "AWSClient", "CurlTransport", "DocumentEnforcer", "HTTPTransport", "SessionCore", "TestSupport",
                logging,
            ]
        ),
        tests("BrokerLambda", ["BrokerService", "LambdaRoot", "SessionCore", "broker-lambda", logging]),
        tests(
            "EnforcerLambda",
            ["DocumentEnforcer", "LambdaRoot", "LambdaRuntime", "SessionCore", "TestSupport", "enforcer-lambda"]
        ),
        tests(
            "Client",
            [
                "AWSClient", "HTTPTransport", "SQLiteStore", "SessionCore", "TestSupport", "ssm-broker",
                argumentParser, logging,
            ]
        ),
    ]
)
