#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the child has of its own: signals as a program expects them, and perhaps a process group.
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
    ///
    /// - Parameter isApart: Whether the child gets a process group of its own.
    /// - Throws: ``SystemError``.
    mutating func prepare(isApart: Bool) throws {
        var none = sigset_t()
        sigemptyset(&none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGTTOU, SIGTTIN] { sigaddset(&defaults, signal) }
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (isApart ? POSIX_SPAWN_SETPGROUP : 0)
        for code in [
            posix_spawnattr_setsigmask(&raw, &none), posix_spawnattr_setsigdefault(&raw, &defaults),
            posix_spawnattr_setpgroup(&raw, 0), posix_spawnattr_setflags(&raw, Int16(flags)),
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
