#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the child has of its own: signals as a program expects them.
struct SpawnAttributes {
    #if canImport(Darwin)
    var raw: posix_spawnattr_t?
    #else
    var raw = posix_spawnattr_t()
    #endif

    init() {
        posix_spawnattr_init(&raw)
    }

    /// Gives the child an empty signal mask and the default action for what we ignore or catch.
    ///
    /// A child that inherited our ignored SIGINT could not be interrupted while the plugin hangs before its handshake.
    mutating func resetSignals() throws {
        var none = sigset_t()
        sigemptyset(&none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGTTOU, SIGTTIN] { sigaddset(&defaults, signal) }
        for code in [
            posix_spawnattr_setsigmask(&raw, &none), posix_spawnattr_setsigdefault(&raw, &defaults),
            posix_spawnattr_setflags(&raw, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)),
        ] where code != 0 {
            throw SystemError("posix_spawnattr", number: code)
        }
    }

    mutating func destroy() {
        posix_spawnattr_destroy(&raw)
    }
}

/// What is done to the child's descriptors before it runs.
struct SpawnActions {
    #if canImport(Darwin)
    var raw: posix_spawn_file_actions_t?
    #else
    var raw = posix_spawn_file_actions_t()
    #endif

    init() {
        posix_spawn_file_actions_init(&raw)
    }

    mutating func duplicate(_ descriptor: Int32, onto target: Int32) throws {
        let code = posix_spawn_file_actions_adddup2(&raw, descriptor, target)
        guard code == 0 else { throw SystemError("posix_spawn_file_actions_adddup2", number: code) }
    }

    mutating func destroy() {
        posix_spawn_file_actions_destroy(&raw)
    }
}
